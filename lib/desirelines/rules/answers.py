"""The answer of every node of every rule, for every person, as bits: why somebody is in or not."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from desirelines.rules.columns import RuleInputs, condition_column, rule_columns, test_column
from desirelines.settings.rule_conditions import InSegment, Test, each_test, nodes_of
from desirelines.settings.segment_rules import Rule

TRUE_NODES, UNKNOWN_NODES = "rule_true", "rule_unknown"


def to_answers(people: DataFrame, rules: tuple[Rule, ...], inputs: RuleInputs) -> DataFrame:
    """One row per person: person_id, bucket, and for each rule, in order, two bit sets.

    Bit n of `rule_true` is set where the rule's node n (as `nodes_of` counts them, from 0 for the
    whole rule) is true, bit n of `rule_unknown` where it is unknown. No shuffle.

    A test that stands in several nodes and rules is one column, and the bits are one text each:
    Python sends every part of a column to Spark in messages of its own, which took five seconds for
    a hundred rules.
    """
    tests = dict.fromkeys(chain.from_iterable(each_test(rule.condition) for rule in rules))
    names: dict[Test, str] = {
        test: f"_test_{number}"
        for number, test in enumerate(tests)
        if not isinstance(test, InSegment)
    }
    tested = people.select(
        "person_id",
        "bucket",
        *(test_column(test, inputs, {}).alias(name) for test, name in names.items()),
    )
    inputs = replace(inputs, tested=names)
    of_rules = rule_columns(rules, inputs)
    nodes = {
        f"_node_{number}_{place}": condition_column(node, inputs, of_rules)
        for number, rule in enumerate(rules)
        for place, node in enumerate(nodes_of(rule.condition))
    }
    counts = [len(list(nodes_of(rule.condition))) for rule in rules]
    return tested.select(
        "person_id", "bucket", *(column.alias(name) for name, column in nodes.items())
    ).select(
        "person_id",
        "bucket",
        _bits("{node}", counts).alias(TRUE_NODES),
        _bits("{node} IS NULL", counts).alias(UNKNOWN_NODES),
    )


def is_true(number: int) -> Column:
    """Whether the rule with this number is true, over `to_answers`."""
    return F.get(TRUE_NODES, F.lit(number)).bitwiseAND(F.lit(1)) == 1


def _bits(condition: str, counts: list[int]) -> Column:
    """For each rule, with so many nodes, a number with bit n set where node n meets the condition.

    `{node}` in the condition is the node.
    """
    sets = (
        " | ".join(
            f"IF({condition.format(node=f'_node_{number}_{place}')}, {1 << place}L, 0L)"
            for place in range(count)
        )
        for number, count in enumerate(counts)
    )
    return F.expr(f"CAST(ARRAY({', '.join(sets)}) AS ARRAY<BIGINT>)")
