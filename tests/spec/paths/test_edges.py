"""Which step follows which, and what may be published."""

from desirelines.paths.person_batches import colocated_by_person, with_segments
from desirelines.paths.top_paths import to_top_paths
from desirelines.paths.transitions import published_steps, to_edges, with_published_steps
from desirelines.paths.units import to_person_paths, to_session_paths
from tests.support.tables import rows_of, table


def sessions(spark, people=12):
    lines = [
        f"p{n} | {n:02d} | 2026-03-01 10:00 | home view view buy | 0 1000 3000 6000"
        for n in range(people)
    ]
    lines += [f"p{n} | {n + 50} | 2026-03-01 09:00 | home | 0" for n in range(3)]
    lines += ["p0 | 99 | 2026-03-01 11:00 | home my-own-page | 0 9000"]
    return table(
        spark,
        "person_id | session_id | started_at | l:steps | ln:step_offsets\n" + "\n".join(lines),
    )


def edges_of(spark):
    paths = session_paths(spark)
    return to_edges(paths.unionByName(to_person_paths(paths), allowMissingColumns=True), run_id="r")


def session_paths(spark):
    return colocated_by_person(with_segments(to_session_paths(sessions(spark)), members(spark)))


def members(spark, people=12):
    return table(
        spark,
        "person_id | segment_id\n"
        + "\n".join(f"p{n} | {'big' if n < 10 else 'tiny'}" for n in range(people)),
    )


def test_transitions_are_counted_from_path_start_to_path_end(spark):
    edges = edges_of(spark).filter("segment_id = 'all' AND grain = 'session'")
    got = rows_of(
        edges, "from_step", "to_step", "transition_count", "people_count", "transition_share",
        "out_share", "in_share", "per_path", "median_seconds", "q95_seconds",
    )  # fmt: skip
    n = 12 * 5 + 3 * 2 + 3  # moves of all paths
    assert (
        got
        == [
            ("home", "view", 12, 12, 12 / n, 12 / 16, 0.5, 12 / 16, 1.0, 1.0),
            ("path_start", "home", 16, 12, 16 / n, 1.0, 1.0, 1.0, None, None),
            ("view", "buy", 12, 12, 12 / n, 0.5, 1.0, 12 / 16, 3.0, 3.0),
            ("view", "view", 12, 12, 12 / n, 0.5, 0.5, 12 / 16, 2.0, 2.0),
        ]
        # home → path_end is of fewer than ten people,
        # and would follow from buy → path_end and the number of paths
    )


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


def test_people_are_counted_once_however_small_the_batches_are(spark):
    columns = (
        "grain",
        "segment_id",
        "from_step",
        "to_step",
        "transition_count",
        "people_count",
        "median_seconds",
    )
    whole = rows_of(edges_of(spark), *columns)
    spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", 1)
    try:
        assert rows_of(edges_of(spark), *columns) == whole
    finally:
        spark.conf.unset("spark.sql.execution.arrow.maxRecordsPerBatch")


def test_a_segment_of_two_people_has_no_edges_nor_has_the_one_from_which_they_would_follow(spark):
    assert {r["segment_id"] for r in edges_of(spark).collect()} == {"all"}


def test_steps_of_few_people_are_hidden_and_steps_beyond_the_top_are_other(spark):
    published = published_steps(sessions(spark), top_steps=2, min_people=10)
    got = with_published_steps(sessions(spark), published)
    steps = {tuple(r["steps"]) for r in got.collect()}
    assert steps == {("home", "__other__", "__other__", "buy"), ("home",), ("home", "__hidden__")}


def test_top_paths_take_repeats_together_and_leave_out_what_few_people_do(spark):
    found = [
        sorted(
            (r["segment_id"], " ".join(r["path"]), r["sessions_count"], round(r["share"], 3))
            for r in got.collect()
        )
        for got in (
            to_top_paths(sessions(spark), members(spark), most=3),
            to_top_paths(sessions(spark, people=20), members(spark, people=20), most=3),
        )
    ]
    assert found == [
        [("all", "home view buy", 12, 0.75)],  # of the ten the others would follow, who are two
        [
            ("all", "home view buy", 20, round(20 / 24, 3)),
            *(
                (s, "home view buy", 10, {"big": round(10 / 14, 3), "tiny": 1.0}[s])
                for s in ("big", "tiny")
            ),
        ],
    ]
