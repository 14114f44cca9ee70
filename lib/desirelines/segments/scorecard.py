"""How good a segment is to work with: five questions, each answered by a number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from desirelines.catalogue import FEATURES
from desirelines.columns.small_groups import is_small

ANSWERS = ("email_open_share", "email_click_share", "push_open_share", "sms_click_share")
"""Features that are above 0 for people who answered on a channel."""
REACHABLE = replace(
    next(f for f in FEATURES if f.name == ANSWERS[0]),
    name="reachable",
    meaning="1 for people who answered on a channel in the window, else 0",
    column=f"CAST(coalesce(greatest({', '.join(ANSWERS)}), 0) > 0 AS DOUBLE)",
)
"""Not in the catalogue, nor in profiles: its mean is the share of people who can be reached."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Numbers of people of a segment, which must not be published as they are.

    Attributes:
        people: members.
        unknown: people for whom the rule's answer is unknown; for a cluster, people of whom too
            little is known to be in one; null where that number is withheld.
        effects: effect of each feature against the rest, null where it has none.
        reachable: share of members who answered on a channel; null where withheld.
    """

    people: int
    unknown: int | None
    effects: Mapping[str, float | None]
    reachable: float | None


def to_scorecards(
    counted: Mapping[str, Counts], *, everybody: int, withheld_sizes: frozenset[str]
) -> list[dict[str, Any]]:
    """Rows of segment_scorecard, without run_id, by segment.

    A share is null where it would tell of one to nine people: members and people whose answer is
    unknown are told with who is neither, and the reachable with the unreachable.
    """
    rows = []
    for segment, counts in sorted(counted.items()):
        is_withheld = segment in withheld_sizes
        reached = round((counts.reachable or 0.0) * counts.people)
        is_reach_shown = not (is_withheld or is_small(reached) or is_small(counts.people - reached))
        effects = {f: abs(e) for f, e in counts.effects.items() if e is not None}
        strongest = min(effects, key=lambda f: (-effects[f], f), default=None)
        rows.append(
            {
                "segment_id": segment,
                "measurable": None if is_withheld else _known_share(counts, everybody),
                "substantial": None if is_withheld else counts.people / max(everybody, 1),
                "distinct": None if strongest is None else effects[strongest],
                "distinct_by": strongest,
                "reachable": counts.reachable if is_reach_shown else None,
                "responds": None,
            }
        )
    return rows


def _known_share(counts: Counts, everybody: int) -> float | None:
    """Share of people for whom the answer is known; null where one to nine are known otherwise."""
    if counts.unknown is None or not everybody:
        return None
    known = everybody - counts.unknown
    if is_small(counts.unknown) or is_small(known - counts.people):
        return None
    return known / everybody
