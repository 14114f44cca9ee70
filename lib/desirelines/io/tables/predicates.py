"""Conditions that go to Delta as text.

They are built only here, from a column and a value that cannot break out of its quotes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from desirelines.errors import ContractError

_COLUMN = re.compile(r"[a-z][a-z0-9_]*")
_TEXT = re.compile(r"[\w .:+-]*")


@dataclass(frozen=True, slots=True)
class Predicate:
    """A condition as SQL text.

    Delta keeps it in its log, so it names runs and days, never people.
    """

    sql: str

    def __and__(self, other: Predicate) -> Predicate:
        return Predicate(f"{self.sql} AND {other.sql}")


def equals(column: str, value: str | date) -> Predicate:
    """The rows with this value in the column.

    Raises:
        ContractError: the column's name or the value holds characters that could end its quotes.
    """
    return Predicate(f"{_named(column)} = {_literal(value)}")


def one_of(column: str, values: Iterable[str | date]) -> Predicate:
    """The rows with one of these values in the column.

    Raises:
        ContractError: as `equals`.
    """
    return Predicate(f"{_named(column)} IN ({', '.join(sorted(map(_literal, values)))})")


def on_or_after(column: str, day: date) -> Predicate:
    """The rows of this day or later.

    Raises:
        ContractError: as `equals`.
    """
    return Predicate(f"{_named(column)} >= {_literal(day)}")


def _named(column: str) -> str:
    if not _COLUMN.fullmatch(column):
        raise ContractError(f"'{column}' is not a column name, so no condition is built from it")
    return column


def _literal(value: str | date) -> str:
    text = value.isoformat() if isinstance(value, date) else value
    if not _TEXT.fullmatch(text):
        raise ContractError(
            "a value with quotes or other special characters cannot be used in a condition"
        )
    return f"'{text}'"
