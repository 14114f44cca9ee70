"""Which events may be used: consent at the time of the event and at as_of."""

from __future__ import annotations

from datetime import datetime

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F


def consent_intervals(consents: DataFrame, *, purpose: str, at: datetime) -> DataFrame:
    """Intervals of one purpose: key, is_granted, from_at, to_at (null: still holds), is_granted_now (the state at `at`)."""
    stated = consents.filter(F.col("purpose") == purpose)
    in_time = Window.partitionBy("key").orderBy("from_at", "is_granted")
    now = F.max_by(
        F.when(F.col("from_at") < F.lit(at), F.col("is_granted")),
        F.when(F.col("from_at") < F.lit(at), F.struct("from_at", "is_granted")),
    )
    return stated.select(
        "key", "is_granted", "from_at",
        F.lead("from_at").over(in_time).alias("to_at"),
        now.over(Window.partitionBy("key")).alias("is_granted_now"),
    )  # fmt: skip


def with_consent(events: DataFrame, intervals: DataFrame, *, unknown_is_granted: bool) -> DataFrame:
    """Add `is_consented`: granted at the event's time and now, for the stream and for the login; the stricter wins.

    Where nothing was ever stated, `unknown_is_granted` decides. The list of statements is broadcast: no shuffle of events.
    """
    for key, flag in (("stream_id", "_stream_consent"), ("user_key", "_user_consent")):
        side = F.broadcast(intervals.select(
            F.col("key").alias("_key"), "from_at", "to_at", (F.col("is_granted") & F.col("is_granted_now")).alias(flag)
        ))  # fmt: skip
        holds = (F.col(key) == F.col("_key")) & (F.col("occurred_at") >= F.col("from_at")) & (
            F.col("to_at").isNull() | (F.col("occurred_at") < F.col("to_at"))
        )  # fmt: skip
        events = events.join(side, holds, "left").drop("_key", "from_at", "to_at")
    either = F.least("_stream_consent", "_user_consent")  # least() skips null: one statement decides for both
    return events.withColumn("is_consented", F.coalesce(either, F.lit(unknown_is_granted))).drop(
        "_stream_consent", "_user_consent"
    )
