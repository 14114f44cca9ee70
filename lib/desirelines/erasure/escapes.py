"""Texts without their escapes: JSON within JSON, percent-encoding, UTF-16."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

UNESCAPED, PERCENT, UTF_16 = "unescaped text", "percent-decoded text", "UTF-16 text"
DEPTH = 6
"""Layers of escapes that are taken off: JSON within JSON, and so on."""
_PERCENT = re.compile(rb"%[0-9A-Fa-f]{2}")
_BY_NUMBER = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2})"
)
_BY_LETTER = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t"}
_BACKSLASH = b"\xff\xfe\xff"
"""Stands for one that was escaped until the others are gone; no text in UTF-8 has it."""
_NO_DIGIT = 255
_DIGITS = np.full(256, _NO_DIGIT, np.uint8)
"""The value of each byte that is a hex digit."""
_DIGITS[np.frombuffer(b"0123456789abcdefABCDEF", np.uint8)] = [*range(16), *range(10, 16)]


def without_escapes(text: bytes, ways: frozenset[str]) -> Iterator[tuple[str, bytes]]:
    r"""A text in UTF-8 with one layer of escapes after the other taken off, and how.

    Layers are backslashes as in JSON (\n, \", \u00e9, \ud83d\ude00) and percent-encoding. Nothing
    is parsed, so broken JSON and lines of logs are read as well. `ways` are those of UNESCAPED and
    PERCENT that are wanted.
    """
    for _ in range(DEPTH):
        if PERCENT in ways and _PERCENT.search(text):
            text = percent_decoded(text)
            yield PERCENT, text
        if UNESCAPED not in ways or b"\\" not in text:
            if PERCENT not in ways or not _PERCENT.search(text):
                return
            continue
        text = _without_backslashes(text)
        yield UNESCAPED, text


def from_utf_16(data: bytes) -> bytes | None:
    """The text in UTF-8 if the data is in UTF-16, else null. The data begins with a whole unit.

    It is where every other byte is mostly zero, or where it begins with the mark of a byte order.
    """
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        order = "utf-16-le" if data[:2] == b"\xff\xfe" else "utf-16-be"
    else:
        zeros = [data[n::2].count(0) / max(1, len(data) // 2) for n in (0, 1)]
        if max(zeros) < 0.4 or min(zeros) > 0.1:
            return None
        order = "utf-16-le" if zeros[1] > zeros[0] else "utf-16-be"
    return data.decode(order, "replace").encode("utf-8", "replace")


def percent_decoded(text: bytes) -> bytes:
    """The text with each %XX as its byte, as `urllib.parse.unquote_to_bytes` has it; faster."""
    data = np.frombuffer(text, np.uint8)
    signs = np.flatnonzero(data[: max(0, len(data) - 2)] == ord("%"))
    high, low = _DIGITS[data[signs + 1]], _DIGITS[data[signs + 2]]
    is_code = (high != _NO_DIGIT) & (low != _NO_DIGIT)
    signs = signs[is_code]
    plain, is_kept = data.copy(), np.ones(len(data), np.bool_)
    plain[signs] = (high[is_code] << 4) | low[is_code]
    is_kept[signs + 1] = is_kept[signs + 2] = False
    return plain[is_kept].tobytes()


def _without_backslashes(text: bytes) -> bytes:
    """One layer of backslashes taken off. Replacing is many times faster than an expression."""
    text = text.replace(b"\\\\", _BACKSLASH)
    if b"\\u" in text or b"\\x" in text:
        text = _BY_NUMBER.sub(_character, text)
    for letter, meant in _BY_LETTER.items():
        text = text.replace(b"\\" + letter, meant)
    return text.replace(b"\\", b"").replace(_BACKSLASH, b"\\")


def _character(match: re.Match[bytes]) -> bytes:
    escape = match[0][1:]
    if escape[:1] == b"x":
        return _kept(chr(int(escape[1:], 16)))
    units = bytes.fromhex(escape.replace(b"\\u", b"").removeprefix(b"u").decode())
    return _kept(units.decode("utf-16-be", "replace"))


def _kept(character: str) -> bytes:
    """A character in UTF-8; a backslash must not look like one that begins an escape."""
    return _BACKSLASH if character == "\\" else character.encode()
