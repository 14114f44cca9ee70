"""scikit-learn's fits of one number of clusters, on a sample."""

from __future__ import annotations

import warnings
from typing import Protocol

import numpy as np
import numpy.typing as npt
from sklearn.cluster import BisectingKMeans, KMeans
from sklearn.exceptions import ConvergenceWarning

Points = npt.NDArray[np.float64]

KMEANS, BISECTING = "kmeans", "bisecting_kmeans"


class Fit(Protocol):
    """Common interface of scikit-learn's clusterings."""

    labels_: npt.NDArray[np.int32]
    inertia_: float
    cluster_centers_: Points

    def predict(self, points: Points) -> npt.NDArray[np.int32]:
        """Number of the nearest centre of each point."""


def fitted(points: Points, k: int, algorithm: str, *, seed: int, starts: int) -> Fit:
    """scikit-learn's fit: the best of the starts."""
    with warnings.catch_warnings():
        # Samples of discrete people can have fewer different points than clusters: some are empty.
        warnings.simplefilter("ignore", ConvergenceWarning)
        if algorithm == BISECTING and k > 1:
            return BisectingKMeans(n_clusters=k, n_init=starts, random_state=seed).fit(points)
        return KMeans(n_clusters=k, n_init=starts if k > 1 else 1, random_state=seed).fit(points)


def with_one_split(points: Points, before: Fit, seed: int) -> Fit:
    """k-means from the centres of k - 1 clusters, with one of them split in two.

    The cluster whose split saves most of the cost is split. Random starts miss this one, and from
    it one more cluster never costs more. After Likas, Vlassis, Verbeek 2003 (global k-means).
    """
    halves: dict[int, tuple[float, Points]] = {}
    for number in range(len(before.cluster_centers_)):
        members = points[before.labels_ == number]
        if len(np.unique(members, axis=0)) > 1:
            two = KMeans(2, n_init=1, random_state=seed).fit(members)
            halves[number] = (
                float(((members - members.mean(axis=0)) ** 2).sum()) - two.inertia_,
                two.cluster_centers_,
            )
    if not halves:
        return before  # all points lie on their centres: the cost is 0
    number, (_, centres) = max(halves.items(), key=lambda split: split[1][0])
    start = np.concatenate([np.delete(before.cluster_centers_, number, axis=0), centres])
    return KMeans(len(start), init=start, n_init=1).fit(points)
