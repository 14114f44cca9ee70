"""A name for a cluster, from what tells its people apart the most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from desirelines.catalogue import FEATURES, Feature

WEAK = 0.3
"""Below this effect size (Cohen's "small") a feature says nothing about a segment."""


def name_of(effects: Mapping[str, float | None], catalogue: Sequence[Feature] = FEATURES) -> str:
    """The two strongest features with their direction, such as "frequent · discount-driven"; "average" when none is strong.

    On equal strength the feature that comes first in the catalogue leads.
    """
    words = {f.name: (n, f.high, f.low) for n, f in enumerate(catalogue)}
    strong = [(abs(d), name, d) for name, d in effects.items() if d is not None and abs(d) >= WEAK and name in words]
    strong.sort(key=lambda e: (-e[0], words[e[1]][0]))
    chosen = [words[name][1] if d > 0 else words[name][2] for _, name, d in strong[:2]]
    return " · ".join(chosen) if chosen else "average"


def names_apart(
    effects_by_segment: Mapping[str, Mapping[str, float | None]], catalogue: Sequence[Feature] = FEATURES
) -> dict[str, str]:
    """Names of all clusters; clusters that would be named alike are told apart by a number in the order of their ids."""
    plain = {segment: name_of(effects, catalogue) for segment, effects in sorted(effects_by_segment.items())}
    named: dict[str, str] = {}
    for segment, name in plain.items():
        alike = [s for s, n in plain.items() if n == name]
        named[segment] = name if len(alike) == 1 else f"{name} ({alike.index(segment) + 1})"
    return named
