"""The tree of an expression: its names, its depth, and texts that mean the clock."""

import pytest

from desirelines.settings.tree import MOST_DEEP, Node, check_constants


def constant(value):
    return Node("constant", value)


ROW = Node("name", ("Row", "a"))


def test_names_are_first_parts_without_the_parameters_of_lambdas():
    inner = Node("lambda", ("X",), (Node("call", "concat", (Node("name", ("x",)), ROW)),))
    assert Node("call", "filter", (Node("name", ("line", "l")), inner)).names == {"line", "row"}
    assert constant("row").names == frozenset()


def test_a_tree_has_an_end():
    node = constant(1)
    for _ in range(MOST_DEEP - 1):
        node = Node("operator", "-", (node,))
    assert node.depth == MOST_DEEP
    with pytest.raises(ValueError, match="at character 8: more than 100 levels deep"):
        Node("operator", "-", (node,), at=7)


@pytest.mark.parametrize(
    ("node", "said"),
    [
        (constant("now"), "reads as the current time"),
        (constant(" Today "), "reads as the current time"),
        (constant("yesterday UTC"), "reads as the current time"),
        (Node("call", "concat", (constant("no"), constant("w"))), "constants only"),
        (Node("call", "f", (ROW, constant("tomorrow"))), "reads as the current time"),
    ],
)
def test_a_text_that_means_the_clock_is_refused(node, said):
    with pytest.raises(ValueError, match=said):
        check_constants(node)


@pytest.mark.parametrize(
    "node",
    [
        constant("nowhere"),
        constant("know now how"),
        constant(7),
        ROW,
        Node("call", "array", (constant("a"), constant("b"))),
        Node("operator", "+", (constant(1), constant(2))),
        Node("call", "concat", (ROW, constant("x"))),
    ],
)
def test_other_constants_are_taken(node):
    check_constants(node)
