"""Numbers and names in the form that people read."""

from __future__ import annotations

import pandas as pd
import pytest

from desirelines.catalogue.words import Trait
from desirelines.report import text
from desirelines.tables import FATES


@pytest.mark.parametrize(
    ("feature", "trait", "words", "is_told"),
    [
        ("days_since_active", Trait(0.63, 0.6, 0.60, 0.9), "", False),
        ("days_since_active", Trait(233, 230, 142, 0.9), "long gone", True),
        ("days_since_active", Trait(40, 38, 12, 0.9), "", True),
        ("regular_days", Trait(0.1, 0.0, 5.0, -0.9), "infrequent", True),
        ("exports", Trait(3.0, 3.0, 9.0, -0.9), "", True),  # of the settings
        ("exports", Trait(3.0, 3.0, 9.0, -0.2), "", False),
    ],
)
def test_a_fact_has_the_catalogue_s_word_only_where_it_is_true(
    feature: str, trait: Trait, words: str, is_told: bool
) -> None:
    assert (text.headline(feature, trait), text.differs(feature, trait)) == (words, is_told)


def test_every_fate_has_words() -> None:
    assert set(text.FATE_WORDS) == set(FATES)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (text.people_text(None), "withheld"),
        (text.people_text(float("nan")), "withheld"),
        (text.people_text(pd.NA), "withheld"),
        (text.people_text(9), "withheld"),
        (text.people_text(10), "10"),
        (text.people_text(0), "0"),
        (text.count_text(1234567), "1,234,567"),
        (text.percent_text(0.001), "<1%"),
        (text.percent_text(0.0004, 1), "<0.1%"),
        (text.percent_text(0.005, 1), "0.5%"),
        (text.value_text("weekend_share", 0.29), "29%"),
        (text.value_text("monetary", 1234.5, with_unit=True), "1,234 in reporting currency"),
        (text.value_text("monetary", -3.21), "−3.2"),
        (text.value_text("path_entropy", None), "–"),
        (text.seconds_text(59), "59 s"),
        (text.seconds_text(90), "1.5 min"),
        (text.seconds_text(7200), "2.0 h"),
        (text.seconds_text(None), "–"),
        (text.step_text("path_start"), "start"),
        (text.step_text("__other__"), "other steps"),
        (text.step_text("product_viewed"), "product viewed"),
        (text.step_text("/a_b"), "/a_b"),
        (text.shortened("/shop/garden/chairs", 9), "/sho…airs"),
        (text.effect_words(-0.5), "somewhat below the others"),
        (text.effect_words(0.9), "well above the others"),
    ],
)
def test_numbers_and_names_as_people_read_them(text: str, expected: str) -> None:
    assert text == expected


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ("open_cart_at is known", "a cart left without an order is known"),
        ("frequency >= 3", "orders >= 3"),
        ("first_order_at within 30 days", "the first order within 30 days"),
        ("monetary >= p80 of people with order_value",
         "money spent, less refunds >= p80 of people with money per order"),
        ("at least 3 product_view in 14 days", "at least 3 product_view in 14 days"),
        ("journey_stage is lapsed", "journey stage is lapsed"),
    ],
)  # fmt: skip
def test_a_condition_names_what_it_looks_at_in_words(condition, words):
    assert text.condition_words(condition) == words
