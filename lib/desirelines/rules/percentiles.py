"""Percentiles that rules compare with, over the people who have a value."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from desirelines.rules.columns import number_column
from desirelines.settings.rule_conditions import Compare, Percentile, Test
from desirelines.tables import SMALL_GROUP


def percentiles_of(tests: Iterable[Test]) -> tuple[Percentile, ...]:
    """The percentiles in the tests, each once, in order."""
    bounds = (test.bound for test in tests if isinstance(test, Compare))
    return tuple(dict.fromkeys(bound for bound in bounds if isinstance(bound, Percentile)))


@dataclass(frozen=True, slots=True)
class Resolved:
    """The value of a percentile, null where nobody has one, and the people who have a value."""

    value: float | None
    people: int


def resolved(
    features: DataFrame, percentiles: Iterable[Percentile], numbers: Mapping[str, str]
) -> dict[Percentile, Resolved]:
    """Exact percentiles, interpolated between two people. One execution, for all."""
    percentiles = tuple(percentiles)
    if not percentiles:
        return {}
    columns = []
    for place, percentile in enumerate(percentiles):
        value = number_column(percentile.column, numbers)
        if percentile.among:
            value = F.when(number_column(percentile.among, numbers).isNotNull(), value)
        share = F.lit(percentile.percent / 100)
        columns += [
            F.percentile(value, share).alias(f"v{place}"),
            F.count(value).alias(f"n{place}"),
        ]
    row = features.agg(*columns).collect()[0]
    return {p: Resolved(row[f"v{place}"], row[f"n{place}"]) for place, p in enumerate(percentiles)}


def publishable(values: Mapping[Percentile, Resolved]) -> str:
    """For `run_parameters`, as JSON: the values by what the rules call them.

    Null with fewer than SMALL_GROUP people on one side, whose values it would be near.
    """
    return json.dumps(
        {
            percentile.name: found.value
            if min(percentile.percent, 100 - percentile.percent) / 100 * found.people >= SMALL_GROUP
            else None
            for percentile, found in values.items()
        }
    )
