"""How far each feature of everybody has moved between two runs: the PSI over tenths of then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from desirelines.catalogue import Feature
from desirelines.history.drift import stability_index

TENTHS = [tenth / 10 for tenth in range(1, 10)]
UNKNOWN = -1
"""The bin of people for whom the feature is unknown."""


def cuts_of(features: DataFrame, catalogue: Sequence[Feature]) -> dict[str, list[float]]:
    """The deciles of every feature over its known values, each once; none where all are unknown.

    One execution.
    """
    deciles = [F.percentile(F.expr(f.sql), F.array(*map(F.lit, TENTHS))) for f in catalogue]
    row = features.agg(*(d.alias(f"_{n}") for n, d in enumerate(deciles))).collect()[0]
    return {f.name: sorted(set(row[n] or ())) for n, f in enumerate(catalogue)}


def to_bins(
    features: DataFrame, catalogue: Sequence[Feature], cuts: Mapping[str, Sequence[float]]
) -> DataFrame:
    """People by feature and bin: feature, bin, people_count. A bin ends at its cut, included."""
    binned = F.explode(
        F.array(
            *(
                F.struct(
                    F.lit(f.name).alias("feature"), _bin(F.expr(f.sql), cuts[f.name]).alias("bin")
                )
                for f in catalogue
            )
        )
    )
    return (
        features.select(binned.alias("_b"))
        .groupBy("_b.feature", "_b.bin")
        .agg(F.count("*").alias("people_count"))
    )


def _bin(value: Column, cuts: Sequence[float]) -> Column:
    """The number of cuts below the value; UNKNOWN for null."""
    ends = F.array(*map(F.lit, cuts)) if cuts else F.array().cast("array<double>")
    below = F.size(F.filter(ends, lambda end: end < value))
    return F.when(value.isNull(), F.lit(UNKNOWN)).otherwise(below)


def feature_drift(before: Sequence[Any], now: Sequence[Any]) -> dict[str, float | None]:
    """PSI of each feature, from the rows of `to_bins` then and now."""
    counts: dict[str, tuple[dict[str, int], dict[str, int]]] = {}
    for side, rows in enumerate((before, now)):
        for row in rows:
            counts.setdefault(row["feature"], ({}, {}))[side][str(row["bin"])] = row["people_count"]
    return {name: stability_index(then, today) for name, (then, today) in sorted(counts.items())}
