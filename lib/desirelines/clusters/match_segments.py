"""Keeping a segment's id over refits: new clusters take the ids of the old segments whose people they hold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

SPLIT_SHARE = 0.25
"""A part of so many of a segment's people makes a split or a merge; fewer are the usual coming and going."""
SAME, SPLIT, MERGE, GROWN, NEW = "same", "split", "merge", "grown", "new"


@dataclass(frozen=True, slots=True)
class Match:
    """What a new cluster is called, and where it came from.

    Attributes:
        origin: `merge` when a quarter or more of its people came from each of two old segments or more; `split` when it holds a
            quarter or more of an old segment of which another new cluster does so too; `same` when it keeps an id otherwise;
            `grown` when any of its people were in a segment before; else `new`.
        derived_from: the old segments that say so, the one with most of its people first; none when it is the same or new.
    """

    cluster: int
    segment_id: str
    origin: str
    derived_from: tuple[str, ...]


def match_segments(
    overlap: dict[tuple[str, int], int],
    old_sizes: dict[str, int],
    new_sizes: dict[int, int],
    *,
    same: float,
    run_id: str,
) -> list[Match]:
    """One match per new cluster, largest first.

    Overlap is Jaccard: |a ∩ b| / |a ∪ b| of old segment a and new cluster b. The one-to-one assignment with the largest sum
    is taken; a pair keeps the id when its overlap is at least `same`, else the cluster gets a new id.
    """
    old, new = sorted(old_sizes), sorted(new_sizes)
    jaccard = np.zeros((len(old), len(new)))
    for i, a in enumerate(old):
        for j, b in enumerate(new):
            both = overlap.get((a, b), 0)
            either = old_sizes[a] + new_sizes[b] - both
            jaccard[i, j] = both / either if either else 0.0
    kept: dict[int, str] = {}
    for i, j in zip(*linear_sum_assignment(-jaccard), strict=True):
        if jaccard[i, j] >= same:
            kept[new[j]] = old[i]
    by_size = sorted(new, key=lambda b: (-new_sizes[b], b))
    return [
        Match(
            b,
            kept.get(b, f"c-{run_id}-{number:02d}"),
            *_origin(b, b in kept, overlap, old_sizes, new_sizes),
        )
        for number, b in enumerate(by_size, start=1)
    ]


def _origin(
    b: int,
    is_kept: bool,
    overlap: dict[tuple[str, int], int],
    old_sizes: dict[str, int],
    new_sizes: dict[int, int],
) -> tuple[str, tuple[str, ...]]:
    """How a new cluster came to be, and the old segments that say so."""

    def both(a: str, cluster: int) -> int:
        return overlap.get((a, cluster), 0)

    parents = sorted((a for a in old_sizes if both(a, b)), key=lambda a: (-both(a, b), a))
    merged = [a for a in parents if both(a, b) >= SPLIT_SHARE * new_sizes[b]]
    if len(merged) > 1:
        return MERGE, tuple(merged)
    parts = {a: sum(both(a, c) >= SPLIT_SHARE * old_sizes[a] for c in new_sizes) for a in parents}
    divided = [a for a in parents if parts[a] > 1 and both(a, b) >= SPLIT_SHARE * old_sizes[a]]
    if divided:
        return SPLIT, tuple(divided)
    if is_kept:
        return SAME, ()
    return (GROWN, tuple(parents[:1])) if parents else (NEW, ())
