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


ON_THE_WAY = 30
"""Minutes for which a difference may be the way of the message."""


def corrected(occurred, sent, received):
    if None in (sent, received) or abs(received - sent) <= timedelta(minutes=ON_THE_WAY):
        return occurred
    return received - (sent - occurred)


def found(spark, rows):
    moments = spark.createDataFrame([(n, *row) for n, row in enumerate(rows)], SCHEMA)
    times = (F.col(c) for c in ("occurred", "sent", "received"))
    right = corrected_for_clock(*times, ON_THE_WAY)
    return [r[0] for r in moments.orderBy("no").select(F.unix_micros(right)).collect()]


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=ROWS, wrong_by=st.timedeltas(timedelta(days=-300), timedelta(days=300)))
def test_event_time_is_freed_of_the_device_s_clock_however_wrong_it_is(spark, rows, wrong_by):
    assert found(spark, rows) == [micros(corrected(*row)) for row in rows]
    far_apart = timedelta(days=400)
    complete = [row for row in rows if None not in row and abs(row[2] - row[1]) > far_apart]
    by_a_wrong_clock = [
        (occurred + wrong_by, sent + wrong_by, received) for occurred, sent, received in complete
    ]
    if complete:
        assert found(spark, by_a_wrong_clock) == found(spark, complete)
