"""A name for a cluster, from the features in which its people differ most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from desirelines.catalogue import FEATURES, Feature
from desirelines.settings.model import Words

MIN_EFFECT = 0.3
"""Below this effect size (Cohen's "small") a feature does not characterise a segment."""


def name_of(
    effects: Mapping[str, float | None],
    catalogue: Sequence[Feature] = FEATURES,
    words: Mapping[str, Words] = MappingProxyType({}),
) -> str:
    """The two strongest features with their direction, such as "frequent · discount-driven".

    The name is "average" when no feature is strong. On equal strength the feature that comes first
    in the catalogue leads. `words` of the settings replace the catalogue's.
    """
    place = {f.name: n for n, f in enumerate(catalogue)}
    strong = [
        (abs(d), name, d)
        for name, d in effects.items()
        if d is not None and abs(d) >= MIN_EFFECT and name in place
    ]
    strong.sort(key=lambda e: (-e[0], place[e[1]]))
    labels = {f.name: words.get(f.name) or Words(high=f.high, low=f.low) for f in catalogue}
    chosen = [labels[name].high if d > 0 else labels[name].low for _, name, d in strong[:2]]
    return " · ".join(chosen) if chosen else "average"


def names_apart(
    effects_by_segment: Mapping[str, Mapping[str, float | None]],
    catalogue: Sequence[Feature] = FEATURES,
    words: Mapping[str, Words] = MappingProxyType({}),
) -> dict[str, str]:
    """Names of all clusters.

    Clusters with the same name get a number, in the order of their ids.
    """
    plain = {
        segment: name_of(effects, catalogue, words)
        for segment, effects in sorted(effects_by_segment.items())
    }
    named: dict[str, str] = {}
    for segment, name in plain.items():
        alike = [s for s, n in plain.items() if n == name]
        named[segment] = name if len(alike) == 1 else f"{name} ({alike.index(segment) + 1})"
    return named
