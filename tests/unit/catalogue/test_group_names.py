"""Names of groups: one for every word, no two for the same claims, written as names are."""

from collections import Counter

from desirelines.catalogue import FEATURES
from desirelines.catalogue.group_names import GROUP_NAMES, VISITORS
from desirelines.catalogue.words import DAY_TIMES, WORD_RULES

SIDES = {(name, is_high) for name in WORD_RULES for is_high in (True, False)}


def test_every_word_has_a_name_of_its_own():
    single = [next(iter(name.claims)) for name in GROUP_NAMES if len(name.claims) == 1]
    assert Counter(single) == Counter(SIDES)
    assert set(VISITORS) == {word for _, word in DAY_TIMES}


def test_names_of_several_words_are_about_features_that_there_are():
    several = [name.claims for name in GROUP_NAMES if len(name.claims) > 1]
    assert set().union(*several) <= SIDES
    assert max(Counter(several).values()) == 1
    assert all(len({feature for feature, _ in claims}) == len(claims) for claims in several)
    assert {f for claims in several for f, _ in claims} <= {f.name for f in FEATURES}


def test_names_are_written_as_names_of_people():
    for name in (*(n.text for n in GROUP_NAMES), *VISITORS.values()):
        assert name[0].isupper(), name
        assert len(name) <= 40, name
        assert " · " not in name, name
