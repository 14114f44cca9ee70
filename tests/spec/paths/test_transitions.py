"""Which step follows which, and what may be published."""

from desirelines.paths.transitions import published_steps, with_published_steps
from tests.support.tables import rows_of
from tests.support.walks import edges_of, sessions


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


def test_a_segment_of_two_people_has_no_edges_nor_has_the_one_from_which_they_would_follow(spark):
    assert {r["segment_id"] for r in edges_of(spark).collect()} == {"all"}


def test_steps_of_few_people_are_hidden_and_steps_beyond_the_top_are_other(spark):
    published = published_steps(sessions(spark), top_steps=2, min_people=10)
    got = with_published_steps(sessions(spark), published)
    steps = {tuple(r["steps"]) for r in got.collect()}
    assert steps == {("home", "__other__", "__other__", "buy"), ("home",), ("home", "__hidden__")}
