"""Scans over all people are scikit-learn's iterations, the same to the bit on every machine."""

import numpy as np
import pytest
from pyspark.sql import functions as F
from sklearn.cluster import KMeans

from desirelines.clusters.fit import in_fixed_order
from desirelines.clusters.lloyd import lloyd, to_points


def test_scans_are_scikit_learn_s_iterations_from_the_same_start(planted_people):
    people, columns, points, k = planted_people
    start = points[:: len(points) // k][:k].copy()
    oracle = KMeans(n_clusters=k, init=start, n_init=1, tol=1e-4, max_iter=300).fit(points)
    kept = to_points(in_fixed_order(people, len(points)), len(points), columns)
    got = lloyd(kept, start, max_iterations=300)
    assert got.cost == pytest.approx(oracle.inertia_, rel=1e-3)
    assert sum(got.sizes) == len(points)
    at_its_end = lloyd(kept, oracle.cluster_centers_, max_iterations=0)
    assert at_its_end.cost == pytest.approx(oracle.inertia_, rel=1e-9)
    assert at_its_end.sizes == tuple(np.bincount(oracle.labels_, minlength=k).tolist())


def test_scans_are_the_same_to_the_bit_however_the_people_arrived(planted_people):
    people, columns, points, k = planted_people
    start = points[:k].copy()
    fits = [
        lloyd(
            to_points(in_fixed_order(p, 120_000), len(points), columns, most_held=most),
            start,
            max_iterations=20,
        )
        for p in (
            people,
            people.repartition(7).orderBy(F.col("person_id").desc()),
        )  # in three partitions
        for most in (0, 2**30)  # where the people are, and here
    ]
    assert len({fit.centres.tobytes() for fit in fits}) == 1
    assert len({fit.cost for fit in fits}) == 1
