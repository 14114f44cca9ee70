"""Whether clusters found among some people are found among others, too."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from sklearn.metrics import adjusted_rand_score

from desirelines.clusters.sample_fits import Points, fitted

REFITS = 4
"""Refits on bootstrap samples."""
JACKKNIFE_PARTS = 10
"""Parts of the held-out people; each is left out once for the standard error of the stability."""


def bootstrap_samples(
    points: Points, random: np.random.Generator
) -> Iterator[tuple[Points, Points]]:
    """Bootstrap samples of two thirds of the points, each with the held-out last third."""
    order = random.permutation(len(points))
    held, rest = order[: len(order) // 3], order[len(order) // 3 :]
    for _ in range(REFITS):
        yield points[random.choice(rest, len(rest))], points[held]


def stability_of(
    samples: list[tuple[Points, Points]], k: int, algorithm: str, seed: int
) -> tuple[float, float]:
    """Mean adjusted Rand index of pairs of refits on the held-out people, and its standard error.

    The error is the jackknife's: a tenth of the held-out people is left out at a time (Efron 1982).
    """
    labels = [
        fitted(sample, k, algorithm, seed=seed + n, starts=3).predict(held)
        for n, (sample, held) in enumerate(samples)
    ]

    def agreement(keep: npt.NDArray[np.bool_]) -> float:
        return float(
            np.mean(
                [
                    adjusted_rand_score(labels[a][keep], labels[b][keep])
                    for a in range(len(labels))
                    for b in range(a)
                ]
            )
        )

    part = np.arange(len(samples[0][1])) % JACKKNIFE_PARTS
    without = np.array([agreement(part != p) for p in range(JACKKNIFE_PARTS)])
    squares = float(((without - without.mean()) ** 2).sum())
    error = math.sqrt((JACKKNIFE_PARTS - 1) / JACKKNIFE_PARTS * squares)
    return agreement(part >= 0), error
