"""Guess a first mapping from some rows, to be edited by hand.

The guess says which column is the time, which ones are identifiers and which one names the event.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import yaml

from desirelines.characters import MOST_SHOWN, plain_text
from desirelines.settings.name_patterns import (
    EVENT_NAME,
    IDS,
    KINDS,
    NUMBERS,
    PRICE,
    SESSION,
    STREAM_ORDER,
    TIMES,
    VALUES,
)
from desirelines.settings.value_formats import (
    MOSTLY,
    is_any,
    is_email,
    is_number,
    is_word,
    most_fit,
    time_pattern,
)

MOST_NAMES = 60
"""Maximum number of event names; a column with more values is free text."""


@dataclass(frozen=True, slots=True)
class Guess:
    """A guessed mapping as YAML text, and the parts that could not be guessed."""

    text: str
    missing: tuple[str, ...]


def guess_mapping(
    rows: Sequence[Mapping[str, str | None]], *, name: str, format: str, where: tuple[str, str]
) -> Guess:
    """Guess a mapping from rows as flat texts by dotted path.

    `where` is ("path", folder) or ("table", name). The only values of rows in the text are event
    names, and only while there are few of them.
    """
    columns = _Columns(rows)
    times = _times(columns)
    event = _event_name(columns)
    event_id = columns.take(VALUES["event_id"], is_unique=True)
    ids = _ids(columns)
    values = _values(columns, event_id)
    price = columns.take(PRICE, is_number)
    session = columns.take(SESSION)
    lines = [
        f"# Guessed from the first {len(rows):,} rows. Check every line with `guess`, "
        "then run `desirelines check`.",
        f"name: {name}",
        f"format: {format}",
        f"{where[0]}: {_text(where[1])}",
        *_identity_lines([t for t in STREAM_ORDER if t in ids], has_id=event_id is not None),
        "time_zone: UTC                 # guess: zone of times that are written without one",
        "columns:",
    ]
    for target in ("occurred_at", "received_at", "sent_at"):
        if target in times:
            lines.append(_marked(f"  {target}: {times[target]}"))
    lines.append(
        _marked(f"  event_name: {_text(event)}")
        if event
        else _marked(f"  event_name: {{value: {name}}}", "no column names events")
    )
    lines += [_marked(f"  {target}: {_text(column)}") for target, column in values.items()]
    if price and "amount" not in values:
        lines.append(_amount_line(price, values.get("quantity")))
    if session:
        lines.append(
            f"  # session_key: {_text(session)}      "
            "# the source's own sessions, instead of the gap of 30 minutes"
        )
    lines += ["ids:", *(_marked(f"  {t}: {_text(c)}") for t, c in ids.items())]
    lines += _kinds(columns.names_of(event) if event else [name])
    left = columns.left()
    lines.append(
        "properties: []                 # further columns to keep"
        + (f": {', '.join(left)}" if left else "")
    )
    required = {"a time": "occurred_at" in times, "an identifier": bool(ids)}
    missing = tuple(what for what, is_there in required.items() if not is_there)
    return Guess("\n".join(lines) + "\n", missing)


class _Columns:
    """The columns of a sample; each column can be taken once."""

    def __init__(self, rows: Sequence[Mapping[str, str | None]]) -> None:
        names = dict.fromkeys(n for row in rows for n in row if _is_writable(n))
        self.rows = rows
        self.filled = {n: [v for row in rows if (v := row.get(n)) not in (None, "")] for n in names}
        self._free = [n for n in names if self.filled[n]]

    def take(
        self, pattern: str, fits: Callable[[str], bool] | None = None, *, is_unique: bool = False
    ) -> str | None:
        """The first free column whose last part matches and whose values fit.

        With `is_unique`, almost every row must have a different value.
        """
        for column in self._free:
            values = self.filled[column]
            fitting = (fits is None or most_fit(fits, values)) and (
                not is_unique or len(set(values)) >= MOSTLY * len(self.rows)
            )
            if fitting and re.search(pattern, _plain(column)):
                self._free.remove(column)
                return column
        return None

    def take_this(self, column: str) -> str:
        self._free.remove(column)
        return column

    def left(self) -> list[str]:
        return list(self._free)

    def names_of(self, column: str) -> list[str]:
        return sorted(name for name in set(self.filled[column]) if _is_writable(name))


def _ids(columns: _Columns) -> dict[str, str]:
    """Types of identifiers, each with its column; takes the columns."""
    ids = {}
    for id_type, pattern in IDS.items():
        column = columns.take(pattern, is_email if id_type == "email" else is_any)
        if column:
            ids[id_type] = column
    return ids


def _values(columns: _Columns, event_id: str | None) -> dict[str, str]:
    """Values of the event model, each with its column; takes the columns."""
    values = {"event_id": event_id} if event_id else {}
    for target, pattern in VALUES.items():
        if target == "event_id":
            continue
        column = columns.take(pattern, is_number if target in NUMBERS else is_any)
        if column:
            values[target] = column
    return values


def _identity_lines(stream: list[str], *, has_id: bool) -> list[str]:
    """Lines of the mapping that say what a stream is and what makes two events the same."""
    return [
        _marked(
            f"stream: [{', '.join(stream)}]",
            "the first of these that a row has names its stream",
        ),
        _marked("identity: id", "the column below is different in almost every row")
        if has_id
        else _marked(
            "identity: content",
            "no column is an id of events; `occurrence` if equal rows are separate events",
        ),
    ]


def _amount_line(price: str, quantity: str | None) -> str:
    """The line of the amount, from the price of one piece."""
    if quantity is None:
        return _marked(f"  amount: {_text(price)}")
    return _marked(
        f"  amount: {{product: [{_text(quantity)}, {_text(price)}]}}",
        "pieces times the price of one",
    )


def _times(columns: _Columns) -> dict[str, str]:
    """Times of the event model, each with the YAML of its column and pattern."""
    patterns = {c: p for c in columns.left() if (p := time_pattern(columns.filled[c])) is not None}
    taken: dict[str, str] = {}
    for target, pattern in TIMES.items():
        free = [c for c in patterns if c not in taken.values()]
        fitting = [c for c in free if re.search(pattern, _plain(c))]
        if target == "occurred_at":
            fitting = fitting or free or list(taken.values())[:1]
            for alias in ("received_at", "sent_at"):  # a single time is when the event happened
                if taken.get(alias) in fitting:
                    del taken[alias]
        if fitting:
            taken[target] = fitting[0]
    yaml_of = {}
    for target, column in taken.items():
        columns.take_this(column)
        pattern = patterns[column]
        yaml_of[target] = (
            f"{{column: {_text(column)}, pattern: {_text(pattern)}}}" if pattern else _text(column)
        )
    return yaml_of


def _event_name(columns: _Columns) -> str | None:
    """A column with few short words; in one called `name` or similar, they must repeat.

    Values that do not repeat may be names of people.
    """
    for pattern, must_repeat in EVENT_NAME.items():
        for column in columns.left():
            values = columns.filled[column]
            limit = min(MOST_NAMES, len(values) // 3) if must_repeat else MOST_NAMES
            if (
                re.search(pattern, _plain(column))
                and len(set(values)) <= limit
                and most_fit(is_word, values)
            ):
                return columns.take_this(column)
    return None


def _kinds(names: Iterable[str]) -> list[str]:
    lines = ["kinds:                         # what event names mean; names left out are `other`"]
    for name in names:
        words = re.sub(r"[^a-z]+", "_", name.lower())
        kind = next((k for k, pattern in KINDS.items() if re.search(pattern, words)), None)
        lines.append(_marked(f"  {_text(name)}: {kind}") if kind else f"  # {_text(name)}: other")
    return (
        lines
        if any(not line.lstrip().startswith("#") for line in lines[1:])
        else [lines[0].replace("kinds:   ", "kinds: {}", 1)]
    )


def _plain(column: str) -> str:
    """Last part of a dotted path, in lower case with underscores: order_id of `props.orderId`."""
    return (
        re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", column.rsplit(".", 1)[-1])
        .lower()
        .replace("-", "_")
        .replace(" ", "_")
    )


def _text(value: str) -> str:
    """A value as YAML on one line that is valid as key, as value and in braces; no variable."""
    value = value.replace("${", "$${")
    try:
        inside, key = yaml.safe_load(f"{{a: {value}}}"), yaml.safe_load(f"{value}: a")
    except (yaml.YAMLError, ValueError):
        inside = key = None
    return (
        value
        if inside == {"a": value} and key == {value: "a"}
        else json.dumps(value, ensure_ascii=False)
    )


def _is_writable(name: str) -> bool:
    """Whether a name from the rows can be written to a file.

    Invisible characters could pass for lines of the mapping.
    """
    try:
        return plain_text(name) == name and len(name) <= MOST_SHOWN
    except ValueError:
        return False


def _marked(line: str, why: str = "") -> str:
    return f"{line:<30} # guess" + (f": {why}" if why else "")
