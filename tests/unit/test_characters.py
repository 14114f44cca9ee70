"""Characters that cannot be seen: refused in settings, escaped where text is shown."""

import pytest

from desirelines.characters import MOST_TEXT, plain_text, readable, shown


@pytest.mark.parametrize(
    "text",
    [
        "plain",
        "Ärger",
        "日本語",
        "نمی\u200cخواهم",
        "क्\u200dष",
        "👩\u200d💻",
        "❤\ufe0f",
        "1\ufe0f\u20e3",
    ],
)
def test_what_can_be_seen_is_taken_with_the_joiners_it_needs(text):
    assert plain_text(text) == text


@pytest.mark.parametrize(
    ("text", "code", "position"),
    [
        ("a\x00", "U+0000", 2),
        ("a\nb", "U+000A", 2),
        ("\u202eevil", "U+202E", 1),  # turns the direction of writing
        ("a\u200db", "U+200D", 2),  # a joiner between letters that need none
        ("a\ufe0f", "U+FE0F", 2),  # the mark of an emoji after a letter
        ("x\u3164", "U+3164", 2),  # a letter that is drawn as nothing
    ],
)
def test_what_cannot_be_seen_is_refused_with_its_place(text, code, position):
    with pytest.raises(ValueError, match=rf"{code.replace('+', '[+]')} at position {position} "):
        plain_text(text)


def test_lines_are_taken_where_a_text_may_have_them_and_no_text_is_too_long():
    assert plain_text("a\n\tb", has_lines=True) == "a\n\tb"
    assert plain_text("x" * MOST_TEXT) == "x" * MOST_TEXT
    with pytest.raises(ValueError, match="at most 10,000 characters, this one has 10,001"):
        plain_text("x" * (MOST_TEXT + 1))


@pytest.mark.parametrize(
    ("text", "for_reading", "in_an_error"),
    [
        ("plain", "plain", "plain"),
        ("a\nb", "a\nb", r"a\nb"),
        ("\x1b[31mred", r"\x1b[31mred", r"\x1b[31mred"),
        ("a\u202eb", r"a\u202eb", r"a\u202eb"),
        ("longer than it", "longer than it", "longer than…"),
    ],
)
def test_text_is_shown_with_escapes(text, for_reading, in_an_error):
    assert (readable(text), shown(text, 11)) == (for_reading, in_an_error)
