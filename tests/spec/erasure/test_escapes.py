"""Texts without their escapes."""

import json
from urllib.parse import quote, unquote_to_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desirelines.erasure.escapes import (
    PERCENT,
    UNESCAPED,
    from_utf_16,
    percent_decoded,
    without_escapes,
)

BOTH = frozenset((UNESCAPED, PERCENT))
TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)


def plain(text, ways=BOTH):
    return [t.decode() for _, t in without_escapes(text.encode(), ways)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ann", []),
        (r"a\u006en", ["ann"]),
        (r"a\\u006en", [r"a\u006en", "ann"]),
        (r"\ud83d\ude00", ["😀"]),
        (r"\"ann\"", ['"ann"']),
        (r"\x61nn", ["ann"]),
        ("%61nn", ["ann"]),
        ("%2561nn", ["%61nn", "ann"]),
        (r"%5Cu0061nn", [r"\u0061nn", "ann"]),
        ("100 %", []),
        ("\\", [""]),
        (r"\u005cu0061", [r"\u0061", "a"]),
        (r"C:\dir\\ann", [r"C:dir\ann", "C:dirann"]),
    ],
)
def test_layer_after_layer_is_taken_off(text, expected):
    assert plain(text) == expected


def test_only_the_ways_that_are_on_are_tried():
    assert plain(r"\u0061%62", frozenset((PERCENT,))) == [r"\u0061b"]
    assert plain(r"\u0061%62", frozenset((UNESCAPED,))) == ["a%62"]
    assert plain(r"\u0061%62", frozenset()) == []


@given(TEXTS, st.integers(1, 3))
def test_json_within_json_is_read(value, layers):
    text = value
    for _ in range(layers):
        text = json.dumps({"k": text})
    assert any(value in t for t in [text, *plain(text, frozenset((UNESCAPED,)))])


@given(TEXTS)
def test_percent_encoding_is_read(value):
    text = quote(value, safe="")
    assert value in [text, *plain(text, frozenset((PERCENT,)))]


@pytest.mark.parametrize("order", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_told_by_its_mark_or_its_zeros(order):
    text = "the text of a log, with é"
    assert from_utf_16(text.encode(order)).decode().lstrip("\ufeff") == text


@pytest.mark.parametrize("data", [b"", b"\0\0\0\0", b"plain", bytes(range(256)), b"\x08\0\0\0ann!"])
def test_other_bytes_are_no_utf_16(data):
    assert from_utf_16(data) is None


@given(st.lists(st.sampled_from([b"%", b"4", b"aF", b"%41", b"%2", b"%%25", b"z", b"\xff"])))
def test_percent_codes_are_decoded_as_by_the_standard_library(parts):
    text = b"".join(parts)
    assert percent_decoded(text) == unquote_to_bytes(text)
