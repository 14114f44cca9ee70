"""Checks of single values, shared by several settings models."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from zoneinfo import available_timezones

from desirelines.catalogue.kinds import KINDS, RESERVED_STEPS
from desirelines.characters import MOST_SHOWN, plain_text, shown
from desirelines.errors import did_you_mean
from desirelines.settings.expressions import read_expression
from desirelines.settings.functions import NO_COLUMNS, ROW_NAMES

MOST_LETTERS = 80
"""Maximum number of characters of a name."""
MOST_TIME = {
    "_seconds": 3_155_760_000,
    "_minutes": 52_596_000,
    "_hours": 876_600,
    "_days": 36_525,
    "_months": 1_200,
}
"""A hundred years, in the units that end the names of settings."""


def known_name(name: str) -> str:
    """Return the name in Unicode's composed form (NFC), so that names that look alike are equal.

    Raises:
        ValueError: it is empty or too long, or contains invisible characters, or spaces other than
            the plain space.
    """
    composed = unicodedata.normalize("NFC", name).strip(" ")
    if not 0 < len(composed) <= MOST_LETTERS:
        raise ValueError(
            f"a name has 1 to {MOST_LETTERS} characters, this one has {len(composed):,}"
        )
    for place, letter in enumerate(composed):
        if letter != " " and unicodedata.category(letter) == "Zs":
            raise ValueError(
                f"the space U+{ord(letter):04X} at position {place + 1} is not the plain space. "
                "Write a plain space"
            )
    return plain_text(composed)


def known_step(name: str) -> str:
    """Return the name of a step, as `known_name`; refuse reserved words of the path tables.

    A raw event with such a name is written with `~` before it (see sessions.step_name), so a name
    must not look like that either.

    Raises:
        ValueError: it is a reserved word, or no name.
    """
    if name.lstrip("~") in RESERVED_STEPS:
        raise ValueError(
            f"'{shown(name)}' has a special meaning in the path tables. Give another name"
        )
    return known_name(name)


def known_zone(zone: object) -> object:
    """Refuse a text that is not an IANA time zone; suggest a similar one."""
    zones = available_timezones()
    if isinstance(zone, str) and zone not in zones:
        raise ValueError(
            f"unknown IANA time zone '{shown(zone)}'{did_you_mean(zone[:MOST_SHOWN], zones)}"
        )
    return zone


def known_currency(code: object) -> object:
    """Refuse a text that is not three capital letters (ISO 4217)."""
    if isinstance(code, str) and not re.fullmatch(r"[A-Z]{3}", code):
        raise ValueError("a currency is three capital letters, such as EUR")
    return code


def known_day(day: object) -> object:
    """Refuse a number, which pydantic would read as seconds since 1970."""
    if not isinstance(day, str | date):
        raise ValueError(f"'{shown(str(day))}' is not a day. Write it as 2026-03-01")
    return day


def known_span(name: str, number: float) -> None:
    """Refuse a number that nobody can mean.

    This is a time of more than a hundred years, by the unit in the name; else a number beyond 32
    bits.

    Raises:
        ValueError: it is too large.
    """
    limit = next((most for unit, most in MOST_TIME.items() if name.endswith(unit)), 2**31 - 1)
    if abs(number) > limit:
        raise ValueError(f"should be at most {limit:,}, not {shown(str(number))}")


def row_expression(text: str) -> str:
    """Refuse a text that is no expression of a source's `row`, and of its `line`."""
    for name in sorted(read_expression(text).names - ROW_NAMES):
        raise ValueError(
            f"'{name}' is not part of the row: columns of the source begin with `row.`, "
            "those of one of its lines with `line.`"
        )
    return text


def column_expression(text: str) -> str:
    """Refuse a text that is no expression of columns; later steps check that they exist."""
    for name in sorted(read_expression(text).names & NO_COLUMNS):
        raise ValueError(
            f"'{name}' is not a column: an expression can use neither the clock nor the session"
        )
    return text


def known_table(name: str) -> str:
    """Refuse a text that is no table name: one to three parts with dots, some in backticks."""
    if not re.fullmatch(r"(`[^`]+`|[\w-]+)(\.(`[^`]+`|[\w-]+)){0,2}", name):
        raise ValueError(
            "a table name is catalog.schema.table, "
            "with backticks around a part with other characters"
        )
    return name


def known_kind(kind: str) -> str:
    """Refuse a text that is not a kind of event; suggest a similar one."""
    if kind not in KINDS:
        raise ValueError(
            f"unknown kind '{shown(kind)}'{did_you_mean(kind[:MOST_SHOWN], KINDS)}. "
            f"Kinds are {', '.join(KINDS)}"
        )
    return kind


def known_size(size: object) -> object:
    """Refuse a text that is no memory size of Java, or less than Spark needs."""
    units = {"k": 1 / 1024, "m": 1, "g": 1024, "t": 1024 * 1024}
    match = re.fullmatch(r"([1-9]\d{0,6})([kmgt])", str(size).strip().lower(), re.ASCII)
    if not match:
        raise ValueError(
            f"'{shown(str(size))}' is not a memory size. "
            "Write a whole number and a unit, such as 4g or 1500m"
        )
    if int(match[1]) * units[match[2]] < LEAST_MEMORY_MB:
        raise ValueError(f"'{size}' is too little memory: Spark needs at least {LEAST_MEMORY_MB}m")
    return size


LEAST_MEMORY_MB = 512
_MASTER = re.compile(r"local(\[(\*|[1-9]\d*)(,\s*[1-9]\d*)?\])?|yarn|(spark|k8s)://\S+", re.ASCII)
_ADDRESS = re.compile(
    r"databricks(-uc)?(://\S*)?|uc:\S+|[A-Za-z][A-Za-z0-9+.-]*:/\S+|file:\S+", re.ASCII
)


def known_master(master: str) -> str:
    """Refuse a text that is no address of a Spark master."""
    if not _MASTER.fullmatch(master):
        raise ValueError(
            f"'{shown(master)}' is not a Spark master. "
            "Write local[*], local[4], yarn, spark://HOST:PORT or k8s://…"
        )
    return master


def known_address(address: str) -> str:
    """Refuse a text that is no address of an MLflow server or database."""
    if not _ADDRESS.fullmatch(address):
        raise ValueError(
            f"'{shown(address)}' is not an address. "
            "Write one such as https://mlflow.example, sqlite:///mlflow.db or databricks"
        )
    return address
