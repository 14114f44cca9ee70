"""Days of synthetic data, and local times as UTC."""

from datetime import date

from pyspark.sql import functions as F

from desirelines.synthetic.scope import HOUR_MS, Scope, iso_ms
from tests.support.tables import table

SCOPE = Scope(people=1, days=120, seed=1, first_day=date(2025, 1, 1))


def test_the_span_is_whole_days_of_utc():
    assert SCOPE.end_ms - SCOPE.start_ms == 120 * 24 * HOUR_MS
    assert SCOPE.start_ms == 1_735_689_600_000


def test_a_local_time_is_told_in_utc_on_both_sides_of_a_changed_clock(spark):
    rows = table(spark, """
        n:day | n:hour | zone             | expected                 | b:is_weekend
        0     | 10     | UTC              | 2025-01-01T10:00:00.000Z | false
        3     | 10     | Europe/Berlin    | 2025-01-04T09:00:00.000Z | true
        88    | 10     | Europe/Berlin    | 2025-03-30T08:00:00.000Z | true
        4     | 20     | America/New_York | 2025-01-06T01:00:00.000Z | true
        5     | 0      | UTC              | 2025-01-06T00:00:00.000Z | false
    """)  # fmt: skip
    at = SCOPE.utc_ms(F.col("day"), F.col("hour") * HOUR_MS, F.col("zone"))
    got = rows.select(
        "expected", "is_weekend", iso_ms(at).alias("at"),
        SCOPE.is_weekend(F.col("day")).alias("weekend"),
    ).collect()  # fmt: skip
    assert [(r["at"], r["weekend"]) for r in got] == [(r["expected"], r["is_weekend"]) for r in got]
