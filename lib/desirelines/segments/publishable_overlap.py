"""Publishable overlaps of segments, and shares of people by how many rule segments they are in.

Segments overlap in combinations that no rule for single sums guards (ADR 9), so these numbers are
rounded, and published for larger groups only.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np

from desirelines.columns.small_groups import hidden_of_rule
from desirelines.tables import SMALL_GROUP

ENOUGH_TOGETHER = 2 * SMALL_GROUP
"""The least people in each part into which two segments divide everybody."""
ENOUGH_COVERED = 10 * SMALL_GROUP
"""The least people in so many rule segments."""


def publishable_overlaps(
    pairs: Mapping[tuple[str, str], int],
    sizes: Mapping[str, int],
    *,
    main: Collection[str],
    withheld_sizes: Collection[str],
) -> list[dict[str, Any]]:
    """Rows of segment_overlap, without run_id: pairs of which at least one is a rule segment.

    `pairs` holds people in both, by ids in order; `sizes` holds every segment; `main` are those
    that divide everybody. Segments of withheld size are in no pair. A pair is published if each of
    the four parts, into which the two divide everybody, has nobody or ENOUGH_TOGETHER people;
    counts are rounded down to tens, shares are of these. A rule segment's people add up over the
    main segments, so its cells are withheld as those of `hidden_of_rule` too. Pairs without
    people have no row, as have withheld ones: a reader cannot tell.
    """
    everybody = sum(sizes[s] for s in main)
    dividing = sorted(main)
    rules = sorted(s for s in sizes if s not in main and s not in withheld_sizes)
    wanted: list[tuple[str, str]] = []
    for number, rule in enumerate(rules):
        hidden = hidden_of_rule(
            np.array([_both(pairs, rule, s) for s in dividing], dtype=np.int64),
            np.array([sizes[s] for s in dividing], dtype=np.int64),
            np.array([s in withheld_sizes for s in dividing]),
        )
        if hidden is not None:
            wanted += [
                (min(rule, s), max(rule, s))
                for s, is_hidden in zip(dividing, hidden, strict=True)
                if not is_hidden and s not in withheld_sizes
            ]
        wanted += [(rule, other) for other in rules[number + 1 :]]
    return [
        _row(one, other, together // SMALL_GROUP * SMALL_GROUP, sizes)
        for one, other in sorted(wanted)
        if (together := _both(pairs, one, other))
        and _is_enough(together, sizes[one], sizes[other], everybody)
    ]


def _both(pairs: Mapping[tuple[str, str], int], one: str, other: str) -> int:
    return pairs.get((min(one, other), max(one, other)), 0)


def _is_enough(together: int, one: int, other: int, everybody: int) -> bool:
    """Whether each part, of the four into which two segments divide everybody, may be known."""
    parts = (together, one - together, other - together, everybody - one - other + together)
    return all(part == 0 or part >= ENOUGH_TOGETHER for part in parts)


def _row(one: str, other: str, together: int, sizes: Mapping[str, int]) -> dict[str, Any]:
    return {
        "segment_id": one,
        "other_segment_id": other,
        "people_count": together,
        "share": together / sizes[one],
        "other_share": together / sizes[other],
        "jaccard": together / (sizes[one] + sizes[other] - together),
    }


def publishable_coverage(people: Mapping[int, int]) -> list[dict[str, Any]]:
    """Rows of segment_coverage, without run_id; no row where a number is below ENOUGH_COVERED.

    `people` holds people by how many rule segments they are in. Shares are in tenths, of which
    those below a half are 0: people times their number of segments are the sizes of these, which
    are exact.
    """
    everybody = sum(people.values())
    if any(0 < count < ENOUGH_COVERED for count in people.values()):
        return []
    return [
        {"rule_segments": number, "share": round(count / everybody, 1)}
        for number, count in sorted(people.items())
        if count
    ]
