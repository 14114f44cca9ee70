"""Clusters that stand apart from their neighbours, and halves of one cloud."""

import numpy as np
import pytest

from desirelines.clusters.neighbours import groups_apart, is_one_cloud
from desirelines.clusters.sample_fits import KMEANS, fitted


def cloud(random, people, columns, at=0.0):
    points = random.normal(size=(people, columns))
    points[:, 0] += at
    return points


@pytest.mark.parametrize("draw", ["normal", "laplace"])
@pytest.mark.parametrize(("people", "columns"), [(40, 3), (200, 3), (200, 12), (1_000, 12)])
def test_halves_of_a_cloud_are_one_cloud(people, columns, draw):
    joined = []
    for seed in range(10):
        points = getattr(np.random.default_rng(seed), draw)(size=(people, columns))
        half = fitted(points, 2, KMEANS, seed=1, starts=3).labels_ == 1
        joined.append(is_one_cloud(points[half], points[~half], np.random.default_rng(seed)))
    assert sum(joined) >= 9, joined


@pytest.mark.parametrize(("few", "many", "columns"), [(25, 25, 3), (40, 400, 3), (300, 300, 12)])
def test_groups_five_deviations_apart_are_two_whatever_their_size(few, many, columns):
    random = np.random.default_rng(2)
    one, other = cloud(random, few, columns), cloud(random, many, columns, 5.0)
    assert not is_one_cloud(one, other, random)
    assert not is_one_cloud(other, one, random)


def test_the_line_between_one_cloud_and_two_is_lower_where_it_is_asked_for():
    points = np.random.default_rng(7).uniform(size=(200, 3))
    half = fitted(points, 2, KMEANS, seed=1, starts=3).labels_ == 1
    judged = [is_one_cloud(points[half], points[~half], np.random.default_rng(1), z)
              for z in (-9.0, 9.0)]  # fmt: skip
    assert judged == [False, True]


def test_of_a_narrow_and_a_wide_group_cut_in_three_two_stand_apart():
    random = np.random.default_rng(4)
    wide, narrow = cloud(random, 300, 2) * 6, cloud(random, 300, 2) * 0.1 + [60, 0]
    points = np.concatenate([wide, narrow])
    three = fitted(wide, 3, KMEANS, seed=1, starts=5).labels_
    labels = np.concatenate([three, np.full(300, 3, dtype=np.int32)])
    assert groups_apart(points, labels, seed=1) == 2
    assert groups_apart(wide, three, seed=1) == 1


def test_groups_are_the_same_whatever_the_numbers_of_the_clusters():
    random = np.random.default_rng(4)
    points = np.concatenate([cloud(random, 60, 3, at) for at in (0.0, 6.0, 12.0, 18.0)])
    labels = np.repeat(np.arange(4, dtype=np.int32), 60)
    assert {groups_apart(points, np.asarray(np.roll([0, 1, 2, 3], n), dtype=np.int32)[labels], 1)
            for n in range(4)} == {4}  # fmt: skip
