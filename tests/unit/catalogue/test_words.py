"""Words of the catalogue are used only where the values deserve them."""

import math

import pytest

from desirelines.catalogue import FEATURES
from desirelines.catalogue.words import (
    CONTRADICTIONS,
    WORD_RULES,
    Trait,
    day_time,
    hour_text,
    is_high_word,
    visiting_hour,
)

BY_NAME = {f.name: f for f in FEATURES}


def test_every_feature_but_the_hours_has_conditions_for_its_words_that_exclude_each_other():
    assert set(WORD_RULES) == set(BY_NAME) - {"hour_sin", "hour_cos"}
    for name, rule in WORD_RULES.items():
        assert rule.high_from == -math.inf or rule.high_from > rule.low_to, name
        assert rule.apart > 0 or BY_NAME[name].scale == "log", name
    assert {name for pair in CONTRADICTIONS for name, _ in pair} <= set(WORD_RULES)


@pytest.mark.parametrize(
    ("feature", "mean", "median", "rest", "effect", "word"),
    [
        ("days_since_active", 0.63, 0.63, 0.60, 0.9, None),
        ("days_since_active", 233.0, 233.0, 410.0, -1.1, None),  # not "here lately"
        ("days_since_active", 233.0, 230.0, 142.0, 0.8, "long gone"),
        ("days_since_active", 4.0, 3.0, 60.0, -0.8, "here lately"),
        ("days_since_active", 20.0, 3.0, 60.0, -0.8, None),  # the mean is no longer lately
        ("regular_days", 0.9, 1.0, 0.1, 2.0, None),
        ("regular_days", 16.0, 17.0, 5.0, 2.0, "regular"),
        ("stickiness", 0.25, 0.14, 0.16, 1.2, None),  # 2.4 orders a year
        ("stickiness", 0.5, 0.5, 0.2, 1.2, "several days in an active week"),
        ("frequency", 2.4, 2.0, 1.1, 1.5, None),
        ("frequency", 12.0, 11.0, 2.0, 1.5, "orders often"),
        ("frequency", 12.0, 0.0, 2.0, 1.5, None),  # most of them order nothing
        ("frequency", 0.0, 0.0, 2.0, -0.5, "orders rarely"),
        ("sessions_per_week", 0.05, 0.05, 0.02, 0.9, None),
        ("sessions_per_week", 2.0, 2.0, 1.7, 0.9, None),  # as frequent as the rest
        ("discount_share", 0.02, 0.0, 0.01, 0.5, None),
        ("weekend_share", 0.3, 0.3, 0.1, 0.9, None),  # two days of seven
        ("weekend_share", 0.9, 1.0, 0.2, 0.9, "weekend"),
        ("satisfaction", 7.4, 7.0, 6.0, 0.7, None),
        ("satisfaction", 9.1, 9.0, 6.0, 0.7, "satisfied"),
        ("monetary", 900.0, 800.0, 90.0, 1.0, "big spenders"),
        ("monetary", 0.0, 0.0, 90.0, -1.0, None),  # nothing was spent
        ("activity_change", 0.1, 0.1, -0.4, 0.8, None),
        ("app_share", 0.2, 0.1, 0.6, -0.9, "on the web"),
        ("app_share", 0.2, 0.1, 0.6, -0.2, None),  # no effect
        ("app_share", 0.2, 0.1, 0.1, -0.9, None),  # the effect has the other sign
        ("recency_days", 12.0, 11.0, 99.0, -1.2, "bought lately"),
        ("recency_days", 12.0, 11.0, None, -1.2, None),
        ("recency_days", None, None, 9.0, None, None),
    ],
)
def test_a_word_is_true_of_the_values(feature, mean, median, rest, effect, word):
    entry = BY_NAME[feature]
    is_high = is_high_word(entry, Trait(mean, median, rest, effect))
    assert {None: None, True: entry.high, False: entry.low}[is_high] == word


def test_a_word_needs_to_be_known_of_half_of_the_people():
    trait = Trait(12.0, 11.0, 99.0, -1.2, known_share=0.4)
    assert is_high_word(BY_NAME["recency_days"], trait) is None


def at(hour, concentration=0.9):
    """Mean sine and cosine of visits around an hour."""
    angle = hour / 24 * 2 * math.pi
    return concentration * math.sin(angle), concentration * math.cos(angle)


def test_the_hour_that_a_mean_sine_and_cosine_point_to():
    for hour in (0.0, 3.0, 9.5, 12.0, 18.25, 23.5):
        assert visiting_hour(*at(hour, 0.7)) == (pytest.approx(hour), pytest.approx(0.7))


@pytest.mark.parametrize(
    ("here", "rest", "effects", "word"),
    [
        (at(10.35), at(8.0), (-0.9, -0.9), "mornings around 10:30"),  # its sine says evenings
        (at(10.35), at(9.0), (-0.9, -0.9), None),  # 81 minutes apart
        (at(10.35, 0.6), at(20.0), (0.9, 0.1), "mornings"),
        (at(10.35, 0.4), at(20.0), (0.9, 0.1), None),  # spread over the day
        (at(10.35), at(20.0, 0.1), (0.9, 0.1), "mornings around 10:30"),
        (at(20.0), at(9.0), (-1.2, 0.3), "evenings around 20:00"),
        (at(23.6), at(14.0), (0.2, 1.2), "nights around 23:30"),
        (at(1.0), at(23.5), (0.5, 0.5), None),  # across midnight they are close
        (at(12.5), at(20.0), (0.2, -1.2), "middays around 12:30"),
        (at(15.0), at(8.0), (-1.2, 0.2), "afternoons around 15:00"),
        (at(15.0), at(8.0), (-0.2, 0.2), None),  # no effect
    ],
)
def test_visiting_hours_are_named_by_where_they_point_and_how_much_they_agree(
    here, rest, effects, word
):
    sine, cosine = (
        Trait(mean, None, other, effect)
        for mean, other, effect in zip(here, rest, effects, strict=True)
    )
    assert day_time(sine, cosine) == word


@pytest.mark.parametrize(
    ("hour", "expected"),
    [(9.63, "09:30"), (20.53, "20:30"), (20.8, "21:00"), (0.0, "00:00"), (23.95, "00:00")],
)
def test_an_hour_is_a_time_to_half_an_hour(hour, expected):
    assert hour_text(hour) == expected
