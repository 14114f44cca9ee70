"""What rules ask of sessions and events, counted once for all of them: one row a person."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from desirelines.rules.spans import first_day, length_us, start_us
from desirelines.settings.rule_conditions import (
    Count,
    Counted,
    InFunnel,
    PathHolds,
    Sequence,
    Span,
    Steps,
    Test,
)

TRUE, OPEN, FALSE = "true", "open", "false"
"""States of a sequence: there is one, one can still come about, there is none."""
Asked = Count | Sequence | PathHolds | InFunnel


def asked_of(tests: Iterable[Test]) -> dict[Asked, str]:
    """The tests that need sessions or events, each once, with the name of their column."""
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


def needs_sessions(asked: Iterable[Asked]) -> bool:
    """Whether a test is answered by `to_facts`."""
    return any(_is_of_sessions(test) for test in asked)


def _is_of_sessions(test: Asked) -> bool:
    return not isinstance(test, PathHolds | InFunnel) and not needs_events([test])


def to_facts(
    sessions: DataFrame, asked: dict[Asked, str], *, end: datetime, as_of: date, zone: str
) -> DataFrame:
    """One row per person with a session: a column per question about sessions.

    Counts are whole numbers; sequences are one of TRUE, OPEN and FALSE, or null where no first step
    was seen. At least one test is answered here (`needs_sessions`). One shuffle.
    """
    questions = {name: _question(test) for test, name in asked.items() if _is_of_sessions(test)}
    day = F.to_date(F.from_utc_timestamp("started_at", zone))
    sessions = sessions.withColumns(
        {
            "_day": day,
            "_is_active": F.coalesce(F.col("is_visit"), F.lit(False)) | (F.col("order_count") > 0),
        }
    )
    collected: dict[str, Column] = {}
    final: dict[str, Column] = {}
    for name, question in questions.items():
        if isinstance(question, Count):
            counts, final[name] = _counting(question, name, end, as_of, zone)
            collected |= counts
        elif isinstance(question, Sequence):
            times, final[name] = _following(question, name, end)
            collected |= times
    people = sessions.groupBy("person_id").agg(
        *(column.alias(name) for name, column in collected.items())
    )
    return people.select("person_id", *(column.alias(name) for name, column in final.items()))


def to_category_facts(events: DataFrame, asked: dict[Asked, str], *, end: datetime) -> DataFrame:
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


def _is_one_of(step: Column, steps: Steps) -> Column:
    by_kind = step["step_kinds"].isin(*steps.kinds) if steps.kinds else F.lit(False)
    by_name = step["steps"].isin(*steps.names) if steps.names else F.lit(False)
    return by_kind | by_name


def _times(steps: Steps, window: Span | None, end: datetime) -> Column:
    """Microseconds of the steps of a session that lie in the window."""
    started, end_us = F.unix_micros("started_at"), F.unix_micros(F.lit(end))
    begin = start_us(window, end)
    path = F.arrays_zip("steps", "step_kinds", "step_offsets")
    chosen = F.filter(path, lambda step: _is_one_of(step, steps))
    at = F.transform(chosen, lambda step: started + step["step_offsets"] * 1000)
    return F.filter(at, lambda us: (us >= begin) & (us < end_us))


def _all_times(steps: Steps, window: Span | None, end: datetime) -> Column:
    """Of a person's sessions."""
    return F.array_sort(F.flatten(F.collect_list(_times(steps, window, end))))


def _counting(
    question: Count, name: str, end: datetime, as_of: date, zone: str
) -> tuple[dict[str, Column], Column]:
    """What to collect from sessions for a count, and the count."""
    of, window = question.of, question.window
    from_day = F.lit(first_day(window, as_of))
    if of.what == "steps":
        return {name: F.sum(F.size(_times(of.steps, window, end)))}, F.col(name)
    if of.what == "visits":
        at = F.unix_micros("started_at")
        is_one = F.col("is_visit") & (at >= start_us(window, end))
        if of.steps != Steps():
            is_one &= F.size(_times(of.steps, window, end)) > 0
        return {name: F.count_if(is_one)}, F.col(name)
    if of.what in ("active days", "active weeks"):
        day = F.when(F.col("_is_active") & (F.col("_day") >= from_day), F.col("_day"))
        # Weeks are counted back from as_of: the last seven days are one.
        back = F.floor((F.datediff(F.lit(as_of), day) - 1) / 7)
        return {name: F.collect_set(day if of.what == "active days" else back)}, F.size(name)
    return _weekends(of, name, window, end, from_day, zone)


def _weekends(
    of: Counted, name: str, window: Span | None, end: datetime, from_day: Column, zone: str
) -> tuple[dict[str, Column], Column]:
    days = F.filter(
        F.transform(name, lambda us: F.to_date(F.from_utc_timestamp(F.timestamp_micros(us), zone))),
        lambda day: day >= from_day,
    )
    saturdays = F.array_distinct(F.filter(days, lambda day: F.dayofweek(day) == 7))

    def has_enough_on(day: Column) -> Column:
        return F.size(F.filter(days, lambda other: other == day)) >= of.each

    def has_enough(saturday: Column) -> Column:
        return has_enough_on(saturday) & has_enough_on(F.date_add(saturday, 1))

    return {name: _all_times(of.steps, None, end)}, F.size(F.filter(saturdays, has_enough))


def _following(question: Sequence, name: str, end: datetime) -> tuple[dict[str, Column], Column]:
    """What to collect from sessions for a sequence, and its state."""
    end_us = F.unix_micros(F.lit(end))
    within = length_us(question.within)
    collected = {
        name: _all_times(question.first, question.window, end),
        f"{name}_then": _all_times(question.then, question.window, end),
        f"{name}_between": _all_times(question.between, question.window, end),
    }
    firsts: Column = F.col(name)
    if question.is_last:
        firsts = F.filter(F.array(F.get(name, F.size(name) - 1)), lambda us: us.isNotNull())

    def next_after(us: Column) -> Column:
        """When the step that follows came; null for none in time."""
        return F.array_min(
            F.filter(F.col(f"{name}_then"), lambda then: (then > us) & (then <= us + within))
        )

    def is_cut(us: Column, until: Column) -> Column:
        return F.exists(F.col(f"{name}_between"), lambda cut: (cut > us) & (cut < until))

    def holds(us: Column) -> Column:
        if question.is_absent:
            return next_after(us).isNull() & (us + within < end_us)
        then = next_after(us)
        return then.isNotNull() & ~F.coalesce(is_cut(us, then), F.lit(False))

    def is_open(us: Column) -> Column:
        is_running = next_after(us).isNull() & (us + within >= end_us)
        return is_running if question.is_absent else is_running & ~is_cut(us, end_us)

    state = (
        F.when(F.exists(firsts, holds), F.lit(TRUE))
        .when(F.exists(firsts, is_open), F.lit(OPEN))
        .when(F.lit(question.is_last) & (F.size(firsts) > 0), F.lit(FALSE))
    )
    return collected, state
