"""References without groups that keep more of the data than `clouds`.

Few events of a person give columns with few values and fixed bounds. Clouds have neither, so any
number of clusters looks better than a cloud's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from sklearn.metrics import pairwise_distances_argmin

from desirelines.clusters.choose_k import STARTS, Candidate
from desirelines.clusters.clouds import LEAST_COST, REFERENCES, gap_of, is_above_chance
from desirelines.clusters.neighbours import MIN_APART_Z, STICKY_APART_Z, groups_apart
from desirelines.clusters.sample_fits import Points, fitted

BY_VALUES = "no better than the same values in combinations by chance"
BY_NEIGHBOURS = "most of the clusters beyond fewer ones are no groups that stand apart"
BY_EVENTS = "people differ no more than if the same events were given to them by chance"


class References:
    """Which candidates chance explains.

    Of the clusters that a candidate has beyond fewer ones, more than half must be groups that stand
    apart, see `neighbours`. And it must be better than sets in which each column keeps its values,
    given to people independently of the other columns. A fit of each set costs as much as a
    candidate, so only what would be chosen is looked at. `is_chance` is asked once, and then
    refuses all. The number of clusters of the previous run, `k_before`, is refused for clear cuts.
    """

    def __init__(
        self,
        points: Points,
        seed: int,
        is_chance: Callable[[], bool] | None = None,
        k_before: int | None = None,
    ) -> None:
        self._points = points
        self._seed = seed
        self._is_chance = is_chance
        self._k_before = k_before
        self._sets: list[Points] = []
        self._refusals = dict[tuple[str, int], str | None]()
        self._apart = dict[tuple[str, int], int]()
        self._refusal_of_all: str | None = None

    def known_refusal(self, candidate: Candidate) -> str | None:
        """The refusal of a candidate, as far as it was looked for; null otherwise."""
        if candidate.k == 1:
            return None
        return self._refusal_of_all or self._refusals.get((candidate.algorithm, candidate.k))

    def refusal_of(self, candidate: Candidate, fewer: Sequence[Candidate]) -> str | None:
        """The refusal of a candidate that chance explains; null for one that it does not.

        `fewer` are the candidates with fewer clusters that are not refused, in the order of k.
        """
        key = candidate.algorithm, candidate.k
        if key not in self._refusals:
            if not self._has_more_groups(candidate, fewer):
                self._refusals[key] = BY_NEIGHBOURS
            else:
                self._refusals[key] = BY_VALUES if self._is_explained(candidate) else None
        if self._refusals[key] is None and self._is_chance is not None:
            if self._is_chance():
                self._refusal_of_all = BY_EVENTS
            self._is_chance = None
        return self.known_refusal(candidate)

    def _has_more_groups(self, candidate: Candidate, fewer: Sequence[Candidate]) -> bool:
        """Whether more than half of the clusters beyond those of each smaller one stand apart."""
        apart = self._groups_apart(candidate)

        def beyond(k: int, groups: int) -> bool:
            return 2 * (apart - groups) > candidate.k - k

        return beyond(1, 1) and all(
            beyond(other.k, other.k) or beyond(other.k, self._groups_apart(other))
            for other in reversed(fewer)
        )

    def _groups_apart(self, candidate: Candidate) -> int:
        key = candidate.algorithm, candidate.k
        if key not in self._apart:
            nearest = pairwise_distances_argmin(self._points, candidate.centres)
            least_z = STICKY_APART_Z if candidate.k == self._k_before else MIN_APART_Z
            self._apart[key] = groups_apart(self._points, nearest, self._seed, least_z)
        return self._apart[key]

    def _is_explained(self, candidate: Candidate) -> bool:
        """Whether clusters of the sets are as good as the candidate's.

        They are unless its cost, as a share of the cost of one cluster, is lower than theirs, in
        logarithms, by more than MIN_GAP_Z standard errors. A single column has no combinations.
        """
        if self._points.shape[1] == 1:
            return False
        if not self._sets:
            random = np.random.default_rng(self._seed)
            self._sets = [random.permuted(self._points, axis=0) for _ in range(REFERENCES)]
        # Permuted columns have the same cost of one cluster.
        logs = np.log([max(self._cost(points, candidate), LEAST_COST) for points in self._sets])
        return not is_above_chance(*gap_of(np.log(max(candidate.cost, LEAST_COST)), logs))

    def _cost(self, points: Points, candidate: Candidate) -> float:
        fit = fitted(points, candidate.k, candidate.algorithm, seed=self._seed, starts=STARTS)
        return float(fit.inertia_)
