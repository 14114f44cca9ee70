"""What a scan looks for: identifiers and keys, in every form in which a file may hold them."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import quote

KEY = "key"
"""The kind of a key; the kind of an identifier is its type, such as email."""
ROW = "row"
"""The kind of what names somebody's rows and is written by nothing but these tables: the id of an
event, an order or a session, a digest."""
ENOUGH_BITS = 30.0
"""An identifier that carries less is looked for as a whole value alone; see `needles_of`."""
BITS_OF_DIGIT, BITS_OF_OTHER = 10 / 3, 5.0
SHORTEST_NUMBER = 6
"""Identifiers of so many digits are looked for in columns of numbers; 7 would be any count."""
STORED_LENGTH, STORED_BYTES = 32, 64
"""Characters and bytes of a text that statistics keep."""
_KEY = re.compile(r"[0-9a-f]{32}")
_ESCAPED = re.compile(r"\\u[0-9a-f]{4}")
_LARGEST = 2**63


@dataclass(frozen=True, slots=True)
class Sought:
    """One identifier or key of a request. Its value is never shown.

    Attributes:
        request: number of the request that it belongs to.
        kind: `KEY`, `ROW`, or the type of the identifier.
        value: the key as 32 lower-case hex digits, else the value as it was given.
    """

    request: int
    kind: str
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Form:
    """Bytes that stand for something sought; `owner` is its place in `Needles.sought`.

    `is_word` says that it counts in text only where it is no part of a longer word.
    """

    content: bytes = field(repr=False)
    owner: int
    is_word: bool


@dataclass(frozen=True, slots=True, eq=False)
class Needles:
    """Everything that a scan looks for. Equal only to itself, as there may be many.

    Attributes:
        sought: the identifiers and keys.
        forms: bytes that are looked for anywhere.
        values: short identifiers, which are looked for as whole values, with their owners.
        numbers: whole numbers that are looked for in columns of numbers, with their owners.
    """

    sought: tuple[Sought, ...]
    forms: tuple[Form, ...] = field(repr=False)
    values: dict[bytes, tuple[int, ...]] = field(repr=False)
    numbers: dict[int, tuple[int, ...]] = field(repr=False)

    @property
    def longest(self) -> int:
        """Length of the longest form, in bytes."""
        return max((len(b) for b in (*(f.content for f in self.forms), *self.values)), default=0)

    def is_short(self, owner: int) -> bool:
        """Whether something sought is looked for as a whole value alone."""
        sought = self.sought[owner]
        return sought.kind != KEY and not tells_enough(sought.value.strip())


def needles_of(sought: Iterable[Sought]) -> Needles:
    """The needles of these identifiers and keys.

    A key is looked for as lower-case and upper-case hex digits in UTF-8 and UTF-16, and as its 16
    bytes. Base64 is left out: nothing here writes it. What names a row is looked for as it was
    given, and as in JSON: there are hundreds of them to a person.

    An identifier is looked for as given, trimmed, composed and decomposed (NFC, NFD), in lower and
    upper case; each of these in UTF-8, UTF-16 of both byte orders, percent-encoded, and escaped as
    in JSON and as in JSON within JSON, with hex digits of both cases. Text with other mixtures of
    escapes is found because a scan also reads text without its escapes.

    An identifier that could stand somewhere by chance is looked for as a whole value instead: a
    cell, a text in quotation marks, a part of a path, what stands between two separators of a CSV
    file (one with a quotation mark in it: a cell or a part of a path). It is one of less than
    `ENOUGH_BITS`, where a digit counts 10/3 bits and any other character 5: fewer than six letters
    or nine digits. Within other bytes it is not looked for, so a verdict on it is about values, and
    not about every byte. An identifier of six digits or more is also looked for in columns of
    numbers.

    Raises:
        ValueError: a key is not 32 lower-case hex digits, or an identifier has no character.
    """
    listed = tuple(sought)
    forms: dict[tuple[bytes, int], bool] = {}
    values: dict[bytes, set[int]] = {}
    numbers: dict[int, set[int]] = {}
    for owner, one in enumerate(listed):
        if one.kind == KEY:
            forms.update(dict.fromkeys(((c, owner) for c in _forms_of_key(one.value)), False))
            continue
        if one.kind == ROW and tells_enough(one.value):
            written = {one.value, *_in_json(one.value)}
            forms.update(dict.fromkeys(((_utf8(text), owner) for text in written), True))
            continue
        if not one.value.strip():
            raise ValueError(f"an identifier of request {one.request} has no character")
        for spelling in spellings_of(one.value):
            if not tells_enough(spelling):
                values.setdefault(_utf8(spelling), set()).add(owner)
                continue
            for text in (spelling, *_beginnings(spelling)):
                for content, is_word in _forms_of_text(text):
                    forms[content, owner] = is_word
        if (number := _number(one.value.strip())) is not None:
            numbers.setdefault(number, set()).add(owner)
    return Needles(
        listed,
        tuple(Form(content, owner, is_word) for (content, owner), is_word in forms.items()),
        {value: tuple(sorted(owners)) for value, owners in values.items()},
        {number: tuple(sorted(owners)) for number, owners in numbers.items()},
    )


def spellings_of(value: str) -> list[str]:
    """The ways an identifier may be spelt: trimmed or not, NFC and NFD, lower and upper case."""
    given = (value.strip(), value)
    composed = [unicodedata.normalize(form, v) for v in given for form in ("NFC", "NFD")]
    spelt = [s for v in (*given, *composed) for s in (v, v.lower(), v.upper())]
    return list(dict.fromkeys(spelt))


def _forms_of_key(key: str) -> Iterator[bytes]:
    if not _KEY.fullmatch(key):
        raise ValueError("a key is 32 lower-case hex digits")
    for spelling in dict.fromkeys((key, key.upper())):
        for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
            yield spelling.encode(encoding)
    yield bytes.fromhex(key)


def _forms_of_text(text: str) -> Iterator[tuple[bytes, bool]]:
    """Forms of a spelling, and whether each counts only as a word."""
    for encoding in ("utf-16-le", "utf-16-be"):
        yield text.encode(encoding, "surrogatepass"), False
    percent = quote(_utf8(text), safe="")
    lower = re.sub("%[0-9A-F]{2}", lambda match: match[0].lower(), percent)
    written = {text, percent, lower}
    for _ in range(2):  # JSON, and JSON within JSON
        written |= {escaped for form in tuple(written) for escaped in _in_json(form)}
    for form in sorted(written):
        yield _utf8(form), True


def _beginnings(text: str) -> set[str]:
    """What statistics keep of a long text: Delta 32 characters, Parquet's page index 64 bytes."""
    units = text.encode("utf-16-le", "surrogatepass")[: 2 * STORED_LENGTH]
    cut = {
        text[:STORED_LENGTH],
        units.decode("utf-16-le", "ignore"),
        _utf8(text)[:STORED_BYTES].decode("utf-8", "ignore"),
    }
    return cut - {text}


def _in_json(text: str) -> Iterator[str]:
    """A text as JSON writes it between quotation marks."""
    yield json.dumps(text, ensure_ascii=False)[1:-1]
    escaped = json.dumps(text)[1:-1]
    yield escaped
    yield _ESCAPED.sub(lambda match: "\\u" + match[0][2:].upper(), escaped)


def tells_enough(text: str) -> bool:
    """Whether a text is so long that it stands nowhere by chance; see `needles_of`."""
    digits = sum(character in "0123456789" for character in text)
    return digits * BITS_OF_DIGIT + (len(text) - digits) * BITS_OF_OTHER >= ENOUGH_BITS - 1e-9


def _number(text: str) -> int | None:
    if not (text.isascii() and text.isdigit() and len(text) >= SHORTEST_NUMBER):
        return None
    number = int(text) if len(text) < 20 else _LARGEST
    return number if number < _LARGEST else None


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
