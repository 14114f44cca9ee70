"""What would have to be different for a person to be in a rule segment, or not to be."""

from __future__ import annotations

from collections.abc import Sequence

from desirelines.settings.rule_conditions import AllOf, AnyOf, Condition, Leaf, Not, nodes_of

Answer = bool | None
Change = dict[int, bool]
"""The leaves that would have to differ, by the number of their node, with the answer needed."""


def smallest_change(condition: Condition, answers: Sequence[Answer], *, is_in: bool) -> Change:
    """The smallest set of leaves whose answers decide that a person is in the segment, or is not.

    `answers` are those of all nodes, in the order of `nodes_of`. Each leaf can have any answer,
    whatever the others have. To be in, the rule has to be true; not to be in, false or unknown is
    enough. Of several smallest sets, the one whose leaves come first.
    """
    numbers = {id(node): number for number, node in enumerate(nodes_of(condition))}
    return _least(condition, is_in, not is_in, numbers, answers)


def _least(
    node: Condition,
    wanted: bool,
    is_lax: bool,
    numbers: dict[int, int],
    answers: Sequence[Answer],
) -> Change:
    """What makes a node `wanted`; with `is_lax`, unknown is enough."""
    if isinstance(node, Leaf):
        number = numbers[id(node)]
        answer = answers[number]
        return {} if answer is wanted or (is_lax and answer is None) else {number: wanted}
    if isinstance(node, Not):
        return _least(node.part, not wanted, is_lax, numbers, answers)
    assert isinstance(node, AllOf | AnyOf)
    changes = [_least(part, wanted, is_lax, numbers, answers) for part in node.parts]
    if isinstance(node, AllOf) == wanted:
        return {number: needed for change in changes for number, needed in change.items()}
    return min(changes, key=len)
