"""What the conditions of a rule look at, for one person: values, and the events that were counted.

It is what the tables hold of the run's date now: events that came later for days before it count.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pyspark.sql import Column
from pyspark.sql import functions as F

from desirelines.rules.columns import number_column
from desirelines.rules.facts import asked_of
from desirelines.rules.spans import start_us
from desirelines.run.context import Run
from desirelines.settings.rule_conditions import (
    Compare,
    Count,
    IsKnown,
    LabelIn,
    Moment,
    Sequence,
    Span,
    Steps,
    Test,
)
from desirelines.settings.segment_rules import Rule
from desirelines.views.events import events_of_people
from desirelines.views.identities import one_person
from desirelines.views.rules import all_tests, feature_numbers, rule_people


@dataclass(frozen=True, slots=True)
class CountedEvent:
    """An event that a condition counted."""

    event_id: str
    event_name: str
    occurred_at: datetime


def values_for(run: Run, rule: Rule, person: str) -> dict[Test, Any]:
    """The value that each test of a rule looks at, for one person; a count for a count.

    Tests that look at no single value are left out. Empty if the person has no features as of the
    run's date.
    """
    tests = all_tests((rule,))
    asked = asked_of(tests)
    numbers = feature_numbers(run)
    columns: dict[Test, Column] = {}
    for test in dict.fromkeys(tests):
        match test:
            case Count():
                columns[test] = F.col(asked[test])
            case Compare() | IsKnown() | Moment():
                columns[test] = number_column(test.column, numbers)
            case LabelIn():
                columns[test] = F.col(test.label)
    people = rule_people(run, asked, tests).join(one_person(run, person), "person_id")
    rows = people.select(*(c.alias(f"_{n}") for n, c in enumerate(columns.values()))).collect()
    if not rows:
        return {}
    return {
        test: (value or 0) if isinstance(test, Count) else value
        for test, value in zip(columns, rows[0], strict=True)
    }


def events_for(run: Run, rule: Rule, person: str) -> dict[Test, tuple[CountedEvent, ...]]:
    """The events that each test of a rule over steps counts, for one person, the oldest first.

    An event is known by its kind and its name, so steps with names of their own
    (`sessions.step_rules`) have none here.
    """
    steps = {test: found for test in all_tests((rule,)) if (found := _steps_of(test))}
    if not steps:
        return {}
    kinds = sorted({kind for found, _ in steps.values() for kind in found.kinds})
    names = sorted({name for found, _ in steps.values() for name in found.names})
    is_one = F.col("kind").isin(*kinds) | F.col("event_name").isin(*names)
    at, end = F.unix_micros("occurred_at"), run.window.end
    events = events_of_people(run).filter(is_one & (at < F.unix_micros(F.lit(end))))
    mine = events.join(one_person(run, person), "person_id")
    in_window = {
        test: (at >= start_us(window, end)).alias(f"_{number}")
        for number, (test, (_, window)) in enumerate(steps.items())
    }
    rows = mine.select(
        "event_id", "event_name", "kind", "occurred_at", *in_window.values()
    ).collect()
    in_time = sorted(rows, key=lambda row: (row["occurred_at"], row["event_id"]))
    return {
        test: tuple(
            CountedEvent(row["event_id"], row["event_name"], row["occurred_at"])
            for row in in_time
            if row[f"_{number}"] and _is_one_of(row, found)
        )
        for number, (test, (found, _)) in enumerate(steps.items())
    }


def _steps_of(test: Test) -> tuple[Steps, Span | None] | None:
    """The steps that a test counts, and its window; null for a test that counts none."""
    if isinstance(test, Count) and test.of.what == "steps":
        return test.of.steps, test.window
    if isinstance(test, Sequence):
        both = Steps(test.first.kinds | test.then.kinds, test.first.names | test.then.names)
        return both, test.window
    return None


def _is_one_of(row: Any, steps: Steps) -> bool:
    return row["kind"] in steps.kinds or row["event_name"] in steps.names
