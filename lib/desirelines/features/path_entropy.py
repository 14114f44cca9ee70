"""Features of paths: how predictable the next step is, how often a step repeats. Pure numpy."""

from __future__ import annotations

import numpy as np

from desirelines.kernels.groups import Ints, Reals, sort_order, sum_by_key


def path_features(path: Ints, name: Ints, owner: Ints, people: int) -> tuple[Reals, Reals]:
    """Path entropy and share of self loops of each person; nan without a path of two steps.

    H = −Σ p log2 p over the person's adjacent step pairs inside paths, divided by log2 of the
    number of different pairs; 0 for one pair. Pairs never cross paths, and repeats count.

    Args:
        path: number of each step's path; steps of a path are consecutive.
        name: number of each step's name.
        owner: person of each step.
        people: number of people.
    """
    left = np.flatnonzero(path[1:] == path[:-1])
    pairs = sum_by_key(
        (owner[left], name[left], name[left + 1]), (np.ones(len(left), dtype=np.int64),)
    )
    who, before, after = pairs.keys
    times = pairs.sums[0]
    # In this order the sum does not depend on how names are numbered.
    order = sort_order((who, times))
    n = times[order].astype(float)
    bits = np.bincount(who[order], weights=n * np.log2(n), minlength=people)
    total = np.bincount(who, weights=times, minlength=people)
    kinds = np.bincount(who, minlength=people)
    loops = np.bincount(who, weights=np.where(before == after, times, 0), minlength=people)
    with np.errstate(divide="ignore", invalid="ignore"):
        # −Σ (n/N) log2(n/N) = log2 N − (Σ n log2 n) / N
        entropy = np.clip((np.log2(total) - bits / total) / np.log2(kinds), 0.0, 1.0)
        return np.where(total > 0, np.where(kinds > 1, entropy, 0.0), np.nan), loops / total
