"""Patterns of times: what may stand in them, and what was meant where something else does.

Letters: https://spark.apache.org/docs/latest/sql-ref-datetime-pattern.html, those that Spark reads
(it writes more).
"""

from __future__ import annotations

import re

from desirelines.characters import shown
from desirelines.settings.name_patterns import EPOCHS

LONGEST = {
    "G": 4,
    "y": 6,
    "M": 4,
    "L": 4,
    "d": 2,
    "D": 3,
    "a": 1,
    "h": 2,
    "H": 2,
    "k": 2,
    "K": 2,
    "m": 2,
    "s": 2,
    "S": 9,
    "V": 2,
    "z": 4,
    "O": 4,
    "X": 5,
    "x": 5,
    "Z": 5,
}
"""Letters that a pattern may have, and how often at most in a row."""
ZONES = frozenset("VzOXxZ")
DAY = (frozenset("yG"), frozenset("MLD"), frozenset("dD"))
"""A day needs a letter of each: of the year, of the month or the day of the year, of the day."""
_LETTERS = re.compile(r"'(?:[^']|'')*'|([A-Za-z])\1*")
_OPTIONAL = re.compile(r"\[[^\[\]]*\]")
_OF_C = {
    "%Y": "yyyy",
    "%y": "yy",
    "%m": "MM",
    "%d": "dd",
    "%e": "d",
    "%H": "HH",
    "%I": "hh",
    "%M": "mm",
    "%S": "ss",
    "%f": "SSSSSS",
    "%L": "SSS",
    "%p": "a",
    "%b": "MMM",
    "%B": "MMMM",
    "%j": "DDD",
    "%z": "Z",
    "%Z": "z",
    "%T": "HH:mm:ss",
    "%F": "yyyy-MM-dd",
    "%D": "MM/dd/yy",
    "%s": "",
}
"""Codes of C and Python, in letters of Spark."""
_MEANT = {"Y": "y", "D": "d", "u": "y", "e": "d", "c": "d", "n": "S", "N": "S", "A": "S"}


def known_pattern(pattern: str) -> str:
    """Return the pattern if Spark can read times by it.

    Raises:
        ValueError: it has a letter that Spark does not read, or names no day.
    """
    if pattern in EPOCHS:
        return pattern
    problem = _problem(pattern)
    if problem is None:
        return pattern
    meant = _meant(pattern)
    hint = f" (did you mean {meant}?)" if meant else ""
    raise ValueError(f"'{shown(pattern)}' is no pattern of a time: {problem}{hint}")


def tells_zone(pattern: str) -> bool:
    """Whether every time of this pattern has its own zone; a `'Z'` at its end stands for UTC."""
    return pattern.endswith("'Z'") or any(
        letter in ZONES for letter in _letters(without_optional_zone(pattern))
    )


def without_optional_zone(pattern: str) -> str:
    """The pattern without its optional parts that hold a zone, as `[XXX]`."""
    return _OPTIONAL.sub(lambda part: "" if ZONES & set(_letters(part[0])) else part[0], pattern)


def _letters(pattern: str) -> list[str]:
    """The runs of letters of a pattern, without quoted text, by their letter."""
    return [match[1] for match in _LETTERS.finditer(pattern) if match[1]]


def _problem(pattern: str) -> str | None:
    quotes = pattern.replace("''", "")
    if quotes.count("'") % 2:
        return "a quotation mark is not closed"
    if "%" in quotes:
        return "its codes are those of C"
    unquoted = _LETTERS.sub(lambda m: m[0] if m[1] else "", pattern)
    depth = 0
    for character in unquoted:
        depth += (character == "[") - (character == "]")
        if depth < 0:
            break
    if depth:
        return "its square brackets do not match"
    if reserved := set(unquoted) & set("{}#"):
        return f"{min(reserved)} has no meaning there; put it in quotation marks"
    for match in _LETTERS.finditer(pattern):
        letter, count = match[1], len(match[0])
        if letter and letter not in LONGEST:
            return f"Spark reads no {match[0]}"
        if letter and count > LONGEST[letter]:
            return f"{match[0]} is too long, at most {LONGEST[letter]} {letter}"
        if letter == "V" and count != 2:
            return "a zone's name is VV"
        if letter == "O" and count not in (1, 4):
            return "O comes once or four times"
    letters = set(_letters(pattern))
    if not all(letters & part for part in DAY):
        return "it names no day, which needs a year, a month and a day"
    return None


def _meant(pattern: str) -> str:
    """The pattern that was probably meant; empty when there is no guess."""
    plain = pattern.strip().lower().replace("-", "_")
    for name in EPOCHS:
        if plain.startswith(("epoch", "unix")) and plain[-2:] in name:
            return name
    if re.fullmatch(r"(epoch|unix).*", plain):
        is_millis = "milli" in plain or plain.endswith("ms")
        return "epoch_millis" if is_millis else "epoch_seconds"
    if re.fullmatch(r"iso.?8601.*", plain):
        return "no pattern at all: ISO 8601 is read without one"
    if "%" in pattern:
        guess = re.sub(r"%[A-Za-z]", lambda code: _OF_C.get(code[0], code[0]), pattern)
        guess = re.sub(r"(?<=[dy])T(?=H)", "'T'", guess)
    else:
        # DD is the day of the month only where nothing else is: of years and months alone.
        guess = "".join(
            m[0]
            if m[1] is None or (m[1] in LONGEST and not _is_day_of_year(m, pattern))
            else _MEANT.get(m[1], m[1]) * len(m[0])
            for m in re.finditer(r"'(?:[^']|'')*'|([A-Za-z])\1*|.", pattern)
        )
        guess = re.sub(r"\b(E+|e+|c+),?\s+", "", guess)
        guess = re.sub(r"(?<=d)T(?=[Hhk])", "'T'", guess)
    return guess if guess != pattern and _problem(guess) is None else ""


def _is_day_of_year(run: re.Match[str], pattern: str) -> bool:
    return run[1] == "D" and len(run[0]) == 2 and "d" not in pattern
