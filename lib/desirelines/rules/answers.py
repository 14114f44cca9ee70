"""The answer of every node of every rule, for every person, as bits: why somebody is in or not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import chain

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from desirelines.rules.columns import RuleInputs, test_column, was_observed
from desirelines.settings.rule_conditions import (
    AllOf,
    Condition,
    InSegment,
    Leaf,
    Not,
    Test,
    each_test,
    nodes_of,
)
from desirelines.settings.segment_rules import Rule

TRUE_NODES, UNKNOWN_NODES = "rule_true", "rule_unknown"


def to_answers(people: DataFrame, rules: tuple[Rule, ...], inputs: RuleInputs) -> DataFrame:
    """One row per person: person_id, bucket, and for each rule, in order, two bit sets.

    Bit n of `rule_true` is set where the rule's node n (as `nodes_of` counts them, from 0 for the
    whole rule) is true, bit n of `rule_unknown` where it is unknown. No shuffle.

    A test that stands in several nodes and rules is one column, as is whether a person was observed
    in the whole of a window. The answers over them are texts of whole numbers without null: Python
    sends every part of a column to Spark in messages of its own, and for each null Spark branches.
    """
    tests = dict.fromkeys(chain.from_iterable(each_test(rule.condition) for rule in rules))
    windows = dict.fromkeys(window for test in tests if (window := getattr(test, "window", None)))
    observed = {window: f"_observed_{number}" for number, window in enumerate(windows)}
    people = people.select(  # not by `withColumns`: Spark Connect refuses it where there are none
        "*", *(was_observed(window, inputs).alias(name) for window, name in observed.items())
    )
    inputs = replace(inputs, observed=observed)
    names: dict[Test, str] = {
        test: f"_test_{number}"
        for number, test in enumerate(tests)
        if not isinstance(test, InSegment)
    }
    tested = people.select(
        "person_id",
        "bucket",
        *(_number(test_column(test, inputs)).alias(name) for test, name in names.items()),
    )
    of_rules: dict[str, str] = {}
    for rule in rules:
        of_rules[rule.segment_id] = _text(rule.condition, names, of_rules)
    nodes = [[_text(node, names, of_rules) for node in nodes_of(r.condition)] for r in rules]
    true = [_bits(of_rule, "{node} & 1L") for of_rule in nodes]
    possible = [_bits(of_rule, "shiftright({node}, 1)") for of_rule in nodes]
    unknown = (f"{t} ^ {p}" for t, p in zip(true, possible, strict=True))
    return tested.select(
        "person_id",
        "bucket",
        F.expr(_array(true)).alias(TRUE_NODES),
        F.expr(_array(unknown)).alias(UNKNOWN_NODES),
    )


def _number(answer: Column) -> Column:
    """0 for false, 2 for unknown, 3 for true: then AND and OR of whole numbers are Kleene's."""
    return F.coalesce(answer.cast("long") * F.lit(3), F.lit(2))


def _text(node: Condition, tests: Mapping[Test, str], segments: Mapping[str, str]) -> str:
    """A node over the columns of tests, as Spark SQL, as such a number."""
    match node:
        case Leaf(test=InSegment(segment_id=segment_id)):
            return segments[segment_id]
        case Leaf():
            return tests[node.test]
        case Not():
            part = _text(node.part, tests, segments)  # 0 becomes 3, 3 becomes 0, 2 stays 2
            return f"(shiftleft(({part} ^ 3L) & 1L, 1) | shiftright({part} ^ 3L, 1))"
    word = " & " if isinstance(node, AllOf) else " | "
    return f"({word.join(_text(part, tests, segments) for part in node.parts)})"


def is_true(number: int) -> Column:
    """Whether the rule with this number is true, over `to_answers`."""
    return F.get(TRUE_NODES, F.lit(number)).bitwiseAND(F.lit(1)) == 1


def _bits(nodes: Iterable[str], bit: str) -> str:
    """A number whose bit n is the `bit` of node n, which is `{node}` in its text."""
    bits = (f"shiftleft({bit.format(node=node)}, {place})" for place, node in enumerate(nodes))
    return f"({' | '.join(bits)})"


def _array(numbers: Iterable[str]) -> str:
    return f"CAST(ARRAY({', '.join(numbers)}) AS ARRAY<BIGINT>)"
