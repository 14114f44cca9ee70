"""When a word of the catalogue is true of a segment: conditions on the values themselves.

An effect size says only that a segment differs from the rest. A word is used where the typical
value also deserves it, and where the difference matters in the feature's own unit.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from desirelines.catalogue.features import Feature

MIN_EFFECT = 0.3
"""Below this effect size (Cohen's "small") a feature does not characterise a segment."""
LEAST_RATIO = 1.25
"""Skewed features differ where the larger mean is at least this many times the smaller."""
LEAST_KNOWN_SHARE = 0.5
"""A word is used where the feature is known of at least this share of the segment's people."""
DAY_TIMES = ((5, "nights"), (11, "mornings"), (14, "middays"), (17, "afternoons"), (22, "evenings"))
"""Ends of the parts of the day, by hour, and their words; from 22 h it is night again."""
LEAST_CONCENTRATION, CLEAR_CONCENTRATION = 0.5, 0.8
"""Resultant length (0…1) of visiting hours from which a part of the day, and an hour, is named."""
LEAST_HOURS_APART = 2.0
"""Visiting hours differ from those of the rest by at least this many hours, if both have one."""
HOUR_SIN, HOUR_COS = "hour_sin", "hour_cos"


@dataclass(frozen=True, slots=True)
class WordRule:
    """Conditions for the two words of a feature, in its own unit.

    Attributes:
        topic: what the words are about; a name has one word of a topic.
        high_from: least mean and median of a segment for the high word.
        low_to: greatest mean and median for the low word.
        apart: least difference between the mean and that of the rest, for either word.
        low_over: the mean is above this for the low word.
    """

    topic: str
    high_from: float = -math.inf
    low_to: float = math.inf
    apart: float = 0.0
    low_over: float = -math.inf


@dataclass(frozen=True, slots=True)
class Trait:
    """One feature in one segment, beside the rest; null for unknown.

    Attributes:
        mean, median: over the segment's known values.
        rest_mean: mean over the known values of the rest.
        effect: Cohen's d of the segment against the rest.
        known_share: share of the segment's people with a known value.
    """

    mean: float | None
    median: float | None
    rest_mean: float | None
    effect: float | None
    known_share: float = 1.0


# fmt: off
WORD_RULES: dict[str, WordRule] = {
    "recency_days": WordRule("orders", 90, 30, 7),
    "frequency": WordRule("orders", 6, 1.5, 0.5),
    "monetary": WordRule("money", low_over=0),
    "order_value": WordRule("money", low_over=0),
    "lines_per_order": WordRule("baskets", 2.5, 1.5, 0.5),
    "days_between_orders": WordRule("orders", 60, 21, 7),
    "discount_share": WordRule("discounts", 0.1, 0.05, 0.05),
    "discounted_order_share": WordRule("discounts", 0.5, 0.2, 0.15),
    "refund_share": WordRule("refunds", 0.1, 0.05, 0.05),
    "look_ahead_share": WordRule("time to decide", 0.3, 0.1, 0.15),
    "hours_to_order": WordRule("time to decide", 24, 2, 1),
    "steps_per_order": WordRule("way to an order", 20, 8, 3),
    "distinct_categories": WordRule("interests", 4, 2, 1),
    "top_category_share": WordRule("interests", 0.6, 0.4, 0.1),
    "cart_without_order_share": WordRule("carts", 0.5, 0.35, 0.15),
    "cart_visit_share": WordRule("carts", 0.3, 0.1, 0.1),
    "product_share": WordRule("products", 0.4, 0.2, 0.1),
    "search_share": WordRule("search", 0.1, 0.02, 0.05),
    "content_share": WordRule("content", 0.25, 0.02, 0.1),
    "feature_share": WordRule("features", 0.2, 0.02, 0.1),
    "features_used": WordRule("features", 5, 2, 1),
    "help_share": WordRule("help", 0.1, 0.02, 0.05),
    "sessions_per_week": WordRule("presence", 1.5, 0.5, 0.25),
    "active_days": WordRule("presence", 20, 5, 2),
    "stickiness": WordRule("presence", 0.36, 0.2, 0.07),
    "engaged_minutes_per_week": WordRule("presence", 30, 5, 2),
    "engaged_minutes": WordRule("visits", 10, 3, 1),
    "pace_seconds": WordRule("pace", 60, 20, 5),
    "days_since_active": WordRule("presence", 60, 14, 3),
    "tenure_days": WordRule("tenure", 180, 60, 14),
    "regular_days": WordRule("presence", 14, 6, 2),
    "activity_change": WordRule("presence", 0.22, -0.22, 0.2),
    "decay_probability": WordRule("presence", 0.3, 0.1, 0.1),
    "referrals": WordRule("referrals", 1, 0.2, 0.5),
    "support_contacts": WordRule("support", 2, 0.2, 0.5),
    "satisfaction": WordRule("satisfaction", 8, 6, 0.5),
    "email_open_share": WordRule("e-mails", 0.4, 0.1, 0.1),
    "email_click_share": WordRule("e-mails", 0.1, 0.02, 0.05),
    "push_open_share": WordRule("push messages", 0.3, 0.05, 0.1),
    "sms_click_share": WordRule("text messages", 0.1, 0.02, 0.05),
    "app_share": WordRule("app or web", 0.7, 0.3, 0.15),
    "weekend_share": WordRule("days of the week", 0.5, 0.15, 0.1),
    "path_entropy": WordRule("paths", 0.8, 0.5, 0.1),
    "self_loop_rate": WordRule("paths", 0.3, 0.1, 0.1),
    "backtrack_rate": WordRule("paths", 0.2, 0.05, 0.05),
    "revisit_rate": WordRule("paths", 0.3, 0.1, 0.1),
    "path_depth": WordRule("visits", 8, 3, 1),
    "days_to_goal": WordRule("goal", 30, 3, 1),
}
# fmt: on

CONTRADICTIONS = frozenset(
    {
        frozenset({("recency_days", False), ("days_since_active", True)}),
        frozenset({("frequency", True), ("days_since_active", True)}),
        frozenset({("days_between_orders", False), ("days_since_active", True)}),
        frozenset({("recency_days", False), ("sessions_per_week", False)}),
        frozenset({("frequency", True), ("sessions_per_week", False)}),
        frozenset({("tenure_days", False), ("days_since_active", True)}),
    }
)
"""Pairs of words on different topics that deny each other: feature, and whether the high word."""


def word_rule(feature: Feature) -> WordRule:
    """The conditions for a feature's words; any clear difference for one of the settings."""
    rule = WORD_RULES.get(feature.name)
    if rule is not None:
        return rule
    is_share = feature.unit.startswith("share") or feature.unit == "0…1"
    return WordRule(feature.name, apart=0.05 if is_share else 0.0)


def is_apart(feature: Feature, trait: Trait) -> bool:
    """Whether a segment's mean differs from that of the rest by an amount that matters.

    The effect must be at least MIN_EFFECT, with the sign of the difference.
    """
    mean, rest, effect = trait.mean, trait.rest_mean, trait.effect
    if mean is None or rest is None or effect is None or abs(effect) < MIN_EFFECT:
        return False
    difference = mean - rest
    if difference * effect <= 0 or abs(difference) < word_rule(feature).apart:
        return False
    is_relative = feature.scale == "log" or feature.name not in WORD_RULES
    larger, smaller = max(abs(mean), abs(rest)), min(abs(mean), abs(rest))
    return not is_relative or mean * rest < 0 or larger >= LEAST_RATIO * smaller


def is_high_word(feature: Feature, trait: Trait) -> bool | None:
    """Whether the high word is true of a segment (true) or the low one (false); null for neither.

    Not for the two features of visiting hours: see `day_time`.
    """
    if not is_apart(feature, trait) or trait.known_share < LEAST_KNOWN_SHARE:
        return None
    rule = word_rule(feature)
    typical = [v for v in (trait.mean, trait.median) if v is not None]
    if (trait.effect or 0.0) > 0:
        return True if min(typical) >= rule.high_from else None
    is_low = max(typical) <= rule.low_to and min(typical[:1]) > rule.low_over
    return False if is_low else None


def visiting_hour(sine: float, cosine: float) -> tuple[float, float]:
    """The hour of day (0…24) that a mean sine and cosine point to, and their concentration (0…1).

    The concentration is the resultant length: 1 where all visits start at the same hour, near 0
    where they are spread over the day. Source: Mardia, Jupp 2000, Directional Statistics.
    """
    hour = math.atan2(sine, cosine) / (2 * math.pi) * 24 % 24
    return hour, min(math.hypot(sine, cosine), 1.0)


def day_time(
    sine: Trait, cosine: Trait, words: Mapping[str, str] = MappingProxyType({})
) -> str | None:
    """The part of the day in which a segment's visits start: "mornings", "mornings around 10:00".

    Null where the visits are spread over the day, where they start within LEAST_HOURS_APART of
    those of the rest, or where either feature is unknown or has no effect. `words` replace those of
    DAY_TIMES.
    """
    if sine.mean is None or cosine.mean is None or not is_hour_apart(sine, cosine):
        return None
    hour, concentration = visiting_hour(sine.mean, cosine.mean)
    if concentration < LEAST_CONCENTRATION or sine.known_share < LEAST_KNOWN_SHARE:
        return None
    word = next((word for end, word in DAY_TIMES if hour < end), DAY_TIMES[0][1])
    word = words.get(word, word)
    if concentration < CLEAR_CONCENTRATION:
        return word
    return f"{word} around {hour_text(hour)}"


def hour_text(hour: float) -> str:
    """An hour of the day as a time, to the nearest half hour."""
    minutes = round(hour * 2) * 30 % (24 * 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def is_hour_apart(sine: Trait, cosine: Trait) -> bool:
    """Whether a segment visits at other hours than the rest, or the rest has no such hour."""
    if sine.mean is None or cosine.mean is None:
        return False
    if sine.rest_mean is None or cosine.rest_mean is None:
        return False
    if hour_effect(sine, cosine) < MIN_EFFECT:
        return False
    hour, _ = visiting_hour(sine.mean, cosine.mean)
    rest, rest_concentration = visiting_hour(sine.rest_mean, cosine.rest_mean)
    apart = abs(hour - rest)
    return rest_concentration < LEAST_CONCENTRATION or min(apart, 24 - apart) >= LEAST_HOURS_APART


def hour_effect(sine: Trait, cosine: Trait) -> float:
    """Strength of the effect of visiting hours: the greater of both features."""
    return max(abs(sine.effect or 0.0), abs(cosine.effect or 0.0))
