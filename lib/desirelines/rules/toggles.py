"""Rules from their evidence alone: step by step, and without some of their conditions."""

from __future__ import annotations

from collections.abc import Collection
from functools import reduce
from operator import and_, or_

from pyspark.sql import Column
from pyspark.sql import functions as F

from desirelines.rules.answers import TRUE_NODES, UNKNOWN_NODES
from desirelines.settings.rule_conditions import AllOf, Condition, Leaf, Not, nodes_of


def node_answer(rule: int, node: int) -> Column:
    """The answer of one node of a rule, over `segment_evidence`: true, false or null."""
    mask = F.lit(1 << node)
    is_true = F.get(TRUE_NODES, F.lit(rule)).bitwiseAND(mask) != 0
    is_unknown = F.get(UNKNOWN_NODES, F.lit(rule)).bitwiseAND(mask) != 0
    return F.when(~is_unknown, is_true)


def without(condition: Condition, rule: int, off: Collection[int]) -> Column | None:
    """The answer of a rule from which some leaves are taken, over `segment_evidence`.

    `off` holds numbers of nodes, as `nodes_of` counts them. What has no part left is taken, too;
    null if that is the whole rule.
    """
    numbers = {id(node): number for number, node in enumerate(nodes_of(condition))}

    def answer(node: Condition) -> Column | None:
        if isinstance(node, Leaf):
            number = numbers[id(node)]
            return None if number in off else node_answer(rule, number)
        if isinstance(node, Not):
            part = answer(node.part)
            return None if part is None else ~part
        parts = [column for part in node.parts if (column := answer(part)) is not None]
        return reduce(and_ if isinstance(node, AllOf) else or_, parts) if parts else None

    return answer(condition)


def is_left_out(condition: Condition, rule: int) -> Column:
    """Whether all else in an `all` is true, and its last part, consent to a purpose, is not."""
    *_, last = steps_of(condition)
    others = without(condition, rule, (last,))
    is_member = F.coalesce(node_answer(rule, 0), F.lit(False))
    return F.lit(False) if others is None else F.coalesce(others, F.lit(False)) & ~is_member


def steps_of(condition: Condition) -> tuple[int, ...]:
    """The numbers of the nodes by which people drop out one after the other.

    They are the parts of an `all`; a rule of another kind is one step.
    """
    numbers = {id(node): number for number, node in enumerate(nodes_of(condition))}
    parts = condition.parts if isinstance(condition, AllOf) else (condition,)
    return tuple(numbers[id(part)] for part in parts)
