"""Where the windows of rules begin."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from pyspark.sql import Column
from pyspark.sql import functions as F

from desirelines.settings.rule_conditions import Span

UNIT_US = {
    "minute": 60_000_000,
    "hour": 3_600_000_000,
    "day": 86_400_000_000,
    "week": 604_800_000_000,
}
NEVER_US = -62_135_596_800_000_000
"""The first moment of year 1: the beginning of windows without one."""


FIRST_DAY = date(1000, 1, 1)
"""The first day of such windows: an earlier year has no four digits, which Spark wants."""


def start_of(span: Span, end: datetime) -> Column:
    """The first moment of a window that ends at `end`; months are calendar months."""
    if span.unit == "month":
        return F.lit(end) - F.make_interval(months=F.lit(span.count))
    return F.timestamp_micros(F.unix_micros(F.lit(end)) - F.lit(span.count * UNIT_US[span.unit]))


def start_us(span: Span | None, end: datetime) -> Column:
    """The same in microseconds since 1970; without a span, before everything."""
    return F.lit(NEVER_US) if span is None else F.unix_micros(start_of(span, end))


def length_us(span: Span) -> int:
    """The length of a span that has no months, in microseconds.

    Raises:
        ValueError: it has.
    """
    if span.unit == "month":
        raise ValueError("the length of a month depends on its date")
    return span.count * UNIT_US[span.unit]


def first_day(span: Span | None, as_of: date) -> date:
    """The first day of a window of whole days before as_of; a part of a day counts as a day."""
    if span is None:
        return FIRST_DAY
    if span.unit == "month":
        return _months_before(as_of, span.count)
    days = -(-length_us(span) // UNIT_US["day"])
    return as_of - timedelta(days=days)


def moved_by(moment: datetime, span: Span) -> datetime:
    """The moment so much later: when something leaves a window of this length."""
    if span.unit != "month":
        return moment + timedelta(microseconds=length_us(span))
    day = _months_before(moment.date(), -span.count)
    return moment.replace(year=day.year, month=day.month, day=day.day)


def _months_before(day: date, months: int) -> date:
    """The same day of an earlier month, or its last, as Spark's intervals have it."""
    month = day.year * 12 + day.month - 1 - months
    first = date(month // 12, month % 12 + 1, 1)
    after = date((month + 1) // 12, (month + 1) % 12 + 1, 1)
    return first.replace(day=min(day.day, (after - timedelta(days=1)).day))
