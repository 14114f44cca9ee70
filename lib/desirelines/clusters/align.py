"""Keeping a segment's id over refits: new clusters take the ids of the old segments whose people they hold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment


@dataclass(frozen=True, slots=True)
class Match:
    """What a new cluster is called, and which old segment it grew out of when the id is new."""

    cluster: int
    segment_id: str
    derived_from: str | None


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
    is taken; a pair keeps the id when its overlap is at least `same`, else the cluster gets a new id and `derived_from`
    names the old segment that most of its people came from.
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
    matches = []
    by_size = sorted(new, key=lambda b: (-new_sizes[b], b))
    for number, b in enumerate(by_size, start=1):
        if b in kept:
            matches.append(Match(b, kept[b], None))
            continue
        parents = [(overlap.get((a, b), 0), a) for a in old if overlap.get((a, b), 0) > 0]
        matches.append(
            Match(b, f"c-{run_id}-{number:02d}", max(parents, key=lambda p: (p[0], p[1]))[1] if parents else None)
        )
    return matches
