"""Where windows begin, in time and in whole days."""

from datetime import UTC, date, datetime

import pytest
from pyspark.sql import functions as F

from desirelines.rules.spans import first_day, length_us, start_of, start_us
from desirelines.settings.rule_conditions import Span

END = datetime(2026, 3, 31, tzinfo=UTC)


@pytest.mark.parametrize(
    ("span", "start", "day"),
    [
        (Span(30, "day"), "2026-03-01 00:00:00", "2026-03-01"),
        (Span(4, "week"), "2026-03-03 00:00:00", "2026-03-03"),
        (Span(1, "month"), "2026-02-28 00:00:00", "2026-02-28"),  # February has no 31st
        (Span(13, "month"), "2025-02-28 00:00:00", "2025-02-28"),
        (Span(36, "hour"), "2026-03-29 12:00:00", "2026-03-29"),  # one and a half days are two
        (Span(90, "minute"), "2026-03-30 22:30:00", "2026-03-30"),
    ],
    ids=str,
)
def test_a_window_begins(spark, span, start, day):
    row = spark.range(1).select(
        start_of(span, END).cast("string").alias("at"), start_us(span, END).alias("us")
    )
    found = row.collect()[0]
    assert found["at"] == start
    assert found["us"] == datetime.fromisoformat(f"{start}+00:00").timestamp() * 1_000_000
    assert first_day(span, END.date()) == date.fromisoformat(day)


def test_without_a_window_everything_counts(spark):
    first = spark.range(1).select(F.timestamp_micros(start_us(None, END)).cast("string"))
    assert first.collect()[0][0] == "0001-01-01 00:00:00"
    assert first_day(None, END.date()) == date(1000, 1, 1)


def test_the_length_of_a_month_depends_on_its_date():
    assert length_us(Span(2, "hour")) == 7_200_000_000
    with pytest.raises(ValueError, match="month"):
        length_us(Span(1, "month"))
