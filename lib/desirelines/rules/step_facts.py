"""What rules ask of the steps of people's sessions: how often, in which order, on which weekends.

A step is a row here, not a place in an array: functions over arrays are interpreted, and cost the
answers of a hundred rules fifteen times as much (bench/README.md, segments). Nobody's steps are
held as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import reduce
from operator import or_

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from desirelines.rules.spans import first_day, length_us, start_us
from desirelines.settings.rule_conditions import Count, Sequence, Span, Steps

TRUE, OPEN, FALSE = 2, 1, 0
"""States of a sequence: there is one, one can still come about, there is none."""
MARKS = 62
"""Marks that one whole number holds."""
SUNDAY, SATURDAY = 1, 7
"""Days as Spark's `dayofweek` counts them."""


def to_steps(
    sessions: DataFrame, steps: Iterable[Steps], *, end: datetime, since_us: Column | None = None
) -> DataFrame:
    """One row per step before the end that any of `steps` names: person_id, at_us, and marks.

    `at_us` is in microseconds since 1970; none is before `since_us`. `_marks_0`, `_marks_1` and so
    on have a bit for each of `steps`, in their order, which `is_marked` reads: names would be
    shuffled, and compared anew by each question. No shuffle.
    """
    wanted = tuple(steps)
    fields = ["step_kinds", "step_offsets"]
    if any(one.names for one in wanted):
        fields.append("steps")
    if since_us is not None:  # most sessions of a long history end before the windows begin
        last_us = F.unix_micros("started_at") + F.element_at("step_offsets", -1) * 1000
        sessions = sessions.filter(last_us >= since_us)
    paths = sessions.select(
        "person_id",
        F.unix_micros("started_at").alias("_started"),
        F.explode(F.arrays_zip(*fields)).alias("_step"),
    )
    at = F.col("_started") + F.col("_step.step_offsets") * 1000
    rows = paths.select("person_id", at.alias("at_us"), *(f"_step.{field}" for field in fields))
    is_in_time = F.col("at_us") < F.unix_micros(F.lit(end))
    if since_us is not None:
        is_in_time &= F.col("at_us") >= since_us
    marks = {
        f"_marks_{number}": reduce(
            Column.bitwiseOR,
            (_mark(one, place) for place, one in enumerate(wanted[start : start + MARKS])),
        )
        for number, start in enumerate(range(0, len(wanted), MARKS))
    }
    marked = rows.filter(is_in_time).select(
        "person_id", "at_us", *(mark.alias(name) for name, mark in marks.items())
    )
    return marked.filter(reduce(or_, (F.col(name) != 0 for name in marks)))


def _mark(steps: Steps, place: int) -> Column:
    return F.when(_is_one_of(steps), F.lit(1 << place)).otherwise(F.lit(0)).cast("long")


def is_marked(number: int) -> Column:
    """Whether a row of `to_steps` is one of its steps with this number."""
    mark = F.col(f"_marks_{number // MARKS}").bitwiseAND(F.lit(1 << number % MARKS))
    return mark != 0


def _is_one_of(steps: Steps) -> Column:
    by_kind = F.col("step_kinds").isin(*steps.kinds) if steps.kinds else F.lit(False)
    by_name = F.col("steps").isin(*steps.names) if steps.names else F.lit(False)
    return by_kind | by_name


def to_step_facts(
    sessions: DataFrame, questions: Mapping[str, Count | Sequence], *, end: datetime
) -> DataFrame:
    """One row per person with such a step: a column per question, by name.

    A count is a whole number. A sequence is one of TRUE, OPEN and FALSE; null where no first step
    decides it: of all first steps one is enough, and earlier ones may not have been seen. One
    shuffle; a sort too, if there is a sequence.
    """
    sequences = [q for q in questions.values() if isinstance(q, Sequence)]
    since_us = _since_us([question.window for question in questions.values()], end)
    asked = _steps_of(questions.values())
    is_one = {one: is_marked(number) for number, one in enumerate(asked)}
    steps = to_steps(sessions, asked, end=end, since_us=since_us)
    following = _following(sequences)
    if following:
        later = Window.partitionBy("person_id").orderBy(F.desc("at_us"))
        strictly = later.rangeBetween(Window.unboundedPreceding, -1)
        at_times = {
            name: F.min(F.when(is_one[one], F.col("at_us"))).over(strictly)
            for one, name in following.items()
        }
        steps = steps.withColumns(at_times)
    facts = (
        _count(q, is_one, end) if isinstance(q, Count) else _state(q, is_one, following, end)
        for q in questions.values()
    )
    return steps.groupBy("person_id").agg(
        *(fact.alias(name) for name, fact in zip(questions, facts, strict=True))
    )


