"""Checks of single values that more than one settings model uses."""

from __future__ import annotations

import re
from zoneinfo import available_timezones

from desirelines.errors import did_you_mean
from desirelines.kinds import KINDS


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


def known_kind(kind: str) -> str:
    """Refuse what is not a kind of event; suggest the near one."""
    if kind not in KINDS:
        raise ValueError(f"unknown kind '{kind}'{did_you_mean(kind, KINDS)}. Kinds are {', '.join(KINDS)}")
    return kind
