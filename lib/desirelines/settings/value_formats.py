"""Formats of the values of a column: times, numbers, e-mail addresses and event names."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime

from desirelines.settings.name_patterns import EPOCHS, TIME_PATTERNS

MOSTLY = 0.7
"""Share of the filled rows of a column that must have a format; real rows are dirty."""


def time_pattern(values: Sequence[str]) -> str | None:
    """Pattern of a column of times: empty for ISO 8601, null when it has no times."""
    if most_fit(is_iso, values):
        return ""
    for pattern, least in EPOCHS.items():
        if most_fit(lambda v, least=least: is_epoch(v) and least <= float(v) < 3 * least, values):  # type: ignore[misc]
            return pattern
    for shape, (plain, swapped) in TIME_PATTERNS.items():
        if most_fit(re.compile(rf"{shape}\Z").match, values):
            numbers = [re.findall(r"\d+", value) for value in values]
            is_swapped = any(int(parts[1]) > 12 for parts in numbers if len(parts) > 1)
            return swapped if is_swapped else plain
    return None


def most_fit(fits: Callable[[str], object], values: Sequence[str]) -> bool:
    """Whether enough of the values fit."""
    return bool(values) and sum(bool(fits(v)) for v in values) >= MOSTLY * len(values)


def is_word(value: str) -> bool:
    """Whether it can be the name of an event."""
    return 1 < len(value) <= 60 and not is_number(value)


def is_any(value: str) -> bool:
    """Accept every value."""
    return True


def is_epoch(value: str) -> bool:
    """Whether it can be a time as a number."""
    return re.fullmatch(r"\d{10,17}(\.0+)?", value) is not None


def is_iso(value: str) -> bool:
    """Whether it is an ISO 8601 time."""
    try:
        datetime.fromisoformat(value.strip().replace(" UTC", "+00:00"))
    except ValueError:
        return False
    return len(value) > 8


def is_number(value: str) -> bool:
    """Whether it is a decimal number."""
    return re.fullmatch(r"[+-]?(\d+(\.\d+)?|\.\d+)([eE][+-]?\d+)?", value.strip()) is not None


def is_email(value: str) -> bool:
    """Whether it looks like an e-mail address."""
    return re.fullmatch(r"[^@\s]+@[^@\s]+", value.strip()) is not None
