"""Which streams new events touch, and from when their sessions must be rebuilt."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F


def to_reach(new_events: DataFrame, *, gap_us: int) -> DataFrame:
    """One row per stream of the new events: stream_id, from_at, reach_at, has_key.

    `from_at` is the stream's first new event. `reach_at` is the first new event without a session
    key, less the gap. It is null where every new event has a session key: such an event joins only
    the session of its key. `has_key` is true where any new event has a key.
    """
    has_key = F.col("session_key").isNotNull()
    plain = F.min(F.when(~has_key, F.unix_micros("occurred_at")))
    return new_events.groupBy("stream_id").agg(
        F.min("occurred_at").alias("from_at"),
        F.timestamp_micros(plain - F.lit(gap_us)).alias("reach_at"),
        F.max(has_key).alias("has_key"),
    )


def from_first_touched(reach: DataFrame, sessions: DataFrame, keyed: DataFrame | None) -> DataFrame:
    """Move `from_at` back to the start of the first touched session: stream_id, from_at.

    Touched are the first gap session that ends at or after `reach_at`, and every session with a key
    of `keyed`. `keyed` has stream_id and session_key; it is None where no new event has a key.
    `sessions` holds all existing sessions of these streams.
    """
    candidates = sessions.join(reach.select("stream_id", "reach_at"), "stream_id")
    is_touched = F.col("session_key").isNull() & (F.col("ended_at") >= F.col("reach_at"))
    if keyed is not None:
        candidates = candidates.join(
            keyed.withColumn("_is_key", F.lit(True)), ["stream_id", "session_key"], "left"
        )
        is_touched |= F.col("_is_key")
    return _moved_back(reach, candidates.filter(is_touched))


def from_overlapping(touched: DataFrame, sessions: DataFrame) -> DataFrame:
    """Move `from_at` back to the start of the earliest session that is not over before it.

    A session may end in the same microsecond in which the next one begins, and sessions with keys
    may overlap. Where no session spans `from_at`, the events from there on are exactly the events
    of the sessions from there on.
    """
    across = sessions.join(touched, "stream_id").filter(
        (F.col("started_at") < F.col("from_at")) & (F.col("ended_at") >= F.col("from_at"))
    )
    return _moved_back(touched, across.drop("from_at"))


def with_known_cause(touched: DataFrame, sessions: DataFrame) -> DataFrame:
    """Add `known_cause`: the cause of the gap session that starts at `from_at`.

    It is `idle_timeout` where no gap session of known cause starts there but earlier ones exist.
    One row per stream: stream_id, from_at, known_cause (null where there are none of these).
    """
    up_to = (
        sessions.filter(F.col("session_key").isNull())
        .join(touched, "stream_id")
        .filter("started_at <= from_at")
    )
    cause_there = F.min(F.when(F.col("started_at") == F.col("from_at"), F.col("cause")))
    is_later = F.max(F.col("started_at") < F.col("from_at"))
    causes = up_to.groupBy("stream_id").agg(
        F.coalesce(cause_there, F.when(is_later, F.lit("idle_timeout"))).alias("known_cause")
    )
    return touched.select("stream_id", "from_at").join(causes, "stream_id", "left")


def with_known_causes(sessions: DataFrame, causes: DataFrame) -> DataFrame:
    """Set the cause of the first rebuilt session of a stream that was not rebuilt from its start.

    `causes` come from `with_known_cause`. Where `known_cause` is null, the kernel's cause stays.
    """
    by_start = causes.select("stream_id", F.col("from_at").alias("started_at"), "known_cause")
    is_first = F.col("cause") == "first_event"
    joined = sessions.join(by_start, ["stream_id", "started_at"], "left")
    cause = F.when(is_first, F.coalesce("known_cause", "cause")).otherwise(F.col("cause"))
    return joined.withColumn("cause", cause).select(sessions.columns)


def _moved_back(touched: DataFrame, touched_sessions: DataFrame) -> DataFrame:
    earliest = touched_sessions.groupBy("stream_id").agg(F.min("started_at").alias("_started_at"))
    back = touched.join(earliest, "stream_id", "left")
    return back.select("stream_id", F.least("from_at", "_started_at").alias("from_at"))
