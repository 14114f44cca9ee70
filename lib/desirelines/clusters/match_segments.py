"""Keep segment ids over refits: new clusters take the ids of the old segments they resemble."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

SPLIT_SHARE = 0.25
"""A part with at least this share of a segment's people makes a split or a merge; less is usual
churn."""
SAME, SPLIT, MERGE, GROWN, NEW = "same", "split", "merge", "grown", "new"


@dataclass(frozen=True, slots=True)
class Match:
    """The id of a new cluster, and where it came from.

    Attributes:
        origin: `merge` when a quarter or more of its people came from each of two or more old
            segments; `split` when it and another new cluster each hold a quarter or more of an old
            segment; `same` when it keeps an id otherwise; `grown` when any of its people were in a
            segment before; else `new`.
        derived_from: the old segments behind the origin, the one with most of its people first;
            empty when the origin is same or new.
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

    Overlap is Jaccard: |a ∩ b| / |a ∪ b| of old segment a and new cluster b. The one-to-one
    assignment with the largest sum is taken. A pair keeps the id when its overlap is at least
    `same`, else the cluster gets a new id.
    """
    old, new = sorted(old_sizes), sorted(new_sizes)
    jaccard = np.zeros((len(old), len(new)))
    for i, a in enumerate(old):
        for j, b in enumerate(new):
            both = overlap.get((a, b), 0)
            either = old_sizes[a] + new_sizes[b] - both
            jaccard[i, j] = both / either if either else 0.0
    kept: dict[int, str] = {}
    for row, column in zip(*linear_sum_assignment(-jaccard), strict=True):
        if jaccard[row, column] >= same:
            kept[new[column]] = old[row]
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
    """Origin of a new cluster, and the old segments behind it."""

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
