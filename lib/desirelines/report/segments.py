"""The segments of a run in the order of the page, with their profiles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from desirelines.report.data import ReportData
from desirelines.report.text import (
    STANDS_OUT,
    effect_words,
    feature_label,
    headline,
    known_features,
    number_of,
    percent_text,
    text_of,
    value_text,
)
from desirelines.report.view_model import Fact
from desirelines.tables import SMALL_GROUP

FACTS = 3


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment; `people`, `share`, `entered` and `left` are None when withheld."""

    segment_id: str
    name: str
    is_rule: bool
    definition: str
    origin: str
    derived_from: tuple[str, ...]
    people: float | None
    share: float | None
    entered: float | None
    left: float | None


@dataclass(frozen=True, slots=True)
class Profile:
    """One feature in one segment.

    Counts are None when withheld; the other numbers are None when fewer than ten people are known.
    """

    people: float | None
    known: float | None
    mean: float | None
    median: float | None
    effect: float | None


def ordered_segments(data: ReportData) -> list[Segment]:
    """Clusters, then rule segments; the largest first, on equal size by id."""
    sizes = {str(row["segment_id"]): row for row in data.sizes.to_dict("records")}
    segments = []
    for row in data.definitions.to_dict("records"):
        segment_id = str(row["segment_id"])
        size = sizes.get(segment_id, {})
        people = _shown_count(size.get("people_count"))
        segments.append(
            Segment(
                segment_id,
                text_of(row["name"]) or segment_id,
                text_of(row["kind"]) == "rule",
                text_of(row["definition"]),
                text_of(row["origin"]),
                tuple(str(s) for s in row["derived_from"]),
                people,
                None if people is None else number_of(size.get("share")),
                _shown_count(size.get("entered_count")),
                _shown_count(size.get("left_count")),
            )
        )
    return sorted(
        segments, key=lambda s: (s.is_rule, -(s.people or 0.0), s.people is None, s.segment_id)
    )


def profiles_of(data: ReportData) -> dict[tuple[str, str], Profile]:
    """Profiles by (feature, segment id), for features of the catalogue."""
    features = set(known_features({str(f) for f in data.profiles["feature"]}))
    profiles = {}
    for row in data.profiles.to_dict("records"):
        people, count = number_of(row["people_count"]), number_of(row["known_count"])
        if row["feature"] not in features or (people is not None and people < SMALL_GROUP):
            continue
        is_enough = count is None or count >= SMALL_GROUP
        numbers = (number_of(row[c]) if is_enough else None for c in ("mean", "median", "effect"))
        profiles[str(row["feature"]), str(row["segment_id"])] = Profile(people, count, *numbers)
    return profiles


def means_of_everybody(
    profiles: dict[tuple[str, str], Profile], clusters: list[Segment]
) -> dict[str, float]:
    """Mean of each feature over everybody, as the weighted mean over clusters.

    This works because every person is in exactly one cluster. People of clusters whose size is
    withheld are missing from the mean.
    """
    sums: dict[str, list[float]] = {}
    ids = {s.segment_id for s in clusters}
    for (feature, segment_id), profile in profiles.items():
        if segment_id in ids and profile.mean is not None and profile.known is not None:
            total = sums.setdefault(feature, [0.0, 0.0])
            total[0] += profile.mean * profile.known
            total[1] += profile.known
    return {feature: total / count for feature, (total, count) in sums.items() if count}


def facts_of(
    segment: Segment, profiles: dict[tuple[str, str], Profile], everybody: dict[str, float]
) -> tuple[Fact, ...]:
    """The features that distinguish a segment most, strongest first; ties in catalogue order."""
    of_segment = {
        f: profiles[f, segment.segment_id]
        for f in known_features({f for f, s in profiles if s == segment.segment_id})
    }
    strong = [
        (f, p, p.effect)
        for f, p in of_segment.items()
        if p.effect is not None and abs(p.effect) >= STANDS_OUT
    ]
    strong.sort(key=lambda entry: -abs(entry[2]))
    return tuple(
        _fact(feature, profile, effect, everybody) for feature, profile, effect in strong[:FACTS]
    )


def _fact(feature: str, profile: Profile, effect: float, everybody: dict[str, float]) -> Fact:
    known = profile.known / profile.people if profile.people and profile.known is not None else 1.0
    return Fact(
        headline=headline(feature, effect),
        words=effect_words(effect),
        label=feature_label(feature),
        here=value_text(feature, profile.mean, with_unit=True),
        everybody=value_text(feature, everybody.get(feature)),
        note=f"known for {percent_text(known)} of them" if known < 0.5 else "",
    )


def _shown_count(value: Any) -> float | None:
    """The count, or None when it is withheld."""
    number = None if value is None else number_of(value)
    return None if number is None or 0 < number < SMALL_GROUP else number
