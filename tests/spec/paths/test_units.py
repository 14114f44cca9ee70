"""A path is a session, or all sessions of a person."""

from desirelines.paths.units import to_person_paths
from tests.support.tables import table
from tests.support.walks import edges_of, session_paths


def test_of_a_person_the_sessions_follow_each_other(spark):
    paths = {r["person_id"]: r for r in to_person_paths(session_paths(spark)).collect()}
    assert paths["p0"]["steps"] == ["home", "home", "view", "view", "buy", "home", "my-own-page"]
    gaps = [
        (b - a) // 1000
        for a, b in zip(paths["p0"]["at_ms"], paths["p0"]["at_ms"][1:], strict=False)
    ]
    assert gaps == [3600, 1, 2, 3, 3594, 9]
    edges = edges_of(spark).filter("segment_id = 'all' AND grain = 'person'")
    got = {
        (r["from_step"], r["to_step"]): (r["transition_count"], r["per_path"])
        for r in edges.collect()
    }
    assert got["path_start", "home"] == (12, 1.0)
    assert got["view", "buy"] == (12, 1.0)


def test_steps_of_sessions_that_overlap_come_by_their_own_time(spark):
    sessions = table(spark, """
        person_id | session_id | started_at       | l:steps        | ln:at_ms
        ann       | phone      | 2026-03-01 10:00 | home cart help | 0 100 900
        ann       | laptop     | 2026-03-01 10:01 | home pay       | 50 300
        ann       | later      | 2026-03-01 11:00 | home           | 5000
        ben       | phone      | 2026-03-01 10:00 | home cart      | 0 200
        ben       | laptop     | 2026-03-01 10:01 | pay            | 200
        cat       | phone      | 2026-03-01 10:00 | home           | 0
    """)  # fmt: skip
    paths = to_person_paths(sessions.selectExpr("*", "array('all') AS segments"))
    got = {
        r["person_id"]: " ".join(
            f"{step}@{ms}" for step, ms in zip(r["steps"], r["at_ms"], strict=True)
        )
        for r in paths.collect()
    }
    assert got == {
        "ann": "home@0 home@50 cart@100 pay@300 help@900 home@5000",
        "ben": "home@0 cart@200 pay@200",
        "cat": "home@0",
    }
