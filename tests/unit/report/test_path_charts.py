"""Pictures of paths: steps by name, the same bytes for the same numbers."""

from desirelines.report.path_charts import flow, graph, step_matrix
from tests.support.report import parsed, text_of

PATHS = [(["home", "search", "order_completed"], 30.0), (["home"], 12.0), (["x"] * 9, 1.0)]


def test_each_picture_names_its_steps():
    shares = {("home", 1): 0.9, ("search", 1): 0.1, ("search", 2): 1.0}
    for picture in (
        flow(PATHS),
        graph({("home", "search"): 30.0, ("search", "home"): 12.0, ("home", "home"): 3.0}),
        step_matrix(shares, ["home", "search"], 2),
    ):
        assert parsed(picture).names[0] == "svg"
        shown = text_of(picture)
        assert "home" in shown
        assert "search" in shown


def test_equal_numbers_are_equal_bytes_and_nothing_is_a_picture_too():
    assert flow(PATHS) == flow(list(PATHS))
    assert parsed(flow([])).names[0] == "svg"
