"""What is looked for, and in which forms."""

import json
import unicodedata
from urllib.parse import quote

import pytest

from desirelines.erasure.needles import KEY, ROW, Sought, needles_of, spellings_of

DIGEST = "0123456789abcdef" * 2


def forms(kind, value):
    return {form.content for form in needles_of([Sought(0, kind, value)]).forms}


def test_a_key_is_looked_for_as_hex_digits_of_both_cases_and_as_bytes():
    assert forms(KEY, DIGEST) == {
        DIGEST.encode(), DIGEST.upper().encode(), bytes.fromhex(DIGEST),
        *(d.encode(e) for d in (DIGEST, DIGEST.upper()) for e in ("utf-16-le", "utf-16-be")),
    }  # fmt: skip


def test_what_names_a_row_is_looked_for_as_tables_write_it():
    assert forms(ROW, DIGEST) == {DIGEST.encode()}
    assert forms(ROW, 'order "7" é') == {
        'order "7" é'.encode(), 'order \\"7\\" é'.encode(),
        rb'order \"7\" \u00e9', rb'order \"7\" \u00E9',
    }  # fmt: skip
    short = needles_of([Sought(0, ROW, "17")])
    assert (short.forms, short.is_short(0), set(short.values)) == ((), True, {b"17"})


@pytest.mark.parametrize("key", ["", "ann", DIGEST.upper(), DIGEST + "0", DIGEST[:-1] + "\n"])
def test_what_is_no_key_is_refused_and_not_shown(key):
    with pytest.raises(ValueError, match="32 lower-case hex digits") as caught:
        needles_of([Sought(0, KEY, key)])
    assert not key or key not in str(caught.value)


@pytest.mark.parametrize("value", ["", "  ", "\n"])
def test_an_identifier_without_a_character_is_refused(value):
    with pytest.raises(ValueError, match="request 3 has no character"):
        needles_of([Sought(3, "email", value)])


@pytest.mark.parametrize(
    "form",
    [
        "Zoë.O'Neil@x.com", "zoë.o'neil@x.com", "ZOË.O'NEIL@X.COM",
        unicodedata.normalize("NFD", "Zoë.O'Neil@x.com"),
        quote("Zoë.O'Neil@x.com", safe=""), quote("Zoë.O'Neil@x.com", safe="").replace("%C3", "%c3")
        .replace("%AB", "%ab"),
        r"Zo\u00eb.O'Neil@x.com", r"Zo\u00EB.O'Neil@x.com", r"Zo\\u00eb.O'Neil@x.com",
    ],
)  # fmt: skip
def test_an_identifier_is_looked_for_in_many_forms(form):
    assert form.encode() in forms("email", " Zoë.O'Neil@x.com ")


def test_an_identifier_is_looked_for_in_utf_16_of_both_byte_orders():
    assert {"ann@x.com".encode(f"utf-16-{order}") for order in ("le", "be")} <= forms(
        "email", "ann@x.com"
    )


def test_json_within_json_is_one_of_the_forms():
    value = 'a "b"\\/\n😀 c'
    assert json.dumps(json.dumps(value))[3:-3].encode() in forms("user", value)


@pytest.mark.parametrize(
    ("value", "is_short"),
    [
        ("7", True), ("johnn", True), ("johnny", False), ("12345678", True), ("123456789", False),
        ("user12", True), ("user123", False), ("😀😀", True),
    ],
)  # fmt: skip
def test_what_can_be_there_by_chance_is_looked_for_as_a_whole_value(value, is_short):
    needles = needles_of([Sought(0, "user", value)])
    assert needles.is_short(0) == is_short
    assert bool(needles.values) == is_short
    assert bool(needles.forms) != is_short


@pytest.mark.parametrize(
    ("value", "numbers"),
    [("12345", {}), ("123456", {123456: (0,)}), ("0123456", {123456: (0,)}), ("9" * 19, {}),
     ("9" * 18, {int("9" * 18): (0,)}), ("123456a", {}), ("9" * 5000, {})],
)  # fmt: skip
def test_six_digits_or_more_are_looked_for_in_columns_of_numbers(value, numbers):
    assert needles_of([Sought(0, "user", value)]).numbers == numbers


def test_spellings_are_each_once_and_hold_the_value_as_it_was_given():
    spelt = spellings_of(" ann ")
    assert len(spelt) == len(set(spelt))
    assert {" ann ", "ann", "ANN"} <= set(spelt)


def test_no_value_is_shown():
    needles = needles_of([Sought(0, "email", "ann@x.com"), Sought(0, "user", "7")])
    assert "ann" not in repr(needles)
    assert "7" not in repr(needles)


def test_of_a_long_identifier_the_beginning_that_statistics_keep_is_looked_for():
    value = "cookie-0123456789-0123456789-é😀-0123456789" + "z" * 40
    found = forms("cookie", value)
    assert {value[:32].encode(), value.encode()[:64], value[:31].encode()} <= found
    assert value[:30].encode() not in found
