"""Which step follows which, and what may be told."""

from pyspark.sql import functions as F

from desirelines.paths.edges import to_edges, with_published_steps
from desirelines.paths.whole import to_top_paths
from tests.support.tables import rows_of, table


def sessions(spark, people=12):
    lines = [f"p{n} | home view view buy | 0 1000 3000 6000" for n in range(people)]
    lines += [f"p{n} | home | 0" for n in range(3)]
    lines += ["p0 | home my-own-page | 0 9000"]
    return table(spark, "person_id | l:steps | ln:step_offsets\n" + "\n".join(lines))


def members(spark, people=12):
    return table(
        spark, "person_id | segment_id\n" + "\n".join(f"p{n} | {'big' if n < 10 else 'tiny'}" for n in range(people))
    )


def test_transitions_are_counted_from_path_start_to_path_end(spark):
    edges = to_edges(sessions(spark), members(spark), run_id="r").filter(F.col("segment_id") == "all")
    got = rows_of(
        edges, "from_step", "to_step", "transition_count", "people_count", "out_share", "in_share", "median_seconds"
    )
    assert got == [
        ("buy", "path_end", 12, 12, 1.0, 12 / 16, None),
        ("home", "view", 12, 12, 12 / 16, 0.5, 1.0),
        ("path_start", "home", 16, 12, 1.0, 1.0, None),
        ("view", "buy", 12, 12, 0.5, 1.0, 3.0),
        ("view", "view", 12, 12, 0.5, 0.5, 2.0),
    ]  # home → path_end and home → my-own-page are of fewer than ten people


def test_a_segment_of_two_people_has_no_edges(spark):
    edges = to_edges(sessions(spark), members(spark), run_id="r")
    assert {r["segment_id"] for r in edges.collect()} == {"all", "big"}


def test_steps_of_few_people_are_hidden_and_steps_beyond_the_top_are_other(spark):
    got = with_published_steps(sessions(spark), top_steps=2, min_people=10)
    steps = {tuple(r["steps"]) for r in got.collect()}
    assert steps == {("home", "__other__", "__other__", "buy"), ("home",), ("home", "__hidden__")}


def test_top_paths_take_repeats_together_and_leave_out_what_few_people_do(spark):
    got = to_top_paths(sessions(spark), members(spark), most=3)
    found = sorted(
        (r["segment_id"], " ".join(r["path"]), r["sessions_count"], round(r["share"], 3)) for r in got.collect()
    )
    assert found == [("all", "home view buy", 12, 0.75), ("big", "home view buy", 10, round(10 / 14, 3))]
