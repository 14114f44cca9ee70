"""A name for a cluster, from the features in which its people differ most and whose words are true.

The rules for single words are in `catalogue/words.py`.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType

from desirelines.catalogue import FEATURES, Feature
from desirelines.catalogue.words import (
    CONTRADICTIONS,
    HOUR_COS,
    HOUR_SIN,
    MIN_EFFECT,
    Trait,
    day_time,
    hour_effect,
    is_apart,
    is_high_word,
    word_rule,
)
from desirelines.settings.segments import Words

Traits = Mapping[str, Trait]
"""The traits of one segment, by feature."""
WORDS_IN_NAME = 2
ONE_GROUP = "everybody with enough data"
"""Name of the only group: there is nobody to compare its people with."""
NO_WORD = "nothing stands out"
NO_WORDS: Mapping[str, Words] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Word:
    """A word that is true of a segment.

    Attributes:
        text: the word.
        topic: what it is about.
        claim: the feature, and whether its high word; for contradictions.
        effect: strength of the effect behind it.
    """

    text: str
    topic: str
    claim: tuple[str, bool]
    effect: float


def name_of(
    traits: Traits,
    catalogue: Sequence[Feature] = FEATURES,
    words: Mapping[str, Words] = NO_WORDS,
) -> str:
    """The two strongest words that are true, such as "orders often · discount-driven".

    On equal strength the feature that comes first in the catalogue leads. `words` of the settings
    replace the catalogue's.
    """
    return _joined([w.text for w in words_of(traits, catalogue, words)[:WORDS_IN_NAME]])


def names_apart(
    traits_by_segment: Mapping[str, Traits],
    catalogue: Sequence[Feature] = FEATURES,
    words: Mapping[str, Words] = NO_WORDS,
) -> dict[str, str]:
    """Names of all clusters; all different, not only in the order of their words.

    Clusters with the same two words get their next words. Clusters with the same words get the
    feature in which they lie furthest apart, with "higher" or "lower". Only clusters that no
    feature tells apart get a number, in the order of their ids.
    """
    if len(traits_by_segment) == 1:
        return dict.fromkeys(traits_by_segment, ONE_GROUP)
    all_words = {
        segment: [w.text for w in words_of(traits, catalogue, words)]
        for segment, traits in sorted(traits_by_segment.items())
    }
    chosen = {segment: w[:WORDS_IN_NAME] for segment, w in all_words.items()}
    for alike in _alike({segment: frozenset(w) for segment, w in chosen.items()}):
        common = set.intersection(*(set(all_words[s]) for s in alike))
        for segment in alike:
            further = [w for w in all_words[segment][WORDS_IN_NAME:] if w not in common]
            chosen[segment] = [*chosen[segment], *further[:1]]
    suffixes = dict.fromkeys(chosen, "")
    for alike in _alike({segment: frozenset(w) for segment, w in chosen.items()}):
        suffixes |= _halves({segment: traits_by_segment[segment] for segment in alike}, catalogue)
    for alike in _alike(
        {segment: (frozenset(w), suffixes[segment]) for segment, w in chosen.items()}
    ):
        for number, segment in enumerate(alike, start=1):
            suffixes[segment] += f" ({number})"
    return {segment: _joined(words) + suffixes[segment] for segment, words in chosen.items()}


def words_of(
    traits: Traits,
    catalogue: Sequence[Feature] = FEATURES,
    words: Mapping[str, Words] = NO_WORDS,
) -> list[Word]:
    """The words that are true of a segment, the strongest first.

    None contradicts a stronger one, and each topic has one word.
    """
    found = [w for f in catalogue if (w := _word(f, traits, words)) is not None]
    found.sort(key=lambda word: -word.effect)  # stable: on equal effects the catalogue leads
    chosen: list[Word] = []
    for word in found:
        if all(
            word.topic != other.topic
            and word.text != other.text
            and frozenset({word.claim, other.claim}) not in CONTRADICTIONS
            for other in chosen
        ):
            chosen.append(word)
    return chosen


def _word(feature: Feature, traits: Traits, words: Mapping[str, Words]) -> Word | None:
    """The word of one feature; null where none is true. Visiting hours have one word."""
    trait = traits.get(feature.name)
    if trait is None or feature.name == HOUR_COS:
        return None
    if feature.name == HOUR_SIN:
        cosine = traits.get(HOUR_COS)
        if cosine is None:
            return None
        text = day_time(trait, cosine, _day_words(words))
        effect = hour_effect(trait, cosine)
        return None if text is None else Word(text, "hours", (HOUR_SIN, True), effect)
    is_high = is_high_word(feature, trait)
    if is_high is None:
        return None
    own = words.get(feature.name) or Words(high=feature.high, low=feature.low)
    return Word(
        own.high if is_high else own.low,
        word_rule(feature).topic,
        (feature.name, is_high),
        abs(trait.effect or 0.0),
    )


def _day_words(words: Mapping[str, Words]) -> dict[str, str]:
    """Words of the settings for parts of the day, by those of the catalogue."""
    replaced: dict[str, str] = {}
    for feature in FEATURES:
        if feature.name in (HOUR_SIN, HOUR_COS) and feature.name in words:
            replaced[feature.high] = words[feature.name].high
            replaced[feature.low] = words[feature.name].low
    return replaced


def _halves(
    traits_by_segment: Mapping[str, Traits],
    catalogue: Sequence[Feature],
    used: frozenset[str] = frozenset(),
) -> dict[str, str]:
    """Suffixes for clusters with equal words: ", higher order value", until no feature is left.

    The clusters are parted at the largest gap of effects, by the feature with the largest one.
    """
    widest: tuple[float, Feature, float] | None = None
    for feature in catalogue:
        found = [t.get(feature.name) for t in traits_by_segment.values()]
        effects = sorted(t.effect for t in found if t is not None and t.effect is not None)
        if feature.name in used | {HOUR_SIN, HOUR_COS} or len(effects) < len(found):
            continue
        gap, start = max(((b - a, a) for a, b in pairwise(effects)), default=(0.0, 0.0))
        is_wider = gap >= MIN_EFFECT and (widest is None or gap > widest[0])
        if is_wider and _is_parted(feature, traits_by_segment, start):
            widest = (gap, feature, start)
    if widest is None:
        return {}
    _, feature, start = widest
    suffixes: dict[str, str] = {}
    for is_higher in (False, True):
        half = {
            s: t
            for s, t in traits_by_segment.items()
            if ((t[feature.name].effect or 0.0) > start) == is_higher
        }
        side = f", {'higher' if is_higher else 'lower'} {feature.name.replace('_', ' ')}"
        further = _halves(half, catalogue, used | {feature.name}) if len(half) > 1 else {}
        suffixes |= {s: side + further.get(s, "") for s in half}
    return suffixes


def _is_parted(feature: Feature, traits_by_segment: Mapping[str, Traits], start: float) -> bool:
    """Whether the means on both sides of the gap differ by an amount that matters."""
    low: list[float] = []
    high: list[float] = []
    for traits in traits_by_segment.values():
        trait = traits[feature.name]
        if trait.mean is None or trait.effect is None:
            return False
        (high if trait.effect > start else low).append(trait.mean)
    nearest = Trait(min(high), None, max(low), MIN_EFFECT)
    return is_apart(feature, nearest)


def _alike(looks: Mapping[str, Hashable]) -> list[list[str]]:
    """The segments that look the same."""
    segments_of: dict[Hashable, list[str]] = {}
    for segment, look in sorted(looks.items(), key=lambda entry: entry[0]):
        segments_of.setdefault(look, []).append(segment)
    return [segments for segments in segments_of.values() if len(segments) > 1]


def _joined(words: Sequence[str]) -> str:
    return " · ".join(words) if words else NO_WORD
