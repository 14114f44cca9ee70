"""Guess a first mapping from some rows, to be edited by hand.

The guess says which column is the time, which ones are identifiers and which one names the event.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from desirelines.settings.mapping_lines import (
    column_lines,
    hint_lines,
    id_lines,
    identity_lines,
    kind_lines,
    yaml_text,
)
from desirelines.settings.name_patterns import (
    ANY_ID,
    EVENT_NAME,
    IDS,
    KINDS,
    NOT_EVENT_NAME,
    NUMBERS,
    PRICE,
    SESSION,
    STREAM_ORDER,
    TIMES,
    VALUES,
)
from desirelines.settings.sample_columns import SampleColumns, plain_name
from desirelines.settings.value_formats import (
    is_any,
    is_email,
    is_number,
    is_word,
    most_fit,
    time_pattern,
)

MOST_NAMES = 60
"""Maximum number of event names; a column with more values is free text."""
USUAL_NAME = 2.0
"""Bits of variety that a usual name of a column of event names is worth."""
BOUGHT = {"purchase", "refund"}


@dataclass(frozen=True, slots=True)
class Guess:
    """A guessed mapping as YAML text, and the parts that could not be guessed."""

    text: str
    missing: tuple[str, ...]


def guess_mapping(
    rows: Sequence[Mapping[str, str | None]],
    *,
    name: str,
    format: str,
    where: tuple[str, str],
    delimiter: str | None = None,
) -> Guess:
    """Guess a mapping from rows as flat texts by dotted path.

    `where` is ("path", folder) or ("table", name); `delimiter` is that of CSV files without commas.
    The only values of rows in the text are event
    names, and only while there are few of them.
    """
    columns = SampleColumns(rows)
    times = _times(columns)
    event = _event_name(columns)
    event_id = columns.take(VALUES["event_id"], is_unique=True)
    ids = _ids(columns)
    values = _values(columns, event_id)
    price = columns.take(PRICE, is_number)
    session = columns.take(SESSION)
    money = {c for c in (price, values.get("amount")) if c is not None}
    kinds = _kinds_of(columns.names_of(event) if event else [name])
    if event is None and _are_purchases(columns, money, values):
        kinds = {name: "purchase"}
    is_bought = bool(money) and not BOUGHT.isdisjoint(kinds.values())
    lines = [
        f"# Guessed from the first {len(rows):,} rows. Check every line with `guess`, "
        "then run `desirelines check`.",
        f"name: {name}",
        f"format: {format}",
        f"{where[0]}: {yaml_text(where[1])}",
        *([f"delimiter: {yaml_text(delimiter)}"] if delimiter else []),
        *identity_lines(
            [t for t in STREAM_ORDER if t in ids], has_id=event_id is not None, is_bought=is_bought
        ),
        "time_zone: UTC                 # guess: zone of times that are written without one",
        *column_lines(times, values, price, event=event, name=name),
        *hint_lines(session, times, values, columns, is_bought=is_bought),
        *id_lines(ids),
        *kind_lines(kinds),
    ]
    left = columns.left()
    lines.append(
        "properties: []                 # further columns to keep"
        + (f": {', '.join(left)}" if left else "")
    )
    required = {"a time": "occurred_at" in times, "an identifier": bool(ids)}
    missing = tuple(what for what, is_there in required.items() if not is_there)
    return Guess("\n".join(lines) + "\n", missing)


def _are_purchases(columns: SampleColumns, money: set[str], values: dict[str, str]) -> bool:
    """Whether rows without names of events are purchases.

    Nearly all have money, and its name tells.
    """
    if not all(columns.is_nearly_always_filled(c) for c in money):
        return False
    told = {values[t] for t in ("quantity", "order_id", "item_id") if t in values}
    return bool(money) and (bool(told) or any(plain_name(c) != "value" for c in money))


def _ids(columns: SampleColumns) -> dict[str, str]:
    """Types of identifiers, each with its column; takes the columns."""
    ids = {}
    for id_type, pattern in IDS.items():
        column = columns.take(pattern, is_email if id_type == "email" else is_any)
        if column:
            ids[id_type] = column
    if not ids and (column := columns.take(ANY_ID, repeats=True)):
        ids["customer"] = column
    return ids


def _values(columns: SampleColumns, event_id: str | None) -> dict[str, str]:
    """Values of the event model, each with its column; takes the columns."""
    values = {"event_id": event_id} if event_id else {}
    for target, pattern in VALUES.items():
        if target == "event_id":
            continue
        column = columns.take(pattern, is_number if target in NUMBERS else is_any)
        if column:
            values[target] = column
    return values


def _times(columns: SampleColumns) -> dict[str, str]:
    """Times of the event model, each with the YAML of its column and pattern."""
    patterns = {c: p for c in columns.left() if (p := time_pattern(columns.filled[c])) is not None}
    taken: dict[str, str] = {}
    for target, pattern in TIMES.items():
        free = [c for c in patterns if c not in taken.values()]
        fitting = [c for c in free if re.search(pattern, plain_name(c))]
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
            f"{{column: {yaml_text(column)}, pattern: {yaml_text(pattern)}}}"
            if pattern
            else yaml_text(column)
        )
    return yaml_of


def _event_name(columns: SampleColumns) -> str | None:
    """The column with few short words that names events best.

    In a column called `name` or similar the words must repeat: values that do not may be names of
    people. Of several columns the one with the most variety is taken; a usual name counts as
    USUAL_NAME bits of it, and a constant only where nothing varies.
    """
    best: tuple[tuple[bool, float], str] | None = None
    for column in columns.left():
        name, values = plain_name(column), columns.filled[column]
        pattern = next((p for p in EVENT_NAME if re.search(p, name)), None)
        if pattern is None or re.search(NOT_EVENT_NAME, name) or not most_fit(is_word, values):
            continue
        must_repeat = EVENT_NAME[pattern]
        limit = min(MOST_NAMES, len(values) // 3) if must_repeat else MOST_NAMES
        variety = columns.variety(column)
        rank = variety > 0, variety + (0 if must_repeat else USUAL_NAME)
        if len(set(values)) <= limit and (best is None or rank > best[0]):
            best = rank, column
    return None if best is None else columns.take_this(best[1])


def _kinds_of(names: Iterable[str]) -> dict[str, str | None]:
    """The kind that each event name means; null where it tells none."""
    words = {name: re.sub(r"[^a-z]+", "_", name.lower()) for name in names}
    return {
        name: next((k for k, pattern in KINDS.items() if re.search(pattern, w)), None)
        for name, w in words.items()
    }
