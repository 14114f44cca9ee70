"""Sums over the days of a window that ends before as_of."""

from datetime import date

from pyspark.sql import functions as F

from desirelines.features import window_sums
from desirelines.features.window import ObservationWindow
from tests.support.tables import rows_of, table

WINDOW = ObservationWindow.ending(date(2026, 3, 1), days=10, zone="UTC")
DAYS = """
    person_id | day        | n:visits | n:orders | first_at
    ann       | 2026-02-18 | 9        | 9        | 2026-02-18 12:00
    ann       | 2026-02-19 | 1        | 0        | 2026-02-18 12:00
    ann       | 2026-02-28 | 3        | 2        | 2026-02-18 12:00
    ann       | 2026-03-01 | 9        | 9        | 2026-02-18 12:00
    ben       | 2026-02-27 |          | 1        | 2026-02-27 12:00
    cat       | 2026-03-01 | 5        | 1        | 2026-03-01 12:00
"""


def test_days_from_the_first_to_the_one_before_as_of_count(spark):
    days = table(spark, DAYS).withColumn("day", F.col("day").cast("date"))
    got = days.groupBy("person_id").agg(
        window_sums.total("visits", WINDOW).alias("visits"),
        window_sums.share("orders", "visits", WINDOW).alias("share"),
        window_sums.visits_between(WINDOW, 2, 1).alias("before_yesterday"),
        window_sums.visits_between(WINDOW, 1, 0).alias("yesterday"),
        (window_sums.observed_us(WINDOW) / F.lit(86_400e6)).alias("observed"),
    )
    columns = ("person_id", "visits", "share", "before_yesterday", "yesterday", "observed")
    assert rows_of(got, *columns) == [
        ("ann", 4.0, 0.5, 0.0, 3.0, 10.0),  # seen before the window began
        ("ben", 0.0, None, 0.0, 0.0, 1.5),
        ("cat", 0.0, None, 0.0, 0.0, -0.5),
    ]


def test_more_than_all_is_all_and_unknown_stays_unknown(spark):
    rows = table(spark, "d:value | d:expected\n0.5 | 0.5\n1 | 1\n7 | 1\n |")
    got = rows.select("expected", window_sums.at_most_one(F.col("value")).alias("got")).collect()
    assert [r["got"] for r in got] == [r["expected"] for r in got]
