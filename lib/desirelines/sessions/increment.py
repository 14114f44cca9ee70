"""Which streams new events touch, and from when on their sessions have to be cut anew."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F


def to_reach(new_events: DataFrame, *, gap_us: int) -> DataFrame:
    """One row per stream of the new events: stream_id, from_at (its first new event), reach_at (that less the gap), has_key.

    `reach_at` is null where every new event has a session key: such events join no session but their key's. `has_key` says whether any has one.
    """
    has_key = F.col("session_key").isNotNull()
    plain = F.min(F.when(~has_key, F.unix_micros("occurred_at")))
    return new_events.groupBy("stream_id").agg(
        F.min("occurred_at").alias("from_at"), F.timestamp_micros(plain - F.lit(gap_us)).alias("reach_at"),
        F.max(has_key).alias("has_key"),
    )  # fmt: skip


def from_first_touched(reach: DataFrame, sessions: DataFrame, keyed: DataFrame | None) -> DataFrame:
    """Move `from_at` back to where the first touched session begins: stream_id, from_at.

    StreamsToRebuild is the first session of the gap that ends at or after `reach_at`, and every one with a key of `keyed` (stream_id,
    session_key; None where no new event has a key). `sessions` are all that stand of these streams.
    """
    own = sessions.join(reach.select("stream_id", "reach_at"), "stream_id")
    is_touched = F.col("session_key").isNull() & (F.col("ended_at") >= F.col("reach_at"))
    if keyed is not None:
        own = own.join(
            keyed.withColumn("_is_key", F.lit(True)), ["stream_id", "session_key"], "left"
        )
        is_touched |= F.col("_is_key")
    return _moved_back(reach, own.filter(is_touched))


def from_overlapping(touched: DataFrame, sessions: DataFrame) -> DataFrame:
    """Move `from_at` back to the begin of the earliest session that is not over before it.

    A session may end in the very microsecond in which the next begins, and sessions of keys may lie across each other; where
    nothing lies across `from_at`, the events from there on are those of the sessions from there on.
    """
    across = sessions.join(touched, "stream_id").filter(
        (F.col("started_at") < F.col("from_at")) & (F.col("ended_at") >= F.col("from_at"))
    )
    return _moved_back(touched, across.drop("from_at"))


def with_known_cause(touched: DataFrame, sessions: DataFrame) -> DataFrame:
    """Add `known_cause`: of the session of the gap that stands at `from_at`; where none does but earlier ones do, `idle_timeout`.

    One row per stream: stream_id, from_at, known_cause (null where the stream has no session up to there).
    """
    up_to = (
        sessions.filter(F.col("session_key").isNull())
        .join(touched, "stream_id")
        .filter("started_at <= from_at")
    )
    stood = F.min(F.when(F.col("started_at") == F.col("from_at"), F.col("cause")))
    causes = up_to.groupBy("stream_id").agg(
        F.coalesce(stood, F.lit("idle_timeout")).alias("known_cause")
    )
    return touched.select("stream_id", "from_at").join(causes, "stream_id", "left")


def with_known_causes(sessions: DataFrame, causes: DataFrame) -> DataFrame:
    """Set the cause of the first session of a stream that was cut from its middle on.

    `causes` are as `with_known_cause` gives them; where `known_cause` is null, the kernel's word holds.
    """
    known = causes.select("stream_id", F.col("from_at").alias("started_at"), "known_cause")
    is_first = F.col("cause") == "first_event"
    joined = sessions.join(known, ["stream_id", "started_at"], "left")
    cause = F.when(is_first, F.coalesce("known_cause", "cause")).otherwise(F.col("cause"))
    return joined.withColumn("cause", cause).select(sessions.columns)


def _moved_back(touched: DataFrame, found: DataFrame) -> DataFrame:
    earliest = found.groupBy("stream_id").agg(F.min("started_at").alias("_started_at"))
    back = touched.join(earliest, "stream_id", "left")
    return back.select("stream_id", F.least("from_at", "_started_at").alias("from_at"))
