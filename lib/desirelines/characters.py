"""Invisible characters: refused in settings, and escaped where text is shown."""

from __future__ import annotations

import re
import unicodedata

MOST_TEXT = 10_000
"""Maximum number of characters of a text, such as an expression, a pattern or a path."""
UNDECODABLE = "\ufffd"
"""What readers put in the place of bytes that are not in a text's encoding."""
MOST_SHOWN = 120
"""Maximum number of characters of a given text that an error repeats."""
_REFUSED = frozenset(["Cc", "Cf", "Zl", "Zp", "Cs", "Co", "Cn"])
"""Unicode categories of invisible characters and of marks that change the text direction."""
_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\uffa0"
    "\ufe00-\ufe0f\U000e0100-\U000e01ef]"
)
"""Letters and marks that are drawn as nothing."""
_JOINERS, _VARIANTS = "\u200c\u200d", "\ufe0e\ufe0f"
_VIRAMA = 9
_LINE_BREAKS = "\n\r\t"


def plain_text(text: str, *, has_lines: bool = False) -> str:
    """Refuse invisible characters: controls, line breaks, direction marks, unassigned characters.

    With `has_lines`, line breaks and tabs are allowed. Joiners are allowed where a script or an
    emoji needs them: after a virama, between two Arabic letters, between two emoji. The same holds
    for the mark that makes a character an emoji.

    Raises:
        ValueError: there is such a character, or the text is too long.
    """
    if len(text) > MOST_TEXT:
        raise ValueError(f"a text has at most {MOST_TEXT:,} characters, this one has {len(text):,}")
    if text.isascii() and text.isprintable():
        return text
    for place, letter in enumerate(text):
        if has_lines and letter in _LINE_BREAKS:
            continue
        is_bad = unicodedata.category(letter) in _REFUSED or _INVISIBLE.match(letter)
        if is_bad and not _belongs(text, place):
            raise ValueError(
                f"the character U+{ord(letter):04X} at position {place + 1} cannot be seen "
                "where the text is read. Remove it"
            )
    return text


def readable(text: str) -> str:
    """Text for a terminal or a log: invisible characters are escaped, line breaks are kept."""
    return "".join(
        letter if letter.isprintable() or letter == "\n" else _escaped(letter) for letter in text
    )


def shown(text: str, most: int = MOST_SHOWN) -> str:
    """A given text as an error may repeat it: cut short, with invisible characters escaped."""
    short = text if len(text) <= most else text[:most] + "…"
    return "".join(letter if letter.isprintable() else _escaped(letter) for letter in short)


def _belongs(text: str, place: int) -> bool:
    """Whether a joiner or an emoji mark stands between characters that need it."""
    letter, before, after = text[place], text[place - 1 : place], text[place + 1 : place + 2]
    if not before:
        return False
    if letter in _VARIANTS:
        return unicodedata.category(before) in ("So", "Sm", "Po", "Pd") or (
            before in "#*0123456789" and after == "\u20e3"
        )
    if letter not in _JOINERS or not after:
        return False
    is_after_emoji = unicodedata.category(before) in ("So", "Sk") or before == "\ufe0f"
    is_emoji = letter == "\u200d" and unicodedata.category(after) == "So" and is_after_emoji
    are_arabic = unicodedata.bidirectional(before) == unicodedata.bidirectional(after) == "AL"
    return is_emoji or are_arabic or unicodedata.combining(before) == _VIRAMA


def _escaped(letter: str) -> str:
    return letter.encode("unicode_escape", "backslashreplace").decode("ascii")
