"""What visits look like, each picture with the same numbers as a table."""

from desirelines.report.visits import counts_of
from desirelines.report.ways import chips_of, flow_picture, graph_picture, ways_of
from tests.support.report import report


def test_tables_say_what_the_pictures_draw():
    flow = flow_picture(report(), "all")
    assert flow.table.rows == (
        ("1. step", "search", "order completed 401", "907", "89.9%", "401", "506"),
        ("1. step", "home", "", "102", "10.1%", "0", "102"),
        ("2. step", "order completed", "", "401", "39.7%", "0", "401"),
    )
    assert "of all 1,009 visits" in flow.caption
    graph = graph_picture(counts_of(report(), "all"), 8)
    assert graph.table.rows == (("search", "order completed", "401", "44.2%"),)


def test_the_ways_of_a_segment_have_everything_and_those_of_a_withheld_one_nothing():
    ways = ways_of(report(), "c1")
    assert ways.visits == "1,009"
    assert [(p.chips, p.share, p.visits) for p in ways.paths] == [
        (("search", "order completed"), "31.8%", "321")
    ]
    assert ways.flow
    assert ways.graph
    assert ways.rhythm
    none = ways_of(report(), "c3")
    assert (none.visits, none.paths, none.flow, none.graph, none.rhythm) == ("", (), None, None,
                                                                             None)  # fmt: skip


def test_repeats_are_one_chip_and_long_paths_end_in_a_count():
    assert chips_of(["a", "a", "b"]) == ("a ×2", "b")
    assert chips_of([str(n) for n in range(14)])[-1] == "5 more"
