"""Whether clusters found among some people are found among others."""

import numpy as np
import pytest

from desirelines.clusters.stability import REFITS, bootstrap_samples, stability_of
from tests.support.groups import groupless


def stability(points, k):
    samples = list(bootstrap_samples(points, np.random.default_rng(7)))
    return stability_of(samples, k, "kmeans", 7)


def test_samples_are_of_two_thirds_and_judged_on_the_other_third():
    points = np.arange(30.0)[:, None]
    samples = list(bootstrap_samples(points, np.random.default_rng(1)))
    assert len(samples) == REFITS
    for sample, held in samples:
        assert (len(sample), len(held)) == (20, 10)
        assert not set(sample[:, 0]) & set(held[:, 0])


def test_two_far_groups_are_always_found_again_and_its_error_is_zero():
    random = np.random.default_rng(2)
    points = np.concatenate([random.normal(size=(40, 2)), random.normal(size=(40, 2)) + 30])
    assert stability(random.permutation(points), 2) == (pytest.approx(1.0), pytest.approx(0.0))


def test_the_error_of_a_few_dozen_people_is_larger_than_that_of_many():
    cloud = groupless("ball", 3)
    (_, few), (_, many) = (stability(cloud[:n], 3) for n in (60, 1500))
    assert few > 2 * many > 0
