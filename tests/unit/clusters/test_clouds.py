"""Clouds without groups, and what clusters add to few people against them."""

import numpy as np
import pytest

from desirelines.clusters.clouds import (
    Clouds,
    box_like,
    log_share,
    normal_like,
    share_where_apart,
)
from desirelines.clusters.sample_fits import KMEANS, fitted


def halves(seed, people=60, columns=12, apart=5.0):
    """Two groups that differ in two columns, each column of deviation 1."""
    points = np.random.default_rng(seed).normal(size=(people, columns))
    points[people // 2 :, :2] += apart
    return points / points.std(axis=0)


def structure(points, k=2):
    clouds = Clouds(points, np.random.default_rng(1), seed=7)
    return clouds.evidence(fitted(points, k, KMEANS, seed=7, starts=10), k, KMEANS)


@pytest.mark.parametrize("people", [24, 40, 60, 130])
def test_two_groups_of_few_people_are_structure_and_one_cloud_is_none(people):
    columns = 3 if people <= 60 else 12
    seeds = range(5)
    found = [structure(halves(seed, people, columns)).is_structure for seed in seeds]
    none = [structure(halves(seed, people, columns, 0.0)).is_structure for seed in seeds]
    assert sum(found) >= 4, found
    assert not any(none), none


def test_shares_are_those_of_the_labels_and_of_the_line_between_two_centres():
    points = halves(3)
    fit = fitted(points, 2, KMEANS, seed=7, starts=10)
    of_one = sum(points[fit.labels_ == n].var(axis=0).sum() * sum(fit.labels_ == n) for n in (0, 1))
    assert log_share(points, fit) == pytest.approx(np.log(of_one / (60 * points.var(axis=0).sum())))
    line = points @ (fit.cluster_centers_[0] - fit.cluster_centers_[1])
    within = sum(line[fit.labels_ == n].var() * sum(fit.labels_ == n) for n in (0, 1))
    assert share_where_apart(points, fit) == pytest.approx(np.log(within / (60 * line.var())))


def test_where_centres_span_all_columns_both_shares_are_equal():
    points = halves(3, columns=2)
    fit = fitted(points, 4, KMEANS, seed=7, starts=10)
    assert share_where_apart(points, fit) == pytest.approx(log_share(points, fit))


def test_one_cluster_is_no_evidence_whatever_the_points():
    evidence = structure(halves(3), k=1)
    assert (evidence.gap, evidence.gap_error, evidence.is_structure) == (0.0, 0.0, False)


def test_clouds_have_the_covariance_or_the_box_of_the_points():
    points = halves(3, people=4_000, columns=3)
    random = np.random.default_rng(2)
    normal, box = normal_like(points, random), box_like(points, random)
    assert np.cov(normal.T) == pytest.approx(np.cov(points.T), abs=0.1)
    axes = np.linalg.svd(points - points.mean(axis=0), full_matrices=False)[2]
    here, there = ((p - points.mean(axis=0)) @ axes.T for p in (points, box))
    assert there.min(axis=0) == pytest.approx(here.min(axis=0), abs=0.05)
    assert there.max(axis=0) == pytest.approx(here.max(axis=0), abs=0.05)
