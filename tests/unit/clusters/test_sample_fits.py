"""scikit-learn's fits of one number of clusters."""

import numpy as np
import pytest

from desirelines.clusters import choose_k
from desirelines.clusters.choose_k import candidates
from desirelines.clusters.sample_fits import BISECTING, KMEANS, fitted, with_one_split

CORNERS = np.repeat([[0.0, 0.0], [9.0, 0.0], [0.0, 9.0], [9.0, 9.0]], 20, axis=0)


@pytest.mark.parametrize("algorithm", [KMEANS, BISECTING])
def test_both_algorithms_find_the_corners_and_one_cluster_is_their_mean(algorithm):
    four = fitted(CORNERS, 4, algorithm, seed=1, starts=3)
    assert sorted(map(tuple, four.cluster_centers_.tolist())) == [(0, 0), (0, 9), (9, 0), (9, 9)]
    one = fitted(CORNERS, 1, algorithm, seed=1, starts=3)
    assert one.cluster_centers_.tolist() == [[4.5, 4.5]]


def test_the_cluster_is_split_whose_split_saves_most_and_points_on_their_centres_are_not():
    points = np.concatenate([CORNERS, CORNERS[:20] + 100])
    two = fitted(points, 2, KMEANS, seed=1, starts=3)
    centres = with_one_split(points, two, 1).cluster_centers_.round(6).tolist()
    assert len(centres) == 3
    assert [100.0, 100.0] in centres
    four = fitted(CORNERS, 4, KMEANS, seed=1, starts=3)
    assert with_one_split(CORNERS, four, 1) is four


def test_a_cluster_split_in_two_is_a_start_too_where_random_ones_miss(monkeypatch):
    monkeypatch.setattr(choose_k, "STARTS", 1)  # fewer random starts than a k of twelve needs
    random = np.random.default_rng(3)
    sizes = [200, 150, 100, 80, 60, 50, 40, 30, 20, 15, 12, 10]
    groups = [
        c + random.normal(size=(n, 8))
        for c, n in zip(random.normal(size=(12, 8)) * 3, sizes, strict=True)
    ]
    planted_cost = sum(((g - g.mean(axis=0)) ** 2).sum() for g in groups)
    scored = candidates(
        np.concatenate(groups),
        algorithm="kmeans",
        k_min=2,
        k_max=12,
        seed=7,
        on_candidate=lambda _: None,
    )
    costs = [c.cost for c in scored]
    assert costs == sorted(costs, reverse=True)
    assert costs[-1] <= 1.02 * planted_cost


def test_more_clusters_than_different_points_are_empty_and_nothing_is_said():
    six = fitted(CORNERS, 6, KMEANS, seed=1, starts=3)  # a warning would fail this test
    assert len(np.unique(six.labels_)) == 4
    assert six.inertia_ == 0
