"""Spellings of words for nobody."""

import pytest

from desirelines.catalogue.no_identifiers import NO_IDENTIFIERS
from desirelines.columns.keys import normal_text
from desirelines.identities.placeholder_values import placeholder_values


@pytest.mark.parametrize("text", [
    "null", "NULL", "None", "(null)", "<null>", "(not set)", "Not Set", "not-set", "notSet",
    "[object Object]", "guest", "Guest", "-1", "N/A", "#N/A", "{}", "0", "0000", "anonymousId",
    "00000000-0000-0000-0000-000000000000", '"undefined"', "\\N",
])  # fmt: skip
def test_usual_spellings_are_among_them(text):
    assert text in set(placeholder_values(NO_IDENTIFIERS))


def test_none_of_the_words_own_spellings_identifies_anybody_today():
    for word in NO_IDENTIFIERS:
        for text in (word, word.upper(), f"({word})"):
            assert normal_text(text, caseless=False, junk=NO_IDENTIFIERS) is None or "@" in word


def test_a_mailbox_gives_no_text():
    assert not [t for t in placeholder_values(["noreply@"]) if "noreply" in t]
