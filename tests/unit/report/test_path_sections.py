"""Pictures of paths, each with the same numbers as a table."""

from desirelines.report.path_sections import (
    flow_picture,
    funnel_pictures,
    graph_picture,
    places_left_out,
    places_picture,
    week_pictures,
)
from tests.support.report import report


def test_tables_say_what_the_pictures_draw_of_everybody():
    data = report()
    assert flow_picture(data).table.rows == (("search → search → order completed", "321"),)
    assert graph_picture(data).table.rows == (("search", "order completed", "300"),)
    assert places_picture(data).table.rows == (
        ("1", "search", "900", "90.0%"),
        ("1", "order completed", "100", "10.0%"),
        ("2", "end", "600", "60.0%"),
        ("2", "search", "400", "40.0%"),
    )
    assert [name for name, _ in funnel_pictures(data)] == ["checkout"]
    assert [name for name, _ in week_pictures(data)] == ["checkout"]


def test_the_step_matrix_ends_before_a_place_that_is_left_out():
    positions = report().positions
    data = report(positions=positions[positions["place"] != 2], places=4)
    assert {row[0] for row in places_picture(data).table.rows} == {"1"}
    assert places_left_out(data).startswith(
        "Places from the 2nd on are left out: fewer than 10 people took a step there"
    )
    assert places_left_out(report(places=4)).startswith("Places from the 3rd on")
    assert places_left_out(report()) == ""
    assert places_left_out(report(positions=positions.iloc[:0])) == ""


def test_what_nobody_may_see_has_no_picture():
    data = report()
    none = report(
        paths=data.paths.iloc[:0], edges=data.edges.iloc[:0], positions=data.positions.iloc[:0],
        funnels=data.funnels.iloc[:0], weeks=data.weeks[:1],
    )  # fmt: skip
    assert (flow_picture(none), graph_picture(none), places_picture(none)) == (None, None, None)
    assert (funnel_pictures(none), week_pictures(none)) == ((), ())  # one week is no line
