"""The tree of an expression."""

from desirelines.settings.expressions import read_expression


def test_a_tree_is_read_once_and_names_what_it_needs():
    assert read_expression("row.a") is read_expression("row.a")
    assert read_expression("filter(row.l, x -> x = Line.b AND y.c)").names == {"row", "line", "y"}
