"""Sort and group rows of numbers, for all kernels. Pure numpy: no Spark, no strings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Reals = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class GroupSum:
    """Distinct keys in ascending order, and the sums of each."""

    keys: tuple[Ints, ...]
    sums: tuple[Ints, ...]


def one_key(keys: Sequence[Ints]) -> Ints | None:
    """The keys of each row as one number with the same order; null if they do not fit 63 bits.

    One number sorts ten times as fast as three keys. There must be at least one row.
    """
    least = [int(key.min()) for key in keys]
    widths = [(int(key.max()) - low).bit_length() for key, low in zip(keys, least, strict=True)]
    if sum(widths) > 63:
        return None
    one = keys[0] - least[0]
    for key, low, width in zip(keys[1:], least[1:], widths[1:], strict=True):
        one = (one << width) | (key - low)
    return one


def sort_order(keys: Sequence[Ints]) -> Ints:
    """Row numbers in the order of the keys; rows with equal keys keep their order."""
    if not len(keys[0]):
        return np.zeros(0, dtype=np.int64)
    one = one_key(keys)
    return np.lexsort(tuple(keys[::-1])) if one is None else np.argsort(one, kind="stable")


def group_starts(keys: Sequence[Ints]) -> tuple[Ints, Ints]:
    """Row numbers in the order of the keys, and the start of each group of equal keys."""
    order = sort_order(keys)
    is_new = np.ones(len(order), dtype=bool)
    is_new[1:] = np.logical_or.reduce([key[order][1:] != key[order][:-1] for key in keys])
    return order, np.flatnonzero(is_new)


def sum_by_key(keys: Sequence[Ints], values: Sequence[Ints | Flags]) -> GroupSum:
    """One row per group of equal keys, with the sums of the values."""
    if not len(keys[0]):
        return GroupSum(tuple(keys), tuple(np.asarray(v, dtype=np.int64) for v in values))
    order, starts = group_starts(keys)
    return GroupSum(
        tuple(key[order[starts]] for key in keys),
        tuple(np.add.reduceat(np.asarray(v, dtype=np.int64)[order], starts) for v in values),
    )


def places(of: tuple[Ints, Ints], among: tuple[Ints, Ints], *, after_same: bool) -> Ints:
    """Insert positions of rows with two keys among sorted rows, before or after equal keys."""
    count = len(among[0])
    _, rank = np.unique(np.concatenate((among[1], of[1])), return_inverse=True)
    one = np.concatenate((among[0], of[0])) * (int(rank.max(initial=0)) + 1) + rank
    return np.searchsorted(one[:count], one[count:], side="right" if after_same else "left").astype(
        np.int64
    )
