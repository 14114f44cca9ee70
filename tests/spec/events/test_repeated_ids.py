"""Several events with one id."""

from datetime import date

from pyspark.sql import functions as F

from desirelines.events.repeated_ids import to_repeated_ids, to_repeats
from tests.support.tables import rows_of, table

EVENTS = """
    source | stream_id | event_id | occurred_at
    shop   | ann       | 1        | 2026-03-01T10:00:00
    shop   | ann       | 2        | 2026-03-01T10:00:00
    shop   | bob       | 2        | 2026-03-20T10:00:00
    shop   | ann       | 3        | 2026-03-01T10:00:00
    shop   | ann       | 3        | 2026-03-08T10:00:01
    shop   | ann       | 4        | 2026-03-01T10:00:00
    shop   | ann       | 4        | 2026-03-08T10:00:00
    shop   | bob       | 5        | 2026-03-01T10:00:00
    shop   | bob       | 5        | 2026-03-01T10:00:00
    shop   | cat       | 5        | 2026-02-01T10:00:00
    crm    | ann       | 1        | 2026-03-01T10:00:00
"""
COLUMNS = ("source", "event_id", "stream_count", "event_count", "is_far", "is_near")


def test_an_id_in_two_streams_or_twice_in_one_is_told_with_how_far_apart(spark):
    found = to_repeated_ids(table(spark, EVENTS), 7)
    assert rows_of(found, *COLUMNS) == [
        ("shop", "2", 2, 2, False, False),
        ("shop", "3", 1, 2, True, False),  # a second more than seven days
        ("shop", "4", 1, 2, False, True),  # seven days
        ("shop", "5", 2, 3, False, True),  # both
    ]


def test_repeats_are_counted_by_source_with_their_days(spark):
    found = to_repeats(to_repeated_ids(table(spark, EVENTS), 7)).collect()
    assert [tuple(r) for r in found] == [("shop", 2, 1, 2, date(2026, 2, 1), date(2026, 3, 20))]


def test_of_events_with_ids_of_their_own_nothing_is_told(spark):
    alone = table(spark, EVENTS).filter(F.col("source") == "crm")
    assert to_repeats(to_repeated_ids(alone, 7)).collect() == []


def test_one_shuffle_by_source_and_id_and_a_small_one_by_source(spark):
    plan = (
        to_repeats(to_repeated_ids(table(spark, EVENTS), 7))
        ._jdf.queryExecution()
        .executedPlan()
        .toString()
    )
    assert plan.count("Exchange") == 2