def to_weekend_facts(
    sessions: DataFrame, questions: Mapping[str, Count], *, end: datetime, as_of: date, zone: str
) -> DataFrame:
    """One row per person with such a step on a weekend: a count per question, by name.

    A weekend is a Saturday and the Sunday after it in the site's time zone. One shuffle by person
    and weekend, one by person.
    """
    asked = _steps_of(questions.values())
    marked = {one: is_marked(number) for number, one in enumerate(asked)}
    steps = to_steps(sessions, asked, end=end)
    at = F.from_utc_timestamp(F.timestamp_micros("at_us"), zone)
    steps = steps.withColumn("_day", F.to_date(at)).withColumn("_weekday", F.dayofweek("_day"))
    saturday = F.when(F.col("_weekday") == SUNDAY, F.date_sub("_day", 1)).otherwise(F.col("_day"))
    counts, enough = {}, {}
    for name, question in questions.items():
        of, is_one = question.of, marked[question.of.steps]
        counts[name] = F.count_if(is_one & (F.col("_weekday") == SATURDAY))
        counts[f"{name}_sunday"] = F.count_if(is_one & (F.col("_weekday") == SUNDAY))
        enough[name] = F.count_if(
            (F.col(name) >= of.each)
            & (F.col(f"{name}_sunday") >= of.each)
            & (F.col("_saturday") >= F.lit(first_day(question.window, as_of)))
        )
    by_weekend = (
        steps.filter(F.col("_weekday").isin(SUNDAY, SATURDAY))
        .groupBy("person_id", saturday.alias("_saturday"))
        .agg(*(column.alias(name) for name, column in counts.items()))
    )
    return by_weekend.groupBy("person_id").agg(
        *(column.alias(name) for name, column in enough.items())
    )


def _since_us(windows: list[Span | None], end: datetime) -> Column | None:
    """Where the longest of the windows begins; null if one has no beginning."""
    begins = {window: start_us(window, end) for window in windows if window is not None}
    if None in windows:
        return None
    return F.least(*begins.values()) if len(begins) > 1 else next(iter(begins.values()))


def _steps_of(questions: Iterable[Count | Sequence]) -> list[Steps]:
    """The steps that questions ask for, each once."""
    steps: list[Steps] = []
    for question in questions:
        if isinstance(question, Count):
            steps.append(question.of.steps)
        else:
            steps += [question.first, question.then, question.between]
    return [one for one in dict.fromkeys(steps) if one != Steps()]


def _following(sequences: Iterable[Sequence]) -> dict[Steps, str]:
    """The steps that follow in sequences, each once, with the column of when the next one is."""
    steps = dict.fromkeys(s for q in sequences for s in (q.then, q.between) if s != Steps())
    return {one: f"_next_{number}" for number, one in enumerate(steps)}


def _count(question: Count, is_one: Mapping[Steps, Column], end: datetime) -> Column:
    inside = F.col("at_us") >= start_us(question.window, end)
    return F.count_if(is_one[question.of.steps] & inside)


def _state(
    question: Sequence,
    is_one: Mapping[Steps, Column],
    following: Mapping[Steps, str],
    end: datetime,
) -> Column:
    """The state of a sequence over a person's steps: of any first step, or of the last."""
    at, is_last = F.col("at_us"), question.is_last
    is_first = is_one[question.first] & (at >= start_us(question.window, end))
    until = at + length_us(question.within)
    then: Column = F.col(following[question.then])
    then = F.when(then <= until, then)
    is_over = until < F.unix_micros(F.lit(end))
    if question.is_absent:
        holds, is_open = then.isNull() & is_over, then.isNull() & ~is_over
    elif question.between == Steps():
        holds, is_open = then.isNotNull(), then.isNull() & ~is_over
    else:
        cut = F.col(following[question.between])
        holds = then.isNotNull() & ~F.coalesce(cut < then, F.lit(False))
        is_open = then.isNull() & ~is_over & cut.isNull()
    state = F.when(holds, F.lit(TRUE)).when(is_open, F.lit(OPEN))
    if is_last:
        return F.max_by(state.otherwise(F.lit(FALSE)), F.when(is_first, at))
    return F.max(F.when(is_first, state))
