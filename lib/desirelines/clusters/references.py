"""References without groups that keep more of the data than the clouds of `choose_k`.

Few events of a person give columns with few values and fixed bounds. Clouds have neither, so any
number of clusters looks better than a cloud's.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from desirelines.clusters.choose_k import MIN_GAP_Z, REFERENCES, STARTS, Candidate
from desirelines.clusters.sample_fits import Points, fitted

BY_VALUES = "no better than the same values in combinations by chance"
BY_EVENTS = "people differ no more than if the same events were given to them by chance"


class References:
    """Which candidates chance explains.

    A candidate is held against sets in which each column keeps its values, given to people
    independently of the other columns. A fit of each set costs as much as a candidate, so only what
    would be chosen is held against them. `is_chance` is asked once, and then refuses all.
    """

    def __init__(
        self, points: Points, seed: int, is_chance: Callable[[], bool] | None = None
    ) -> None:
        self._points = points
        self._seed = seed
        self._is_chance = is_chance
        self._sets: list[Points] = []
        self._refusals = dict[tuple[str, int], str | None]()
        self._refusal_of_all: str | None = None

    def known_refusal(self, candidate: Candidate) -> str | None:
        """The refusal of a candidate, as far as it was looked for; null otherwise."""
        if candidate.k == 1:
            return None
        return self._refusal_of_all or self._refusals.get((candidate.algorithm, candidate.k))

    def refusal_of(self, candidate: Candidate) -> str | None:
        """The refusal of a candidate that chance explains; null for one that it does not."""
        key = candidate.algorithm, candidate.k
        if key not in self._refusals:
            self._refusals[key] = BY_VALUES if self._is_explained(candidate) else None
        if self._refusals[key] is None and self._is_chance is not None:
            if self._is_chance():
                self._refusal_of_all = BY_EVENTS
            self._is_chance = None
        return self.known_refusal(candidate)

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
        logs = [np.log(max(self._cost(points, candidate), 1e-300)) for points in self._sets]
        error = float(np.std(logs, ddof=1) * np.sqrt(1 + 1 / len(logs)))
        gap = float(np.mean(logs) - np.log(max(candidate.cost, 1e-300)))
        return gap <= MIN_GAP_Z * error + 1e-3

    def _cost(self, points: Points, candidate: Candidate) -> float:
        fit = fitted(points, candidate.k, candidate.algorithm, seed=self._seed, starts=STARTS)
        return float(fit.inertia_)
