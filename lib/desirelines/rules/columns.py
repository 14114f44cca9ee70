"""Tests of rules as columns: true, false, or null where it is not known (docs/rules.md)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import reduce
from operator import and_, eq, ge, gt, le, lt, ne, or_

from pyspark.sql import Column
from pyspark.sql import functions as F

from desirelines.rules.facts import Asked
from desirelines.rules.spans import start_of, start_us
from desirelines.rules.step_facts import FALSE, OPEN, TRUE
from desirelines.settings.rule_conditions import (
    AgreesTo,
    AllOf,
    AnyOf,
    Compare,
    Condition,
    Count,
    InFunnel,
    InSegment,
    IsKnown,
    LabelIn,
    Moment,
    Not,
    PathHolds,
    Percentile,
    Sequence,
    Span,
    Test,
)

OPERATORS = {"<": lt, "<=": le, "=": eq, "!=": ne, ">=": ge, ">": gt}
DAY_US = 86_400_000_000


@dataclass(frozen=True, slots=True)
class RuleInputs:
    """What conditions are resolved by in one run.

    Attributes:
        end: the first moment that no longer counts.
        numbers: Spark SQL of features, by name; a column of the same name where there is none.
        percentiles: values of the percentiles; null where nobody has a value.
        asked: columns of tests over sessions, events and consent.
        observed: columns of `was_observed` that the rows have already, by window.
    """

    end: datetime
    numbers: Mapping[str, str]
    percentiles: Mapping[Percentile, float | None]
    asked: Mapping[Asked, str]
    observed: Mapping[Span | None, str] = field(default_factory=dict)


def condition_column(condition: Condition, inputs: RuleInputs) -> Column:
    """A condition that refers to no other rule, for each person: true, false or null.

    Spark's AND, OR and NOT over null are Kleene's three-valued logic. Many rules are answered by
    `answers.to_answers`.
    """
    if isinstance(condition, Not):
        return ~condition_column(condition.part, inputs)
    if isinstance(condition, AllOf | AnyOf):
        parts = [condition_column(part, inputs) for part in condition.parts]
        return reduce(and_ if isinstance(condition, AllOf) else or_, parts)
    return test_column(condition.test, inputs)


def test_column(test: Test, inputs: RuleInputs) -> Column:
    """One test, for each person: true, false or null.

    Raises:
        TypeError: the test is about another segment, which is answered by that segment's rule.
    """
    match test:
        case Compare():
            bound = test.bound
            value = inputs.percentiles[bound] if isinstance(bound, Percentile) else bound
            number = number_column(test.column, inputs.numbers)
            holds: Column = OPERATORS[test.operator](number, F.lit(value).cast("double"))
            return holds
        case IsKnown():
            number = number_column(test.column, inputs.numbers)
            return number.isNotNull() if test.is_known else number.isNull()
        case Moment():
            return _moment(test, inputs.end)
        case LabelIn():
            is_in = F.col(test.label).isin(*sorted(test.values))
            return is_in if test.is_in else ~is_in
        case Count():
            return _count(test, inputs)
        case Sequence():
            state = F.col(inputs.asked[test])
            return (
                F.when(state == TRUE, F.lit(True))
                .when(state == OPEN, F.lit(None).cast("boolean"))
                .when((state == FALSE) | was_observed(test.window, inputs), F.lit(False))
            )
        case PathHolds():
            holds = F.coalesce(F.col(inputs.asked[test]), F.lit(False))
            return F.when(holds, F.lit(True)).when(was_observed(test.window, inputs), F.lit(False))
        case InFunnel():
            return _funnel(test, inputs)
        case AgreesTo():
            return F.col(inputs.asked[test])
        case InSegment():
            raise TypeError(f"segment {test.segment_id} is answered by its rule")


def number_column(name: str, numbers: Mapping[str, str]) -> Column:
    """A number about the person."""
    return F.expr(numbers[name]) if name in numbers else F.col(name)


def _moment(test: Moment, end: datetime) -> Column:
    at, start = F.col(test.column), start_of(test.span, end)
    fits = at < start if test.is_before else (at >= start) & (at < F.lit(end))
    # What never was is neither lately nor long ago.
    return F.coalesce(fits, F.lit(False))


def _count(test: Count, inputs: RuleInputs) -> Column:
    """More may have been there than was seen, so too few is an answer only where all was seen."""
    seen = F.coalesce(F.col(inputs.asked[test]), F.lit(0))
    enough = F.lit(True) if test.least is None else seen >= test.least
    few_enough = F.lit(True) if test.most is None else seen <= test.most
    certain = F.when(~few_enough, F.lit(False))
    if test.most is None:
        certain = certain.when(enough, F.lit(True))
    return certain.when(was_observed(test.window, inputs), enough)


def _funnel(test: InFunnel, inputs: RuleInputs) -> Column:
    """Who is still in time, or was not seen in the whole window, may have got further than seen."""
    seen = F.col(inputs.asked[test])
    depth = F.coalesce(seen["depth"], F.lit(0))
    is_final = ~F.coalesce(seen["is_open"], F.lit(False)) & was_observed(test.window, inputs)
    if test.is_end:
        return F.when(depth > test.step, F.lit(False)).when(is_final, depth == test.step)
    return F.when(depth >= test.step, F.lit(True)).when(is_final, F.lit(False))


def was_observed(window: Span | None, inputs: RuleInputs) -> Column:
    """Whether the person's first session was before the window began; always without a window."""
    if window in inputs.observed:
        return F.col(inputs.observed[window])
    if window is None:
        return F.lit(True)
    known_us = F.unix_micros(F.lit(inputs.end)) - F.col("tenure_days") * DAY_US
    return known_us <= start_us(window, inputs.end)
