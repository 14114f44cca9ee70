"""The correction of a device's clock against plain Python's own times."""

from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyspark.sql import functions as F

from desirelines.events.times import corrected_for_clock

MOMENTS = st.integers(0, 4_000_000_000_000_000).map(
    lambda us: datetime.fromtimestamp(0, UTC) + timedelta(microseconds=us)
)
ROWS = st.lists(
    st.tuples(MOMENTS, MOMENTS | st.none(), MOMENTS | st.none()), min_size=1, max_size=40
)
SCHEMA = "no int, occurred timestamp, sent timestamp, received timestamp"


def micros(moment):
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def corrected(occurred, sent, received):
    if sent is None or received is None:
        return occurred
    return received - (sent - occurred)


def found(spark, rows):
    moments = spark.createDataFrame([(n, *row) for n, row in enumerate(rows)], SCHEMA)
    right = corrected_for_clock(*(F.col(c) for c in ("occurred", "sent", "received")))
    return [r[0] for r in moments.orderBy("no").select(F.unix_micros(right)).collect()]


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=ROWS, wrong_by=st.timedeltas(timedelta(days=-300), timedelta(days=300)))
def test_event_time_is_freed_of_the_device_s_clock_however_wrong_it_is(spark, rows, wrong_by):
    assert found(spark, rows) == [micros(corrected(*row)) for row in rows]
    complete = [row for row in rows if None not in row]
    by_a_wrong_clock = [
        (occurred + wrong_by, sent + wrong_by, received) for occurred, sent, received in complete
    ]
    if complete:
        assert found(spark, by_a_wrong_clock) == found(spark, complete)
