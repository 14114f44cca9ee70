"""Prepare features for clustering: fitted on a sample, applied to everybody as SQL.

Spark and a saved Pipeline share that SQL. Everything fitted here is plain data, so a stored model
can be applied years later without the process that made it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from sklearn.cluster import KMeans

from desirelines.catalogue import Family, Feature
from desirelines.tables import SMALL_GROUP

INDICATOR = "_is_missing"
WINSOR, MAX_CORRELATION = (1.0, 99.0), 0.95
"""Values beyond these percentiles are moved to them; of two columns with a higher correlation, the
first stays."""
MISSING_SPREAD = 1.0
"""Divisor of the indicator of a missing value: known and missing then differ by one deviation.

Scaled by its own small deviation, a rare indicator would dominate the distance.
"""
SMALL_GROUPS, LEAST_OF_GROUP, LEAST_SHARE, LEAST_PEOPLE = 24, 10, 0.1, 100
"""Weighting of columns by small groups of people.

They are the number of groups, the minimum people of one, the floor of a column's within-share, and
the minimum people for any weighting.
"""

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PreparedColumn:
    """One column of the prepared vector.

    Attributes:
        feature: name in the catalogue.
        column: its value as Spark SQL over the table of features.
        is_indicator: whether it holds that the feature is missing (1) or known (0), not its value.
        is_log: whether it is log(1 + x) of the value, with values below 0 as 0.
        low, high: values beyond are moved to these bounds, on the scale that is clustered.
        median: replacement of a missing value, on that scale.
        spread: divisor: its standard deviation, or MISSING_SPREAD.
        weight: factor after the division: of its family, and of how well it separates small groups
            of people.
        needs, needs_from: as in the catalogue; `column` has them in its SQL already.
    """

    feature: str
    column: str
    is_indicator: bool
    is_log: bool
    low: float
    high: float
    median: float
    spread: float
    weight: float
    needs: str = ""
    needs_from: float = 0.0

    @property
    def name(self) -> str:
        """Column name of the prepared number."""
        name = self.feature
        if not name.isidentifier():
            name = (
                "".join(c if c.isalnum() else "_" for c in name)
                + "_"
                + sha256(name.encode()).hexdigest()[:8]
            )
        return f"p_{name}{INDICATOR if self.is_indicator else ''}"

    @property
    def sql(self) -> str:
        """The prepared number, never null, as Spark SQL over the table of features."""
        factor = _double(self.weight / self.spread)
        if self.is_indicator:
            return f"CASE WHEN {self.column} IS NULL THEN {factor} ELSE 0D END"
        value = f"ln(1D + greatest({self.column}, 0D))" if self.is_log else self.column
        clipped = f"least(greatest({value}, {_double(self.low)}), {_double(self.high)})"
        filled = f"CASE WHEN {self.column} IS NULL THEN {_double(self.median)} ELSE {clipped} END"
        return f"({filled}) * {factor}"


@dataclass(frozen=True, slots=True)
class Preparation:
    """All columns of the prepared vector, in order."""

    columns: tuple[PreparedColumn, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the prepared numbers, in order."""
        return tuple(c.name for c in self.columns)

    @property
    def features(self) -> tuple[str, ...]:
        """The features that the prepared numbers are made from, each once."""
        return tuple(dict.fromkeys(n for c in self.columns for n in (c.feature, c.needs) if n))

    def to_json(self) -> str:
        """Serialise it for `run_parameters`."""
        return json.dumps([asdict(c) for c in self.columns], sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Preparation:
        """Read what `to_json` wrote."""
        return cls(tuple(PreparedColumn(**c) for c in json.loads(text)))


def fit_preparation(
    sample: pa.Table, catalogue: Sequence[Feature], family_weights: Mapping[Family, float]
) -> Preparation:
    """Fit all columns on a sample of people's features, one column per feature.

    Skewed features become log(1 + x). All are winsorised, divided by their standard deviation, and
    weighted by their family's weight over the root of the share of their variance that lies within
    small groups. A missing value becomes the median, and an indicator column marks it, by one
    deviation. Left out are columns that hardly vary, and the later of two that correlate by more
    than MAX_CORRELATION. Nothing is centred: k-means does not need it, and MLlib's bisecting
    k-means breaks on centred features.
    """
    columns: list[PreparedColumn] = []
    values: list[Numbers] = []
    for feature in (f for f in catalogue if f.is_clustered):
        for column, value in _columns_of(feature, sample):
            deviation = float(value.std())
            if deviation <= 1e-9 or any(
                abs(float(np.corrcoef(value, v)[0, 1])) > MAX_CORRELATION for v in values
            ):
                continue
            spread = MISSING_SPREAD if column.is_indicator else deviation
            columns.append(
                _with(column, spread=spread, weight=family_weights.get(feature.family, 1.0))
            )
            values.append(value)
    # Indicators of missing values must not shape the groups that judge them.
    judging = np.array([not c.is_indicator for c in columns])
    if not judging.any() or sample.num_rows < LEAST_PEOPLE:
        return Preparation(tuple(columns))
    scaled = np.column_stack(
        [v / c.spread * c.weight for c, v in zip(columns, values, strict=True)]
    )
    factor = 1 / np.sqrt(np.maximum(shares_within(scaled, scaled[:, judging]), LEAST_SHARE))
    factor /= np.sqrt(np.mean(factor**2))
    return Preparation(
        tuple(
            _with(c, weight=c.weight * float(f))
            for c, f in zip(columns, factor, strict=True)
            if c.weight > 0
        )
    )


def shares_within(points: Numbers, judging: Numbers) -> Numbers:
    """For each column of points: its variance within many small groups / its variance.

    Near 0 where people are grouped by it, near 1 for noise. The groups come from k-means on the
    columns of `judging`. They are twice as many as the clusters looked for, so that hardly any
    holds people of two clusters. The idea is that of the Laplacian score (He, Cai, Niyogi 2005),
    with groups instead of neighbours.
    """
    groups = min(SMALL_GROUPS, len(points) // LEAST_OF_GROUP, len(np.unique(judging, axis=0)))
    label = KMeans(groups, n_init=5, random_state=0).fit(judging).labels_
    counts = np.bincount(label, minlength=groups)
    means = np.column_stack(
        [np.bincount(label, weights=column, minlength=groups) for column in points.T]
    )
    within = ((points - (means / counts[:, None])[label]) ** 2).mean(axis=0)
    variance = points.var(axis=0)
    return np.asarray(within / np.where(variance > 0, variance, 1.0), dtype=np.float64)


def prepared_columns(preparation: Preparation) -> list[Column]:
    """The prepared numbers, in order, as columns; never null."""
    return [F.expr(c.sql).alias(c.name) for c in preparation.columns]


def to_prepared(features: DataFrame, preparation: Preparation) -> DataFrame:
    """One row per person: person_id, bucket, and one column per prepared number."""
    return features.select("person_id", "bucket", *prepared_columns(preparation))


def _columns_of(feature: Feature, sample: pa.Table) -> list[tuple[PreparedColumn, Numbers]]:
    """A feature's column and, where it is useful, its indicator column.

    The indicator is left out where the feature is nearly always known or nearly always missing, and
    where a value is missing only because too little is known of the person.
    """
    raw = sample.column(feature.name).to_numpy().astype(np.float64)
    is_known = ~np.isnan(raw)
    if is_known.sum() < SMALL_GROUP:
        return []
    is_log = feature.scale == "log"
    value = np.log1p(np.maximum(raw, 0.0)) if is_log else raw
    low, high = _bounds(value[is_known])
    median = float(np.median(value[is_known]))
    column = PreparedColumn(
        feature.name,
        feature.clustered_sql,
        False,
        is_log,
        low,
        high,
        median,
        1.0,
        1.0,
        feature.needs,
        feature.needs_from,
    )
    columns = [
        (column, np.where(is_known, np.clip(np.where(is_known, value, 0.0), low, high), median))
    ]
    if 0.01 < is_known.mean() < 0.99 and not feature.needs:
        columns.append(
            (
                PreparedColumn(feature.name, feature.sql, True, False, 0.0, 1.0, 0.0, 1.0, 1.0),
                (~is_known).astype(np.float64),
            )
        )
    return columns


def _bounds(values: Numbers) -> tuple[float, float]:
    """The percentiles of WINSOR.

    Where fewer than ten people lie beyond a percentile, it is the mean of the ten outermost values,
    because bounds are published.
    """
    if len(values) * WINSOR[0] / 100 >= SMALL_GROUP:
        low, high = np.percentile(values, WINSOR)
    else:
        ascending = np.sort(values)
        low, high = ascending[:SMALL_GROUP].mean(), ascending[-SMALL_GROUP:].mean()
    return float(low), float(high)


def _with(column: PreparedColumn, **changes: float) -> PreparedColumn:
    return PreparedColumn(**(asdict(column) | changes))


def _double(value: float) -> str:
    """A number as an exact double literal of Spark SQL."""
    return f"{value!r}D"
