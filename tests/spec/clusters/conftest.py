"""People to group: three kinds by their features, and points of planted groups."""

import numpy as np
import pytest
from pyspark.sql import functions as F

from desirelines.catalogue import FEATURES
from desirelines.clusters.fit import sample_of
from desirelines.clusters.preprocessing import fit_preparation
from tests.support.groups import planted
from tests.support.three_kinds import PEOPLE, plain, recency


@pytest.fixture(scope="module")
def features(spark):
    """Three kinds of people who differ in how often they order and come; a third never ordered."""
    random, rows = np.random.default_rng(12), []
    for n in range(PEOPLE):
        frequency, visits = ((1.0, 9.0), (4.0, 1.0), (20.0, 5.0))[n % 3]
        noise = random.normal(size=4) * (0.1, 0.2, 1.0, 1.0)
        known = None if n % 3 == 0 else recency(n)
        rows.append(
            (f"p{n:03d}", n % 8, frequency + noise[0], visits + noise[1], known, noise[2], noise[3])
        )
    names = (
        "person_id string, bucket long, frequency double, sessions_per_week double, "
        "recency_days double, hour_sin double, hour_cos double"
    )
    table = spark.createDataFrame([tuple(map(plain, row)) for row in rows], names)
    others = [
        F.lit(None).cast("double").alias(f.name) for f in FEATURES if f.name not in table.columns
    ]
    return table.select("*", *others).localCheckpoint()


@pytest.fixture(scope="module")
def preparation(features):
    return fit_preparation(sample_of(features, PEOPLE, PEOPLE), FEATURES, {})


@pytest.fixture(scope="module")
def planted_people(spark):
    """Points of known groups as prepared people, and the points."""
    points, k = planted(6)
    rows = [(f"p{n:05d}", n % 8, *map(float, p)) for n, p in enumerate(points)]
    columns = [f"p_{n}" for n in range(points.shape[1])]
    schema = "person_id string, bucket long, " + ", ".join(f"{c} double" for c in columns)
    return spark.createDataFrame(rows, schema), columns, points, k
