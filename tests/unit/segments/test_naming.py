"""Names of clusters: true of their people, and no two nearly the same."""

import math
from dataclasses import replace

import pytest

from desirelines.catalogue.words import Trait
from desirelines.segments.naming import is_near, names_apart
from desirelines.settings.segments import Words

LATELY = ("recency_days", Trait(9.0, 8.0, 90.0, -0.8))
OFTEN = ("frequency", Trait(12.0, 11.0, 2.0, 1.2))
FULL_PRICE = ("discount_share", Trait(0.01, 0.0, 0.2, -0.9))
LONG_GONE = ("days_since_active", Trait(200.0, 190.0, 40.0, 1.5))
SELDOM = ("sessions_per_week", Trait(0.1, 0.1, 2.0, -1.0))
WEEKEND = ("weekend_share", Trait(0.8, 0.9, 0.2, 0.5))
SMALL_DIFFERENCE = ("days_since_active", Trait(0.63, 0.6, 0.60, 0.9))


def hours(hour, rest, effect=1.0):
    """Traits of visits around an hour."""
    return [
        (name, Trait(0.9 * f(hour / 12 * math.pi), None, 0.9 * f(rest / 12 * math.pi), effect))
        for name, f in (("hour_sin", math.sin), ("hour_cos", math.cos))
    ]


def name_of(traits, **given):
    """The name of a group beside one of people who have been known for long."""
    other = {"tenure_days": Trait(400.0, 390.0, 90.0, 0.4)}
    return names_apart({"a": dict(traits), "b": other}, **given)["a"]


@pytest.mark.parametrize(
    ("traits", "name"),
    [
        ([OFTEN, WEEKEND], "Regular buyers"),  # the strongest word
        ([WEEKEND, FULL_PRICE], "Full-price buyers"),
        ([OFTEN, LATELY, WEEKEND], "Loyal buyers"),  # a name for two words that are both true
        ([LONG_GONE, LATELY, WEEKEND], "People gone quiet"),  # they did not buy lately
        ([LONG_GONE, SELDOM, FULL_PRICE], "People gone quiet"),
        ([SMALL_DIFFERENCE], "nothing stands out"),
        ([], "nothing stands out"),
        (hours(7, 20), "Morning visitors around 07:00"),  # neither "nights" nor "evenings"
        ([*hours(22.5, 9, -1.3), OFTEN], "Night visitors around 22:30"),
    ],
)
def test_a_name_is_about_the_strongest_word_that_is_true(traits, name):
    assert name_of(traits) == name


def test_on_equal_strength_the_catalogue_leads():
    assert name_of([WEEKEND, ("search_share", Trait(0.3, 0.3, 0.1, 0.5))]) == "Searchers"


def test_a_name_for_more_words_is_preferred_and_must_be_about_the_strongest():
    search = ("search_share", Trait(0.3, 0.3, 0.1, 2.0))
    rarely = ("frequency", Trait(1.0, 1.0, 4.0, -0.5))
    large = ("order_value", Trait(90.0, 80.0, 30.0, 0.4))
    assert name_of([search, rarely, large]) == "Researchers who buy rarely"
    assert name_of([rarely, large]) == "Rare buyers of large orders"


def test_words_of_the_settings_are_names_as_they_stand():
    words = {
        "frequency": Words(high="Stammkunden", low="Gelegenheitskunden"),
        "hour_sin": Words(high="morgens", low="abends"),
    }
    assert name_of([OFTEN, FULL_PRICE], words=words) == "Stammkunden"
    assert name_of(hours(7, 20), words=words) == "morgens around 07:00"


def test_one_group_is_not_called_average():
    assert names_apart({"a": dict([OFTEN])}) == {"a": "everybody with enough data"}
    assert names_apart({"a": {}}) == {"a": "everybody with enough data"}


def test_of_groups_with_one_name_the_one_furthest_from_the_others_has_it():
    lunch = hours(12.5, 20, 0.4)
    less = [(name, replace(trait, effect=trait.effect * 0.9)) for name, trait in [OFTEN]]
    names = names_apart({"a": dict([*less, FULL_PRICE]), "b": dict([OFTEN, *lunch]), "c": {}})
    assert names == {"a": "Full-price buyers", "b": "Regular buyers", "c": "nothing stands out"}


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("Bargain hunters", "Bargain hunters who read e-mails", True),
        ("Visitors who skip the products", "Visitors who skip the features", True),
        ("Slow deciders", "Quick deciders", False),
        ("Cart fillers who stopped buying", "Researchers who stopped buying", False),
        ("People gone quiet", "People who rarely buy", False),
        ("nothing stands out", "nothing stands out", True),
    ],
)
def test_names_that_share_half_of_their_words_are_nearly_the_same(one, other, near):
    assert is_near(one, other) is is_near(other, one) is near


def test_groups_of_the_same_words_are_told_apart_by_the_feature_in_which_they_differ_most():
    def spending(mean, effect):
        return dict([OFTEN, ("order_value", Trait(mean, mean, 100.0, effect))])

    # 80 and 90 lie on one side of the gap, and no feature tells these two apart.
    names = names_apart({"a": spending(90.0, -0.2), "b": spending(400.0, 0.25),
                         "c": spending(80.0, -0.21)})  # fmt: skip
    assert names == {
        "a": "Regular buyers, lower order value (1)",
        "b": "Regular buyers, higher order value",
        "c": "Regular buyers, lower order value (2)",
    }


def test_only_groups_that_no_feature_tells_apart_are_numbered():
    names = names_apart({s: dict([OFTEN]) for s in "abc"})
    assert names == {s: f"Regular buyers ({n})" for n, s in enumerate("abc", start=1)}
    traits = {
        s: dict([OFTEN, ("path_depth", Trait(depth, depth, 5.0, effect))])
        for s, depth, effect in (("a", 4.0, -0.4), ("b", 6.0, 0.1), ("c", 9.9, 0.9))
    }
    assert names_apart(traits) == {
        "a": "Regular buyers, lower path depth",
        "b": "Regular buyers, higher path depth",
        "c": "Deep browsers",
    }
