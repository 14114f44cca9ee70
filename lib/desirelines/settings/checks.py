"""Checks of single values that more than one settings model uses."""

from __future__ import annotations

import re
from zoneinfo import available_timezones

from desirelines.errors import did_you_mean
from desirelines.kinds import KINDS
from desirelines.settings.expressions import read_expression
from desirelines.settings.functions import NO_COLUMNS, ROW_NAMES


def known_zone(zone: object) -> object:
    """Refuse what is not an IANA time zone; suggest the near one."""
    zones = available_timezones()
    if isinstance(zone, str) and zone not in zones:
        raise ValueError(f"unknown IANA time zone '{zone}'{did_you_mean(zone, zones)}")
    return zone


def known_currency(code: object) -> object:
    """Refuse what is not three capital letters (ISO 4217)."""
    if isinstance(code, str) and not re.fullmatch(r"[A-Z]{3}", code):
        raise ValueError("a currency is three capital letters, such as EUR")
    return code


def known_pattern(pattern: str) -> str:
    """Refuse what is no regular expression."""
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"'{pattern}' is no regular expression: {error}") from None
    return pattern


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
        raise ValueError(f"'{name}' is no column: an expression knows neither the clock nor the session")
    return text


def known_table(name: str) -> str:
    """Refuse what is not the name of a table: up to three names with dots between, in backticks where they hold other signs."""
    if not re.fullmatch(r"(?:\w+|`[^`]+`)(?:\.(?:\w+|`[^`]+`)){0,2}", name):
        raise ValueError("a table is named as catalog.schema.table, with backticks around a name of other signs")
    return name


def known_kind(kind: str) -> str:
    """Refuse what is not a kind of event; suggest the near one."""
    if kind not in KINDS:
        raise ValueError(f"unknown kind '{kind}'{did_you_mean(kind, KINDS)}. Kinds are {', '.join(KINDS)}")
    return kind
