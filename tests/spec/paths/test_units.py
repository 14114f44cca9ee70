"""A path is a session, or all sessions of a person."""

from desirelines.paths.units import to_person_paths
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
