"""The lines of a guessed mapping, with a mark at what was guessed and at what is missing."""

from __future__ import annotations

import json
from collections.abc import Mapping

import yaml

from desirelines.settings.sample_columns import SampleColumns

LENGTH_OF_DAY = 10
"""Characters of a day: longer times have a time of day as well."""


def identity_lines(stream: list[str], *, has_id: bool, is_bought: bool) -> list[str]:
    """Lines of the mapping that say what a stream is and what makes two events the same."""
    if has_id:
        identity = marked("identity: id", "the column below is different in almost every row")
    elif is_bought:
        identity = marked(
            "identity: occurrence",
            "no column is an id; equal rows of a file are separate purchases",
        )
    else:
        identity = marked(
            "identity: content",
            "no column is an id of events; `occurrence` if equal rows are separate events",
        )
    why = "the first of these that a row has names its stream"
    if not stream:
        return ["stream: []                     # missing: types of `ids`, best first", identity]
    return [marked(f"stream: [{', '.join(stream)}]", why), identity]


def column_lines(
    times: dict[str, str],
    values: dict[str, str],
    price: str | None,
    *,
    event: str | None,
    name: str,
) -> list[str]:
    """The section `columns`: times, name of the event, values."""
    lines = ["columns:"]
    if "occurred_at" not in times:
        lines.append("  # occurred_at:               # missing: the column that has the time")
    for target in ("occurred_at", "received_at", "sent_at"):
        if target in times:
            lines.append(marked(f"  {target}: {times[target]}"))
    lines.append(
        marked(f"  event_name: {yaml_text(event)}")
        if event
        else marked(f"  event_name: {{value: {name}}}", "no column names events")
    )
    lines += [marked(f"  {target}: {yaml_text(column)}") for target, column in values.items()]
    if price and "amount" not in values:
        lines.append(_amount_line(price, values.get("quantity")))
    return lines


def _amount_line(price: str, quantity: str | None) -> str:
    """The line of the amount, from the price of one piece."""
    if quantity is None:
        return marked(f"  amount: {yaml_text(price)}")
    return marked(
        f"  amount: {{product: [{yaml_text(quantity)}, {yaml_text(price)}]}}",
        "pieces times the price of one",
    )


def hint_lines(
    session: str | None,
    times: dict[str, str],
    values: dict[str, str],
    columns: SampleColumns,
    *,
    is_bought: bool,
) -> list[str]:
    """Comments in the section `columns`: what else some of them could be."""
    lines = []
    if session:
        lines.append(
            f"  # session_key: {yaml_text(session)}      "
            "# the source's own sessions, instead of the gap of 30 minutes"
        )
    if is_bought and "order_id" not in values and "occurred_at" in times:
        day = yaml.safe_load(times["occurred_at"])
        day = day["column"] if isinstance(day, dict) else day
        if all(len(value) <= LENGTH_OF_DAY for value in columns.filled[day]):
            lines.append(
                f"  # order_id: {yaml_text(day)}      "
                "# if all that a person buys on a day is one order"
            )
    return lines


def id_lines(ids: dict[str, str]) -> list[str]:
    """The section `ids`."""
    if not ids:
        return ["ids: {}                        # missing: a type and the column that has it"]
    return ["ids:", *(marked(f"  {t}: {yaml_text(c)}") for t, c in ids.items())]


def kind_lines(kinds: Mapping[str, str | None]) -> list[str]:
    """The section `kinds`."""
    if not any(kinds.values()):
        return [
            "kinds: {}                      # what event names mean; without it all are `other`"
        ]
    return [
        "kinds:                         # what event names mean; names left out are `other`"
    ] + [
        marked(f"  {yaml_text(name)}: {kind}") if kind else f"  # {yaml_text(name)}: other"
        for name, kind in kinds.items()
    ]


def yaml_text(value: str) -> str:
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


def marked(line: str, why: str = "") -> str:
    """A line with the mark of a guess, and why it was guessed."""
    return f"{line:<30} # guess" + (f": {why}" if why else "")
