"""Making features fit for clustering: log of the skewed, medians for the missing and a column that says so, equal scales.

Everything fitted here is plain data, so that a stored model can be applied years later without the process that made it.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from pyspark.ml.feature import VectorAssembler
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from desirelines.catalogue import FEATURES, Feature

VECTOR = "prepared"
INDICATOR = "_is_missing"


@dataclass(frozen=True, slots=True)
class PreparedColumn:
    """One column of the prepared vector.

    Attributes:
        feature: name in the catalogue.
        is_indicator: whether it says that the feature is missing (1) or known (0), instead of its value.
        median: value put where the feature is missing, on the scale that is clustered (log where the catalogue says log).
        scale: standard deviation by which it is divided.
        weight: factor that gives the column's share of its family's weight.
    """

    feature: str
    is_indicator: bool
    median: float
    scale: float
    weight: float


@dataclass(frozen=True, slots=True)
class Preparation:
    """All columns of the prepared vector, in order."""

    columns: tuple[PreparedColumn, ...]

    def to_json(self) -> str:
        """Write it for `run_parameters`."""
        return json.dumps([asdict(c) for c in self.columns], sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Preparation:
        """Read what `to_json` wrote."""
        return cls(tuple(PreparedColumn(**c) for c in json.loads(text)))


def clustered_value(feature: Feature) -> Column:
    """A feature on the scale it is clustered on: log(1 + x) for the skewed (below 0 counts as 0), else as it is.

    Null stays null: greatest() alone would make it 0.
    """
    value = F.col(feature.name)
    return F.when(value.isNotNull(), F.log1p(F.greatest(value, F.lit(0.0)))) if feature.scale == "log" else value


def fit_preparation(features: DataFrame) -> Preparation:
    """Fit medians and scales in one pass over the people. Columns that hardly vary are left out.

    Nothing is centred: k-means does not need it, and MLlib's bisecting k-means falls apart on centred features.
    """
    scaled = features.select(*(clustered_value(f).alias(f.name) for f in FEATURES))
    figures: list[Column] = [F.count("*").alias("n")]
    for feature in FEATURES:
        value = F.col(feature.name)
        figures += [
            F.percentile(value, 0.5).alias(f"{feature.name}:median"),
            F.count(value).alias(f"{feature.name}:known"),
            F.coalesce(F.stddev_pop(value), F.lit(0.0)).alias(f"{feature.name}:deviation"),
        ]
    row = scaled.agg(*figures).collect()[0].asDict()
    columns: list[PreparedColumn] = []
    for feature in FEATURES:
        known = row[f"{feature.name}:known"] / max(row["n"], 1)
        deviation = row[f"{feature.name}:deviation"]
        if deviation > 1e-9:
            columns.append(PreparedColumn(feature.name, False, row[f"{feature.name}:median"], deviation, 1.0))
        spread = (known * (1 - known)) ** 0.5
        if 0.01 < known < 0.99:
            # A missing value is one fact, not a second feature: half the weight, whatever its share.
            columns.append(PreparedColumn(feature.name, True, 0.0, spread, 0.5))
    return Preparation(tuple(columns))


def prepared_columns(preparation: Preparation) -> list[Column]:
    """The prepared numbers, in order, as columns; never null."""
    by_name = {f.name: f for f in FEATURES}
    out = []
    for column in preparation.columns:
        feature = by_name[column.feature]
        if column.is_indicator:
            value = F.col(feature.name).isNull().cast("double")
        else:
            value = F.coalesce(clustered_value(feature), F.lit(column.median))
        out.append((value * F.lit(column.weight / column.scale)).alias(prepared_name(column)))
    return out


def prepared_name(column: PreparedColumn) -> str:
    """Column name of a prepared number."""
    return f"p_{column.feature}{INDICATOR if column.is_indicator else ''}"


def to_prepared(features: DataFrame, preparation: Preparation) -> DataFrame:
    """One row per person: person_id, bucket, and the prepared vector, in the fixed order that fits are made from.

    MLlib's result depends on how rows are spread, so they are always spread and sorted by the same rule.
    """
    people = features.select("person_id", "bucket", *prepared_columns(preparation))
    names = [prepared_name(c) for c in preparation.columns]
    return VectorAssembler(inputCols=names, outputCol=VECTOR).transform(people).select("person_id", "bucket", VECTOR)
