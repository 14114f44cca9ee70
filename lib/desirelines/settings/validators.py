"""Checks of single values that more than one settings model uses."""

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
"""Letters of a name."""
MOST_TIME = {
    "_seconds": 3_155_760_000,
    "_minutes": 52_596_000,
    "_hours": 876_600,
    "_days": 36_525,
    "_months": 1_200,
}
"""A hundred years, in the units that names of settings end with."""


def known_name(name: str) -> str:
    """Give the name in Unicode's composed form (NFC), so that what looks alike is alike; refuse what is no name.

    Raises:
        ValueError: it is empty or too long, or holds characters that cannot be seen, or spaces other than the plain one.
    """
    composed = unicodedata.normalize("NFC", name).strip(" ")
    if not 0 < len(composed) <= MOST_LETTERS:
        raise ValueError(f"a name has 1 to {MOST_LETTERS} letters, this one has {len(composed):,}")
    for place, letter in enumerate(composed):
        if letter != " " and unicodedata.category(letter) == "Zs":
            raise ValueError(
                f"the space U+{ord(letter):04X} at place {place + 1} is not the plain one. Write a plain one"
            )
    return plain_text(composed)


def known_step(name: str) -> str:
    """Give the name of a step, as `known_name`; refuse words that stand for something else in the tables of paths.

    A raw event of such a name is written with `~` before it (see sessions.step_name), so neither may a name look like that.

    Raises:
        ValueError: it is one of those words, or no name.
    """
    if name.lstrip("~") in RESERVED_STEPS:
        raise ValueError(
            f"'{shown(name)}' stands for something else in the tables of paths. Give another name"
        )
    return known_name(name)


def known_zone(zone: object) -> object:
    """Refuse what is not an IANA time zone; suggest the near one."""
    zones = available_timezones()
    if isinstance(zone, str) and zone not in zones:
        raise ValueError(
            f"unknown IANA time zone '{shown(zone)}'{did_you_mean(zone[:MOST_SHOWN], zones)}"
        )
    return zone


def known_currency(code: object) -> object:
    """Refuse what is not three capital letters (ISO 4217)."""
    if isinstance(code, str) and not re.fullmatch(r"[A-Z]{3}", code):
        raise ValueError("a currency is three capital letters, such as EUR")
    return code


def known_day(day: object) -> object:
    """Refuse a number, which pydantic would take for seconds since 1970."""
    if not isinstance(day, str | date):
        raise ValueError(f"'{shown(str(day))}' is no day. Write it as 2026-03-01")
    return day


def known_span(name: str, number: float) -> None:
    """Refuse a number that no one means: a time of more than a hundred years, told by the unit in the name; else one beyond 32 bits.

    Raises:
        ValueError: it is too large.
    """
    most = next((most for unit, most in MOST_TIME.items() if name.endswith(unit)), 2**31 - 1)
    if abs(number) > most:
        raise ValueError(f"should be at most {most:,}, not {shown(str(number))}")


def row_expression(text: str) -> str:
    """Refuse what is no expression of a source's row: of `row`, and of `line` where rows are taken apart."""
    for name in sorted(read_expression(text).names - ROW_NAMES):
        raise ValueError(
            f"'{name}' is no part of the row: columns of the source begin with `row.`, those of one of its lines with `line.`"
        )
    return text


def column_expression(text: str) -> str:
    """Refuse what is no expression of columns; which columns there are is looked at where they are read."""
    for name in sorted(read_expression(text).names & NO_COLUMNS):
        raise ValueError(
            f"'{name}' is no column: an expression knows neither the clock nor the session"
        )
    return text


def known_table(name: str) -> str:
    """Refuse what is not the name of a table: one to three parts with dots between, in backticks where they hold other signs."""
    if not re.fullmatch(r"(`[^`]+`|[\w-]+)(\.(`[^`]+`|[\w-]+)){0,2}", name):
        raise ValueError(
            "a table is named as catalog.schema.table, with backticks around a name of other signs"
        )
    return name


def known_kind(kind: str) -> str:
    """Refuse what is not a kind of event; suggest the near one."""
    if kind not in KINDS:
        raise ValueError(
            f"unknown kind '{shown(kind)}'{did_you_mean(kind[:MOST_SHOWN], KINDS)}. Kinds are {', '.join(KINDS)}"
        )
    return kind


def known_size(size: object) -> object:
    """Refuse what is no size of memory as Java takes it, or less than Spark starts with."""
    units = {"k": 1 / 1024, "m": 1, "g": 1024, "t": 1024 * 1024}
    found = re.fullmatch(r"([1-9]\d{0,6})([kmgt])", str(size).strip().lower(), re.ASCII)
    if not found:
        raise ValueError(
            f"'{shown(str(size))}' is no size of memory. Write a whole number and a unit, such as 4g or 1500m"
        )
    if int(found[1]) * units[found[2]] < LEAST_MEMORY_MB:
        raise ValueError(
            f"'{size}' is too little memory: Spark starts with {LEAST_MEMORY_MB}m or more"
        )
    return size


LEAST_MEMORY_MB = 512
_MASTER = re.compile(r"local(\[(\*|[1-9]\d*)(,\s*[1-9]\d*)?\])?|yarn|(spark|k8s)://\S+", re.ASCII)
_ADDRESS = re.compile(
    r"databricks(-uc)?(://\S*)?|uc:\S+|[A-Za-z][A-Za-z0-9+.-]*:/\S+|file:\S+", re.ASCII
)


def known_master(master: str) -> str:
    """Refuse what is no address of a Spark master."""
    if not _MASTER.fullmatch(master):
        raise ValueError(
            f"'{shown(master)}' is no Spark master. Write local[*], local[4], yarn, spark://HOST:PORT or k8s://…"
        )
    return master


def known_address(address: str) -> str:
    """Refuse what is no address of an MLflow server or database."""
    if not _ADDRESS.fullmatch(address):
        raise ValueError(
            f"'{shown(address)}' is no address. Write one such as https://mlflow.example, sqlite:///mlflow.db or databricks"
        )
    return address
