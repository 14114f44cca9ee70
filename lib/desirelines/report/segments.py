"""The segments of a run in the order of the page, with their profiles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from desirelines.catalogue.uses import PLAIN, USES_OF_HOURS
from desirelines.catalogue.words import (
    HOUR_COS,
    HOUR_SIN,
    LEAST_CONCENTRATION,
    LEAST_KNOWN_SHARE,
    Trait,
    day_time,
    hour_effect,
    hour_text,
    is_high_word,
    is_hour_apart,
    visiting_hour,
)
from desirelines.report.data import ReportData
from desirelines.report.text import (
    BY_NAME,
    differs,
    effect_words,
    feature_label,
    headline,
    known_features,
    number_of,
    percent_text,
    strength_word,
    text_of,
    value_text,
)
from desirelines.report.view_model import Fact
from desirelines.tables import SMALL_GROUP

FACTS = 5
"""Facts of a segment in sentences."""


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


def means_of_others(
    profiles: dict[tuple[str, str], Profile], clusters: list[Segment]
) -> dict[tuple[str, str], float]:
    """Mean of each feature over the people of all other groups, by (feature, segment id).

    It is the mean of their means, weighted by people with a known value. None where the number of
    these people is withheld in one of the other groups.
    """
    ids = [s.segment_id for s in clusters]
    means: dict[tuple[str, str], float] = {}
    for feature in {f for f, _ in profiles}:
        of_feature = {s: profiles[feature, s] for s in ids if (feature, s) in profiles}
        for segment_id in of_feature:
            others = [p for s, p in of_feature.items() if s != segment_id and p.mean is not None]
            counts = [p.known or 0.0 for p in others]
            if others and all(counts):
                weighted = sum((p.mean or 0.0) * n for p, n in zip(others, counts, strict=True))
                means[feature, segment_id] = weighted / sum(counts)
    return means


def means_of_everybody(
    profiles: dict[tuple[str, str], Profile], main: list[Segment]
) -> dict[str, tuple[float, float]]:
    """Mean of each feature over all people with a value, and their number.

    `main` are the segments that divide everybody. A feature is missing where one of them has too
    few people of whom it is known, or withholds their number.
    """
    ids = [s.segment_id for s in main if s.people != 0]
    means: dict[str, tuple[float, float]] = {}
    for feature in {f for f, _ in profiles}:
        parts = [profiles[feature, s] for s in ids if (feature, s) in profiles]
        counts = [p.known for p in parts if p.mean is not None and p.known]
        if len(counts) == len(ids) and counts:
            total = sum((p.mean or 0.0) * (p.known or 0.0) for p in parts)
            people = sum(n or 0.0 for n in counts)
            means[feature] = total / people, people
    return means


def means_beside_rules(
    profiles: dict[tuple[str, str], Profile],
    rules: list[Segment],
    everybody: dict[str, tuple[float, float]],
) -> dict[tuple[str, str], float]:
    """Mean of each feature over the people outside of a rule segment, by (feature, segment id)."""
    means: dict[tuple[str, str], float] = {}
    for (feature, segment_id), profile in profiles.items():
        if segment_id not in {r.segment_id for r in rules} or feature not in everybody:
            continue
        mean, people = everybody[feature]
        rest = people - (profile.known or 0.0)
        if profile.mean is not None and profile.known and rest >= SMALL_GROUP:
            means[feature, segment_id] = (mean * people - profile.mean * profile.known) / rest
    return means


def traits_of(
    segment: Segment,
    profiles: dict[tuple[str, str], Profile],
    others: dict[tuple[str, str], float],
) -> dict[str, Trait]:
    """The features of a segment beside those of the others, in the catalogue's order."""
    traits: dict[str, Trait] = {}
    for feature in known_features({f for f, s in profiles if s == segment.segment_id}):
        profile = profiles[feature, segment.segment_id]
        is_counted = profile.people and profile.known is not None
        known_share = (profile.known or 0.0) / (profile.people or 1.0) if is_counted else 1.0
        other = others.get((feature, segment.segment_id))
        traits[feature] = Trait(profile.mean, profile.median, other, profile.effect, known_share)
    return traits


def absent_rules(
    segments: list[Segment],
    profiles: dict[tuple[str, str], Profile],
    rule_features: Mapping[str, str],
) -> list[Segment]:
    """Rule segments that nobody could be in: their feature is 0 or unknown for everybody.

    A rule about orders says nothing where nobody can order.
    """
    seen = {feature for (feature, _), profile in profiles.items() if profile.mean}
    return [
        s
        for s in segments
        if profiles
        and s.people == 0
        and s.segment_id in rule_features
        and rule_features[s.segment_id] not in seen
    ]


def facts_of(
    segment: Segment,
    profiles: dict[tuple[str, str], Profile],
    others: dict[tuple[str, str], float],
    most: int = FACTS,
) -> tuple[Fact, ...]:
    """The features that distinguish a group most, strongest first; ties in catalogue order."""
    traits = traits_of(segment, profiles, others)
    strong: list[tuple[float, Fact]] = []
    for feature, trait in traits.items():
        if feature == HOUR_SIN and HOUR_COS in traits:
            strong += _hour_facts(trait, traits[HOUR_COS])
        elif feature not in (HOUR_SIN, HOUR_COS) and differs(feature, trait):
            strong.append((abs(trait.effect or 0.0), _fact(feature, trait)))
    strong.sort(key=lambda entry: -entry[0])
    return tuple(fact for _, fact in strong[:most])


def _fact(feature: str, trait: Trait) -> Fact:
    return Fact(
        feature=feature,
        headline=headline(feature, trait),
        words=effect_words(trait.effect or 0.0),
        label=feature_label(feature),
        here=f"{value_text(feature, trait.mean, with_unit=True)} on average",
        others=value_text(feature, trait.rest_mean),
        note=_known_note(trait),
        use=_use(feature, trait),
    )


def _use(feature: str, trait: Trait) -> str:
    """What to do with such people; empty where the values do not deserve the advice."""
    entry = BY_NAME.get(feature)
    is_high = None if entry is None else is_high_word(entry, trait)
    if is_high is None or feature not in PLAIN:
        return ""
    return PLAIN[feature].high if is_high else PLAIN[feature].low


def _hour_facts(sine: Trait, cosine: Trait) -> list[tuple[float, Fact]]:
    """The hours of visits as one fact with its effect; none where they are not told apart."""
    if not is_hour_apart(sine, cosine):
        return []
    effect, word = hour_effect(sine, cosine), day_time(sine, cosine)
    fact = Fact(
        feature=HOUR_SIN,
        headline=word or "other hours",
        words=f"{strength_word(effect)} apart from the others",
        label="start of visits",
        here=_hours(sine.mean, cosine.mean),
        others=_hours(sine.rest_mean, cosine.rest_mean),
        note=_known_note(sine),
        use=USES_OF_HOURS[word.split()[0]] if word else "",
    )
    return [(effect, fact)]


def _hours(sine: float | None, cosine: float | None) -> str:
    hour, concentration = visiting_hour(sine or 0.0, cosine or 0.0)
    if concentration < LEAST_CONCENTRATION:
        return "spread over the day"
    return f"around {hour_text(hour)}"


def _known_note(trait: Trait) -> str:
    share = trait.known_share
    return f"known for {percent_text(share)} of them" if share < LEAST_KNOWN_SHARE else ""


def _shown_count(value: Any) -> float | None:
    """The count, or None when it is withheld."""
    number = None if value is None else number_of(value)
    return None if number is None or 0 < number < SMALL_GROUP else number
