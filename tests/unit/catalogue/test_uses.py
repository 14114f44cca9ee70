"""Every figure and every shipped rule has its words for a marketer."""

from desirelines.catalogue import FEATURES
from desirelines.catalogue.uses import PLAIN, USES_OF_HOURS, USES_OF_RULES
from desirelines.catalogue.words import DAY_TIMES, HOUR_COS, HOUR_SIN
from desirelines.settings.segment_rules import shipped_names


def test_every_feature_but_the_two_of_hours_has_a_plain_name_and_two_uses():
    assert set(PLAIN) == {f.name for f in FEATURES} - {HOUR_SIN, HOUR_COS}
    assert set(USES_OF_HOURS) == {word for _, word in DAY_TIMES}
    labels = [p.label for p in PLAIN.values()]
    assert len(set(labels)) == len(labels)


def test_every_shipped_rule_has_a_use():
    assert set(USES_OF_RULES) == set(shipped_names())


def test_uses_are_whole_sentences_that_are_said_once():
    sentences = [s for p in PLAIN.values() for s in (p.high, p.low)]
    sentences += [*USES_OF_HOURS.values(), *USES_OF_RULES.values()]
    assert all(s[0].isupper() and s.endswith((".", "?")) for s in sentences)
    assert len(set(sentences)) == len(sentences)
