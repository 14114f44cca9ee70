"""Features become numbers that can be compared: nothing is missing, nothing counts twice."""

import math
import statistics

import numpy as np
import pytest
from pyspark.sql import functions as F

from desirelines.catalogue import FEATURES
from desirelines.clusters.fit import points_of, sample_of
from desirelines.clusters.preprocessing import (
    fit_preparation,
    shares_within,
    to_prepared,
)
from tests.support.three_kinds import PEOPLE, recency


def test_a_missing_value_is_the_median_and_says_that_it_is_missing(preparation):
    columns = {(c.feature, c.is_indicator): c for c in preparation.columns}
    assert set(columns) == {
        ("recency_days", False), ("recency_days", True), ("frequency", False),
        ("sessions_per_week", False), ("hour_sin", False), ("hour_cos", False),
    }  # fmt: skip
    known = [recency(n) for n in range(PEOPLE) if n % 3]
    assert columns["recency_days", False].median == pytest.approx(
        statistics.median(math.log1p(v) for v in known)
    )


def test_outliers_are_moved_in_equal_columns_left_out_and_a_family_can_be_weighed_down(spark):
    random = np.random.default_rng(1)
    days = random.integers(1, 50, 1_000).astype(float)
    days[0] = 1e9
    noise = random.normal(size=1_000)
    rows = [
        (f"p{n}", n % 8, float(d), float(2 * d), float(x), 5.0)
        for n, (d, x) in enumerate(zip(days, noise, strict=True))
    ]
    names = (
        "person_id string, bucket long, active_days double, sessions_per_week double, "
        "hour_sin double, hour_cos double"
    )
    table = spark.createDataFrame(rows, names)
    others = [
        F.lit(None).cast("double").alias(f.name) for f in FEATURES if f.name not in table.columns
    ]
    sample = sample_of(table.select("*", *others), 1_000, 1_000)
    kept = {c.feature: c for c in fit_preparation(sample, FEATURES, {}).columns}
    assert set(kept) == {
        "sessions_per_week",
        "hour_sin",
    }  # active_days says the same, hour_cos never varies
    assert kept["sessions_per_week"].high < math.log1p(2 * 50)
    weighed = {
        c.feature: c.weight for c in fit_preparation(sample, FEATURES, {"rhythm": 0.5}).columns
    }
    ratio = weighed["hour_sin"] / weighed["sessions_per_week"]
    assert ratio < 0.8 * kept["hour_sin"].weight / kept["sessions_per_week"].weight
    assert {c.feature for c in fit_preparation(sample, FEATURES, {"rhythm": 0.0}).columns} == {
        "sessions_per_week"
    }


def test_a_column_that_groups_differ_in_varies_little_within_small_groups_and_noise_does():
    random = np.random.default_rng(2)
    group = random.integers(0, 3, 600)
    telling = np.column_stack(
        [group + random.normal(size=600) * 0.1, group * 2 + random.normal(size=600) * 0.2]
    )
    points = np.column_stack([telling, random.normal(size=(600, 6))])
    scaled = points / points.std(axis=0)
    shares = shares_within(scaled, scaled)
    assert max(shares[:2]) < 0.15
    assert min(shares[2:]) > 2 * max(shares[:2])


def test_prepared_numbers_are_never_null_and_their_sql_says_the_same_as_numpy(
    features, preparation
):
    points = points_of(sample_of(to_prepared(features, preparation), PEOPLE, PEOPLE), preparation)
    assert points.shape == (PEOPLE, len(preparation.columns))
    assert np.isfinite(points).all()
    raw = sample_of(features, PEOPLE, PEOPLE).column("frequency").to_numpy()
    column = next(c for c in preparation.columns if c.feature == "frequency")
    expected = np.clip(np.log1p(raw), column.low, column.high) / column.spread * column.weight
    assert points[:, preparation.names.index("p_frequency")] == pytest.approx(expected, rel=1e-12)
