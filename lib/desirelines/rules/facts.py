"""What rules ask of sessions and events, counted once for all of them: one row a person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from desirelines.rules.spans import first_day, start_us
from desirelines.rules.step_facts import to_step_facts, to_weekend_facts
from desirelines.settings.rule_conditions import (
    AgreesTo,
    Count,
    InFunnel,
    PathHolds,
    Sequence,
    Span,
    Steps,
    Test,
)

VISITS = ("visits", "active days", "active weeks")
Asked = Count | Sequence | PathHolds | InFunnel | AgreesTo


def asked_of(tests: Iterable[Test]) -> dict[Asked, str]:
    """The tests that need sessions, events or consent, each once, with the name of their column."""
    asked = dict.fromkeys(test for test in tests if isinstance(test, Asked))
    counted = dict.fromkeys(_question(test) for test in asked)
    names = {question: f"_rule_{number}" for number, question in enumerate(counted)}
    return {test: names[_question(test)] for test in asked}


def _question(test: Asked) -> Asked:
    """A count without its bounds, and a funnel without its step: two of them are one question."""
    match test:
        case Count():
            return Count(test.of, None, None, test.window)
        case InFunnel():
            return InFunnel(test.funnel, 0, window=test.window)
        case _:
            return test


def needs_events(asked: Iterable[Asked]) -> bool:
    """Whether a test looks at single events."""
    return any(isinstance(test, Count) and test.of.what == "category" for test in asked)


def session_facts(
    sessions: DataFrame, asked: Mapping[Asked, str], *, end: datetime, as_of: date, zone: str
) -> list[DataFrame]:
    """Frames with a row per person, for all tests of sessions and their steps: a column each."""
    visits: dict[str, Count] = {}
    weekends: dict[str, Count] = {}
    steps: dict[str, Count | Sequence] = {}
    for test, name in asked.items():
        match _question(test):
            case Count() as count if count.of.what in VISITS:
                visits[name] = count
            case Count() as count if count.of.what == "weekends":
                weekends[name] = count
            case Count() as count if count.of.what == "steps":
                steps[name] = count
            case Sequence() as sequence:
                steps[name] = sequence
    facts = []
    if visits:
        facts.append(to_visit_facts(sessions, visits, end=end, as_of=as_of, zone=zone))
    if steps:
        facts.append(to_step_facts(sessions, steps, end=end))
    if weekends:
        facts.append(to_weekend_facts(sessions, weekends, end=end, as_of=as_of, zone=zone))
    return facts


def to_visit_facts(
    sessions: DataFrame, questions: Mapping[str, Count], *, end: datetime, as_of: date, zone: str
) -> DataFrame:
    """One row per person with a session: visits, active days or active weeks, by question.

    Weeks are counted back from as_of: the last seven days are one. One shuffle.
    """
    is_visit = F.coalesce(F.col("is_visit"), F.lit(False))
    is_active = is_visit | (F.col("order_count") > 0)
    day = F.to_date(F.from_utc_timestamp("started_at", zone))
    sessions = sessions.withColumn("_active_day", F.when(is_active, day))
    facts = {}
    for name, question in questions.items():
        of, window = question.of, question.window
        if of.what == "visits":
            is_one = is_visit & (F.unix_micros("started_at") >= start_us(window, end))
            if of.steps != Steps():
                is_one &= _has_one_of(of.steps, window, end)
            facts[name] = F.count_if(is_one)
            continue
        since = F.lit(first_day(window, as_of))
        active = F.when(F.col("_active_day") >= since, F.col("_active_day"))
        if of.what == "active weeks":
            active = F.floor((F.datediff(F.lit(as_of), active) - 1) / 7)
        facts[name] = F.size(F.collect_set(active))
    return sessions.groupBy("person_id").agg(*(fact.alias(n) for n, fact in facts.items()))


def _has_one_of(steps: Steps, window: Span | None, end: datetime) -> Column:
    """Whether a session has one of these steps in the window."""
    begin, last = start_us(window, end), F.unix_micros(F.lit(end))

    def is_one(step: Column) -> Column:
        by_kind = step["step_kinds"].isin(*steps.kinds) if steps.kinds else F.lit(False)
        by_name = step["steps"].isin(*steps.names) if steps.names else F.lit(False)
        at = F.unix_micros("started_at") + step["step_offsets"] * 1000
        return (by_kind | by_name) & (at >= begin) & (at < last)

    return F.exists(F.arrays_zip("steps", "step_kinds", "step_offsets"), is_one)


def to_category_facts(events: DataFrame, asked: Mapping[Asked, str], *, end: datetime) -> DataFrame:
    """One row per person: the most steps of one category without others of it, by question.

    `events` carry `person_id`. One shuffle by person and category, one by person.
    """
    questions = {name: _question(test) for test, name in asked.items() if needs_events([test])}
    at = F.unix_micros("occurred_at")
    counts, most = {}, {}
    wanted: Column = F.lit(False)
    for name, question in questions.items():
        assert isinstance(question, Count)
        inside = (at >= start_us(question.window, end)) & (at < F.unix_micros(F.lit(end)))
        kinds, others = question.of.steps.kinds, question.of.without.kinds
        wanted = wanted | (inside & F.col("kind").isin(*kinds, *others))
        counts[name] = F.count_if(inside & F.col("kind").isin(*kinds))
        counts[f"{name}_others"] = F.count_if(inside & F.col("kind").isin(*others))
        most[name] = F.max(F.when(F.col(f"{name}_others") == 0, F.col(name)))
    by_category = (
        events.filter(wanted & F.col("category").isNotNull())
        .groupBy("person_id", "category")
        .agg(*(column.alias(name) for name, column in counts.items()))
    )
    return by_category.groupBy("person_id").agg(
        *(column.alias(name) for name, column in most.items())
    )
