"""The answer of every node of every rule, for every person, as bits: why somebody is in or not."""

from __future__ import annotations

from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from desirelines.rules.columns import RuleInputs, condition_column, rule_columns
from desirelines.settings.rule_conditions import nodes_of
from desirelines.settings.segment_rules import Rule

TRUE_NODES, UNKNOWN_NODES = "rule_true", "rule_unknown"


def to_answers(people: DataFrame, rules: tuple[Rule, ...], inputs: RuleInputs) -> DataFrame:
    """One row per person: person_id, bucket, and for each rule, in order, two bit sets.

    Bit n of `rule_true` is set where the rule's node n (as `nodes_of` counts them, from 0 for the
    whole rule) is true, bit n of `rule_unknown` where it is unknown. No shuffle.
    """
    of_rules = rule_columns(rules, inputs)
    nodes = [
        [condition_column(node, inputs, of_rules) for node in nodes_of(rule.condition)]
        for rule in rules
    ]
    return people.select(
        "person_id",
        "bucket",
        F.array(*(_bits(columns) for columns in nodes)).alias(TRUE_NODES),
        F.array(*(_bits([c.isNull() for c in columns]) for columns in nodes)).alias(UNKNOWN_NODES),
    )


def is_true(number: int) -> Column:
    """Whether the rule with this number is true, over `to_answers`."""
    return F.get(TRUE_NODES, F.lit(number)).bitwiseAND(F.lit(1)) == 1


def _bits(answers: list[Column]) -> Column:
    bits = (
        F.when(answer, F.lit(1 << place)).otherwise(F.lit(0)).cast("long")
        for place, answer in enumerate(answers)
    )
    return reduce(lambda one, other: one.bitwiseOR(other), bits)
