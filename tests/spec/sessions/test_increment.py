"""From when on the sessions of touched streams are rebuilt, and the known cause of the first."""

from pyspark.sql import functions as F

from desirelines.sessions.increment import (
    from_first_touched,
    from_overlapping,
    to_reach,
    with_known_cause,
)
from tests.support.tables import table

STANDING = """
    stream_id | session_key | started_at       | ended_at         | cause
    back      |             | 2026-03-01T08:00 | 2026-03-01T08:10 | first_event
    back      |             | 2026-03-01T09:00 | 2026-03-01T09:10 | user_changed
    long_ago  |             | 2026-01-05T08:00 | 2026-01-05T08:10 | first_event
    other     |             | 2026-03-01T09:00 | 2026-03-01T09:10 | first_event
    keyed     | k1          | 2026-02-01T09:00 | 2026-02-01T09:10 | first_event
    keyed     |             | 2026-02-01T09:10 | 2026-02-01T09:20 | session_key
"""
NEW = """
    stream_id | session_key | occurred_at      | from_at          | known_cause  | why
    back      |             | 2026-03-01T09:40 | 2026-03-01T09:00 | user_changed | second session
    long_ago  |             | 2026-03-01T09:40 | 2026-03-01T09:40 | idle_timeout | its own session
    fresh     |             | 2026-03-01T09:40 | 2026-03-01T09:40 |              | never seen
    keyed     | k1          | 2026-03-01T09:40 | 2026-02-01T09:00 |              | its key's session
"""


def test_streams_are_cut_from_their_first_touched_session_on(spark):
    new, sessions = table(spark, NEW), table(spark, STANDING)
    reach = to_reach(new, gap_us=30 * 60_000_000)
    keyed = new.filter(F.col("session_key").isNotNull()).select("stream_id", "session_key")
    touched = from_overlapping(from_first_touched(reach, sessions, keyed), sessions)
    got = {
        r["stream_id"]: (r["from_at"], r["known_cause"])
        for r in with_known_cause(touched, sessions).collect()
    }
    assert got == {r["stream_id"]: (r["from_at"], r["known_cause"]) for r in new.collect()}


def test_without_new_keys_sessions_of_keys_are_not_touched(spark):
    new, sessions = (
        table(spark, NEW).withColumn("session_key", F.lit(None).cast("string")),
        table(spark, STANDING),
    )
    touched = from_first_touched(to_reach(new, gap_us=30 * 60_000_000), sessions, None)
    got = touched.join(new.select("stream_id", "occurred_at"), "stream_id").filter(
        "stream_id = 'keyed'"
    )
    assert [r["from_at"] == r["occurred_at"] for r in got.collect()] == [True]
