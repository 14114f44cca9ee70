"""Names of clusters: true words that do not contradict, and no two names alike."""

import math

import pytest

from desirelines.catalogue.words import Trait
from desirelines.segments.naming import name_of, names_apart
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


@pytest.mark.parametrize(
    ("traits", "name"),
    [
        ([OFTEN, FULL_PRICE, WEEKEND], "orders often · full price"),
        ([WEEKEND, FULL_PRICE], "full price · weekend"),
        ([LATELY, OFTEN, WEEKEND], "orders often · weekend"),  # both are about orders
        ([LONG_GONE, LATELY, WEEKEND], "long gone · weekend"),  # they did not buy lately
        ([LONG_GONE, SELDOM, FULL_PRICE], "long gone · full price"),  # one word of presence
        ([SMALL_DIFFERENCE], "nothing stands out"),
        ([], "nothing stands out"),
        (hours(7, 20), "mornings around 07:00"),  # and neither "nights" nor "evenings" beside it
        ([*hours(22.5, 9, -1.0), OFTEN], "orders often · nights around 22:30"),
    ],
)
def test_a_name_is_the_two_strongest_words_that_are_true_together(traits, name):
    assert name_of(dict(traits)) == name


def test_on_equal_strength_the_catalogue_leads():
    traits = dict([WEEKEND, ("search_share", Trait(0.3, 0.3, 0.1, 0.5))])
    assert name_of(traits) == "searching · weekend"


def test_words_of_the_settings_stand_for_the_catalogue_s():
    words = {
        "frequency": Words(high="Stammkunden", low="Gelegenheitskunden"),
        "hour_sin": Words(high="morgens", low="abends"),
    }
    assert name_of(dict([OFTEN, FULL_PRICE]), words=words) == "Stammkunden · full price"
    assert name_of(dict(hours(7, 20)), words=words) == "morgens around 07:00"


def test_one_group_is_not_called_average():
    assert names_apart({"a": dict([OFTEN])}) == {"a": "everybody with enough data"}
    assert names_apart({"a": {}}) == {"a": "everybody with enough data"}


def test_groups_of_the_same_two_words_get_the_next_word_that_tells_them_apart():
    lunch = hours(12.5, 20, 0.4)
    names = names_apart(
        {
            "a": dict([OFTEN, FULL_PRICE, WEEKEND]),
            "b": dict([OFTEN, FULL_PRICE, *lunch]),
            "c": {},
        }
    )
    assert names == {
        "a": "orders often · full price · weekend",
        "b": "orders often · full price · middays around 12:30",
        "c": "nothing stands out",
    }


def test_groups_of_the_same_words_are_told_apart_by_the_feature_in_which_they_differ_most():
    def spending(mean, effect):
        return dict([OFTEN, ("order_value", Trait(mean, mean, 100.0, effect))])

    # 80 and 90 lie on one side of the gap, and no feature tells these two apart.
    names = names_apart({"a": spending(90.0, -0.2), "b": spending(400.0, 0.25),
                         "c": spending(80.0, -0.21)})  # fmt: skip
    assert names == {
        "a": "orders often, lower order value (1)",
        "b": "orders often, higher order value",
        "c": "orders often, lower order value (2)",
    }


def test_names_differ_by_more_than_the_order_of_their_words():
    def group(frequency, discount, depth):
        return {
            "frequency": Trait(12.0, 11.0, 2.0, frequency),
            "discount_share": Trait(0.01, 0.0, 0.2, discount),
            "path_depth": Trait(depth, depth, 6.0, (depth - 6.0) / 10),
        }

    names = names_apart({"a": group(1.8, -1.7, 3.0), "b": group(1.6, -1.7, 9.0)})
    assert names == {
        "a": "orders often · full price · shallow visits",
        "b": "full price · orders often · deep visits",
    }
    names = names_apart({"a": group(1.8, -1.7, 6.0), "b": group(1.6, -1.7, 6.0)})
    assert names == {"a": "orders often · full price (1)", "b": "full price · orders often (2)"}


def test_only_groups_that_no_feature_tells_apart_are_numbered():
    names = names_apart({s: dict([OFTEN]) for s in "abc"})
    assert names == {s: f"orders often ({n})" for n, s in enumerate("abc", start=1)}
    traits = {
        s: dict([OFTEN, ("path_depth", Trait(depth, depth, 5.0, effect))])
        for s, depth, effect in (("a", 4.0, -0.4), ("b", 6.0, 0.1), ("c", 9.9, 0.9))
    }
    assert names_apart(traits) == {
        "a": "orders often, lower path depth",
        "b": "orders often, higher path depth",
        "c": "orders often · deep visits",
    }
