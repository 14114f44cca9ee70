"""How many clusters stand apart from their neighbours, and are not one cloud cut in two.

Where groups differ in size or width, the gap goes on rising beyond their number: the cost that is
left lies in the widest group, and its halves are worth as much as the first clusters of a cloud.
So neighbours are looked at two by two. After Hamerly, Elkan 2003 (G-means) and Liu, Hayes, Nobel,
Marron 2008 (SigClust), which ask of one cluster whether its two halves are more than a cloud's.
"""

from __future__ import annotations

import math
from functools import partial

import numpy as np
import numpy.typing as npt
from sklearn.cluster import KMeans

from desirelines.clusters.clouds import LEAST_COST, gap_of
from desirelines.clusters.sample_fits import Points

NEAREST = 2
"""Neighbours of each cluster that it is held against."""
CLOUDS, MOST_POINTS = 12, 400
"""Clouds of each kind for a pair of clusters, and most points of a cloud."""
MIN_APART_Z = 0.5
"""Two clusters are one cloud unless they lie apart by more than this many standard errors.

Halves of clouds lie at 0 in the mean. Groups at 4.5 deviations, of 60 and 180 people, lie at 1.2.
"""
STICKY_APART_Z = -1.0
"""The same for the number of clusters of the previous run: it is given up for a clear cut alone."""

Numbers = npt.NDArray[np.float64]


def groups_apart(
    points: Points, labels: npt.NDArray[np.int32], seed: int, least_z: float = MIN_APART_Z
) -> int:
    """Number of groups that are left when clusters that are one cloud are joined.

    `labels` holds the cluster of each point. A cluster is held against its nearest neighbours.
    """
    numbers = np.unique(labels)
    members = [points[labels == number] for number in numbers]
    group = np.arange(len(numbers))
    random = np.random.default_rng(seed)
    for one, other in _neighbours(np.array([m.mean(axis=0) for m in members])):
        if group[one] != group[other] and is_one_cloud(
            members[one], members[other], random, least_z
        ):
            group[group == group[other]] = group[one]
    return len(np.unique(group))


def is_one_cloud(
    one: Points, other: Points, random: np.random.Generator, least_z: float = MIN_APART_Z
) -> bool:
    """Whether two clusters lie no further apart than the halves of a cloud.

    What is compared is the share of the variance along the line between their centres that lies
    within them. Both count alike, whatever their size, because clouds fall into equal halves. The
    clouds have the covariance of the two: a normal one, and an even box.
    """
    points = np.concatenate([one, other])
    weights = np.repeat([0.5 / len(one), 0.5 / len(other)], [len(one), len(other)])
    half = np.repeat([0, 1], [len(one), len(other)])
    covariance = np.atleast_2d(np.cov(points.T, aweights=weights))
    deviations = np.sqrt(np.maximum(np.linalg.eigvalsh(covariance), 0.0))
    share = _share_on_line(points, half, weights)
    size = min(4 * min(len(one), len(other)), len(points), MOST_POINTS), len(deviations)
    even = partial(random.uniform, -math.sqrt(3), math.sqrt(3))  # of deviation 1
    for draw in (random.normal, even):
        of_clouds = [_share_of_halves(draw(size=size) * deviations) for _ in range(CLOUDS)]
        gap, error = gap_of(share, np.array(of_clouds))
        if gap <= least_z * error:
            return True
    return False


def _neighbours(centres: Points) -> list[tuple[int, int]]:
    """Pairs of clusters of which one is among the nearest of the other, each pair once."""
    between = np.linalg.norm(centres[:, None] - centres[None], axis=2)
    np.fill_diagonal(between, np.inf)
    nearest = np.argsort(between, axis=1, kind="stable")[:, : min(NEAREST, len(centres) - 1)]
    return sorted(
        {(min(one, other), max(one, other)) for one, row in enumerate(nearest) for other in row}
    )


def _share_of_halves(cloud: Points) -> float:
    half = KMeans(2, n_init=1, random_state=0).fit(cloud).labels_
    return _share_on_line(cloud, half, np.full(len(cloud), 1 / len(cloud)))


def _share_on_line(points: Points, half: npt.NDArray[np.int32], weights: Numbers) -> float:
    """Log of the share of the variance along the line between two centres that is within them."""
    centres = [np.average(points[half == n], axis=0, weights=weights[half == n]) for n in (0, 1)]
    place = points @ (centres[1] - centres[0])
    within = sum(
        float(np.cov(place[half == n], aweights=weights[half == n], ddof=0))
        * float(weights[half == n].sum())
        for n in (0, 1)
    )
    return math.log(max(within / float(np.cov(place, aweights=weights, ddof=0)), LEAST_COST))
