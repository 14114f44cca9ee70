"""Names of clusters: what a marketer would call the people, from the words that are true of them.

The words and their conditions are in `catalogue/words.py`, the names in `catalogue/group_names.py`.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType

from desirelines.catalogue import FEATURES, Feature
from desirelines.catalogue.group_names import GROUP_NAMES, VISITORS, Claim
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
ONE_GROUP = "everybody with enough data"
"""Name of the only group: there is nobody to compare its people with."""
NO_WORD = "nothing stands out"
NO_WORDS: Mapping[str, Words] = MappingProxyType({})
HOURS = "hours"
"""The topic of visiting hours."""
SAME_SHARE = 0.5
"""Two names are nearly the same if they share so much of the words that say something."""
FILLERS = frozenset({"a", "around", "by", "of", "on", "people", "the", "their", "to", "who"})


@dataclass(frozen=True, slots=True)
class Word:
    """A word that is true of a segment.

    Attributes:
        text: the word.
        topic: what it is about.
        claim: the feature, and whether its high word; for contradictions and names.
        effect: strength of the effect behind it.
        is_own: whether it is a word of the settings, which is a name as it stands.
    """

    text: str
    topic: str
    claim: Claim
    effect: float
    is_own: bool = False


def names_apart(
    traits_by_segment: Mapping[str, Traits],
    catalogue: Sequence[Feature] = FEATURES,
    words: Mapping[str, Words] = NO_WORDS,
) -> dict[str, str]:
    """Names of all clusters; no two are the same or nearly the same.

    The cluster that is furthest from the others is named first. Each gets its best name (see
    `names_of`) that no other has. Clusters for which none is left get the feature in which they lie
    furthest apart, with "higher" or "lower". Only those that no feature tells apart get a number,
    in the order of their ids. `words` of the settings replace the catalogue's.
    """
    if len(traits_by_segment) == 1:
        return dict.fromkeys(traits_by_segment, ONE_GROUP)
    true = {s: true_words(t, catalogue, words) for s, t in sorted(traits_by_segment.items())}
    chosen: dict[str, str] = {}
    for segment in sorted(true, key=lambda s: -max((w.effect for w in true[s]), default=0.0)):
        names = list(names_of(true[segment])) or [NO_WORD]
        chosen[segment] = next(
            (n for n in names if not any(is_near(n, other) for other in chosen.values())),
            names[0],
        )
    suffixes = dict.fromkeys(chosen, "")
    for alike in _alike(chosen):
        suffixes |= _halves({segment: traits_by_segment[segment] for segment in alike}, catalogue)
    for alike in _alike({segment: (name, suffixes[segment]) for segment, name in chosen.items()}):
        for number, segment in enumerate(alike, start=1):
            suffixes[segment] += f" ({number})"
    return {segment: chosen[segment] + suffixes[segment] for segment in true}


def names_of(words: Sequence[Word]) -> Iterator[str]:
    """The names that are true of a segment, the best first. `words` are its `true_words`.

    A name is about the strongest word first, then about the next ones. Of several about one word
    the one with most claims comes first, then the one with the strongest.
    """
    effects = {word.claim: word.effect for word in words}
    for word in one_of_each_topic(words):
        if word.topic == HOURS or word.is_own:
            yield word.text
            continue
        fitting = [n for n in GROUP_NAMES if word.claim in n.claims <= effects.keys()]
        fitting.sort(key=lambda n: (-len(n.claims), -sum(effects[c] for c in n.claims)))
        yield from (name.text for name in fitting)
        if not fitting:  # a feature of the settings
            yield word.text


def is_near(one: str, other: str) -> bool:
    """Whether two names are the same, or share half of the words that say something."""
    first, second = (frozenset(name.lower().split()) - FILLERS for name in (one, other))
    return one == other or len(first & second) >= SAME_SHARE * len(first | second)


def true_words(
    traits: Traits,
    catalogue: Sequence[Feature] = FEATURES,
    words: Mapping[str, Words] = NO_WORDS,
) -> list[Word]:
    """The words that are true of a segment, the strongest first; none contradicts a stronger one.

    On equal strength the feature that comes first in the catalogue leads.
    """
    found = [w for f in catalogue if (w := _word(f, traits, words)) is not None]
    found.sort(key=lambda word: -word.effect)  # stable: on equal effects the catalogue leads
    true: list[Word] = []
    for word in found:
        if all(frozenset({word.claim, other.claim}) not in CONTRADICTIONS for other in true):
            true.append(word)
    return true


def one_of_each_topic(words: Sequence[Word]) -> list[Word]:
    """The strongest word of each topic, and none that says the same as a stronger one."""
    chosen: list[Word] = []
    for word in words:
        if all(word.topic != o.topic and word.text != o.text for o in chosen):
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
        text = day_time(trait, cosine, VISITORS | _day_words(words))
        effect = hour_effect(trait, cosine)
        return None if text is None else Word(text, HOURS, (HOUR_SIN, True), effect)
    is_high = is_high_word(feature, trait)
    if is_high is None:
        return None
    own = words.get(feature.name) or Words(high=feature.high, low=feature.low)
    return Word(
        own.high if is_high else own.low,
        word_rule(feature).topic,
        (feature.name, is_high),
        abs(trait.effect or 0.0),
        is_own=feature.name in words,
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
