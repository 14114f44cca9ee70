"""Requests as people write them, and the keys that they ask for."""

import json
import unicodedata

import pytest

from desirelines.columns.keys import key_of
from desirelines.erasure.requests import (
    keys_of,
    read_request,
    request_token,
    subject_count,
    token_of,
)
from desirelines.errors import SettingsError
from desirelines.settings.identity import Identity

SECRET, IDENTITY = b"a secret for tests only", Identity()
TYPES = ("user", "email", "cookie")


@pytest.mark.parametrize(
    ("text", "expected", "people"),
    [
        ("user:42", [("user", "42")], 1),
        ("\ufeffuser:42\n\n# by mail\nuser:42\n", [("user", "42")], 2),
        ("user: a:b c ", [("user", " a:b c ")], 1),
        ('{"user": 42, "email": ["a@b.c", "d@e.f"]}', [("user", "42"), ("email", "a@b.c"),
                                                       ("email", "d@e.f")], 1),
        ('{"user": "say \\"no\\" \\u00e9"}', [("user", 'say "no" é')], 1),
    ],
)  # fmt: skip
def test_a_line_is_a_person(text, expected, people):
    assert read_request(text, TYPES, IDENTITY) == expected
    assert subject_count(text) == people


STRANGE = (
    " a' \" % \\ ", "100%25", "two\nlines\r\n", "a\u2028\x85\x0b", "🦔", "é", "e\u0301",
    "x" * 10_000, "# no comment", "{a", "\ufeff1", "a\x00b",
)  # fmt: skip


@pytest.mark.parametrize("value", STRANGE)
@pytest.mark.parametrize("is_ascii", [True, False])
def test_any_value_can_be_asked_for_as_json(value, is_ascii):
    line = json.dumps({"user": value}, ensure_ascii=is_ascii)
    text = f"user:1\r\n{line}\n"
    assert read_request(text, TYPES, IDENTITY) == [("user", "1"), ("user", value)]
    assert subject_count(text) == 2
    assert key_of(SECRET, "user", value) in keys_of([("user", value)], SECRET, IDENTITY)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "names nobody"),
        ("user:1\nuser:null", "line 2: the user is a placeholder"),
        ("user:", "line 1: the user is a placeholder"),
        ("passport:secret7", "line 1: no source has this type of identifier; known: cookie, email"),
        ("secret7", "line 1: it is neither"),
        ('{"user": {"secret7": 1}}', "line 1: a value is neither"),
        ('{"user": true}', "line 1: a value is neither"),
        ('{"user": "secret7"', "line 1: it is no JSON object"),
    ],
)
def test_what_cannot_be_used_is_named_by_its_line_and_never_shown(text, words):
    with pytest.raises(SettingsError) as caught:
        read_request(text, TYPES, IDENTITY)
    assert words in str(caught.value)
    assert "secret7" not in str(caught.value)


def test_every_mistake_is_named():
    with pytest.raises(SettingsError) as caught:
        read_request("one\nuser:2\nthree", TYPES, IDENTITY)
    lines = [mistake.split(":")[0] for mistake in caught.value.mistakes]
    assert lines == ["the request, line 1", "the request, line 3"]


def test_keys_are_those_of_ingest_in_every_way_of_writing():
    decomposed = unicodedata.normalize("NFD", "zoé@b.c")
    assert decomposed != "zoé@b.c"
    keys = keys_of([("email", " ZOÉ@b.c "), ("user", "Ann")], SECRET, IDENTITY)
    assert set(keys) == {
        key_of(SECRET, "email", "zoé@b.c"),
        key_of(SECRET, "email", decomposed),
        key_of(SECRET, "user", "Ann"),
    }
    assert key_of(SECRET, "user", "ann") not in keys  # logins are told apart by case


def test_the_same_identifiers_are_the_same_request():
    one, other = token_of(SECRET, "a" * 32), token_of(SECRET, "b" * 32)
    assert one != other
    assert request_token(SECRET, ["a", "b"]) == request_token(SECRET, ["b", "a"])
    assert request_token(SECRET, ["a"]) != request_token(b"another secret", ["a"])
