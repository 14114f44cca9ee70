"""Numbers and names in the form that people read."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pandas as pd

from desirelines.catalogue import FEATURES, Feature
from desirelines.catalogue.uses import PLAIN
from desirelines.catalogue.words import MIN_EFFECT, Trait, is_apart, is_high_word
from desirelines.tables import SMALL_GROUP

ALL, PATH_START, PATH_END = "all", "path_start", "path_end"
WITHHELD = "withheld"
NOTHING = "–"

STEP_WORDS = {
    PATH_START: "start",
    PATH_END: "end",
    "__other__": "other steps",
    "__hidden__": "withheld steps",
}

FATE_WORDS = {
    "suppressed": "left out: the person is on the suppression list",
    "quarantined": "set aside: the row could not be understood",
    "late": "set aside: it arrived later than allowed",
    "duplicate": "the same event again, counted once",
    "conflict": "set aside: another event has the same id but different content",
    "unchanged": "a snapshot row without any change",
    "used": "used for this report",
}

TIME_WORDS = {
    "first_order_at": "the first order",
    "last_order_at": "the last order",
    "last_look_at": "the last look at a product",
    "last_cart_at": "the last cart",
    "open_cart_at": "a cart left without an order",
}
"""Columns of `features` with times, in words."""
SUBJECT = re.compile(
    r"\b[a-z]\w*(?= (?:[<>=!]|is |in \[|within |before ))|(?<=people with )[a-z]\w*"
)
"""The name that a condition begins with, and that of people who have a value."""

BY_NAME: dict[str, Feature] = {f.name: f for f in FEATURES}


def number_of(value: Any) -> float | None:
    """The number, or None for every kind of missing value."""
    return None if pd.isna(value) else float(value)


def text_of(value: Any) -> str:
    """The text, empty for every kind of missing value."""
    return "" if not isinstance(value, str) and pd.isna(value) else str(value)


def is_true(value: Any) -> bool:
    """Whether a flag is set; false for every kind of missing value."""
    return bool(value) and not pd.isna(value)


def count_text(value: Any) -> str:
    """A count of rows or visits with thousands separators."""
    number = number_of(value)
    return NOTHING if number is None else f"{number:,.0f}"


def people_text(value: Any) -> str:
    """A count of people; "withheld" for small groups and for missing counts."""
    number = number_of(value)
    return WITHHELD if number is None or 0 < number < SMALL_GROUP else f"{number:,.0f}"


def percent_text(value: Any, digits: int = 0) -> str:
    """A share as a percentage; a share too small for the digits is shown as "<1%" or "<0.1%"."""
    number = number_of(value)
    if number is None:
        return NOTHING
    least = 10.0**-digits
    if 0 < number * 100 < least / 2:
        return f"<{least:.{digits}f}%"
    return f"{number * 100:.{digits}f}%"


def decimal_text(value: Any, digits: int = 2) -> str:
    """A number with a fixed number of decimals; never "-0.0"."""
    number = number_of(value)
    return (
        NOTHING
        if number is None
        else f"{round(number, digits) + 0.0:,.{digits}f}".replace("-", "−")
    )


def value_text(feature: str, value: Any, *, with_unit: bool = False) -> str:
    """A feature's value: shares as percentages, large numbers without decimals."""
    number = number_of(value)
    if number is None:
        return NOTHING
    unit = BY_NAME[feature].unit if feature in BY_NAME else ""
    if unit.startswith("share"):
        return percent_text(number)
    text = decimal_text(number, 0 if abs(number) >= 100 else 1 if abs(number) >= 1 else 2)
    if not with_unit or unit == "0…1":
        return text
    return f"{text} in {unit}" if unit.endswith("currency") else f"{text} {unit}"


def in_currency(text: str, currency: str) -> str:
    """The text with the reporting currency by its code."""
    return text.replace("in reporting currency", currency).replace("reporting currency", currency)


def seconds_text(value: Any) -> str:
    """A time span in a suitable unit."""
    number = number_of(value)
    if number is None:
        return NOTHING
    for size, unit in ((3600.0, "h"), (60.0, "min")):
        if number >= size:
            return f"{number / size:.1f} {unit}"
    return f"{number:.0f} s"


def day_text(day: date) -> str:
    """A date as "1 March 2026"."""
    return f"{day.day} {day:%B} {day.year}"


def step_text(step: str) -> str:
    """The name of a step; reserved words in plain words."""
    return STEP_WORDS.get(step) or (step if "/" in step else step.replace("_", " "))


def shortened(text: str, length: int) -> str:
    """The text, without its middle when it is longer than `length`."""
    if len(text) <= length:
        return text
    head = (length - 1) // 2
    return f"{text[:head]}…{text[len(text) - (length - 1 - head) :]}"


def feature_label(feature: str) -> str:
    """A feature's plain name; the name in words for one of the settings."""
    return PLAIN[feature].label if feature in PLAIN else feature.replace("_", " ")


def condition_words(condition: str) -> str:
    """A condition of a rule with the plain names of the features and times that it looks at."""
    return SUBJECT.sub(lambda word: TIME_WORDS.get(word[0]) or feature_label(word[0]), condition)


def known_features(names: set[str]) -> list[str]:
    """The names in catalogue order, then those that the catalogue does not have."""
    return [*(f.name for f in FEATURES if f.name in names), *sorted(names - set(BY_NAME))]


def effect_words(effect: float) -> str:
    """How far a group is from the others, in words."""
    return f"{strength_word(effect)} {'above' if effect > 0 else 'below'} the others"


def strength_word(effect: float) -> str:
    """How strong an effect is, in a word."""
    strength = abs(effect)
    return "far" if strength >= 1.5 else "well" if strength >= 0.8 else "somewhat"


def headline(feature: str, trait: Trait) -> str:
    """The catalogue's word for a segment where it is true; else empty."""
    entry = BY_NAME.get(feature)
    is_high = None if entry is None else is_high_word(entry, trait)
    if entry is None or is_high is None:
        return ""
    return entry.high if is_high else entry.low


def differs(feature: str, trait: Trait) -> bool:
    """Whether a segment differs from the others by an amount that matters."""
    entry = BY_NAME.get(feature)
    if entry is None:  # a feature from the settings: its unit and scale are not known here
        return trait.effect is not None and abs(trait.effect) >= MIN_EFFECT
    return is_apart(entry, trait)
