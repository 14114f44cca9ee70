"""Which events may be used: consent at the time of the event and at as_of."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F


def to_statements(events: DataFrame, purposes: Mapping[str, str]) -> DataFrame:
    """Consent statements in events: key, purpose, from_at, is_granted; one row for each moment.

    `purposes` have the column of their statement. One shuffle. A statement covers the stream it was
    made on and the login of the event: a person who refuses on one device has refused. If both were
    stated at the same moment, the refusal holds.
    """
    is_stated = F.coalesce(*(F.col(column) for column in purposes.values())).isNotNull()
    keys = F.array_compact(F.array_distinct(F.array("stream_id", "user_key")))
    answers = F.array(
        *(
            F.struct(F.lit(purpose).alias("purpose"), F.col(column).alias("is_granted"))
            for purpose, column in purposes.items()
        )
    )
    by_key = events.filter(is_stated).select(
        F.explode(keys).alias("key"), F.col("occurred_at").alias("from_at"), answers.alias("_all")
    )
    stated = by_key.select("key", "from_at", F.inline("_all"))
    return (
        stated.filter(F.col("is_granted").isNotNull())
        .groupBy("key", "purpose", "from_at")
        .agg(F.min("is_granted").alias("is_granted"))
    )


def to_agreement(
    consents: DataFrame, identity_map: DataFrame, purposes: Mapping[str, str], *, at: datetime
) -> DataFrame:
    """One row per person who stated something: person_id, and the column of each purpose.

    It is true for a person of whose identifiers one agrees at `at` and none refuses, false where
    one refuses, and null where none said anything. `identity_map` holds key and person_id as they
    are now; who is not in it is a person of one identifier. Three shuffles of the statements.
    """
    stated = consents.filter(F.col("purpose").isin(*purposes) & (F.col("from_at") < F.lit(at)))
    newest = stated.groupBy("key", "purpose").agg(
        F.max_by("is_granted", "from_at").alias("is_granted")
    )
    owned = newest.join(identity_map.select("key", "person_id"), "key", "left")
    return owned.groupBy(F.coalesce("person_id", "key").alias("person_id")).agg(
        *(
            F.min(F.when(F.col("purpose") == purpose, F.col("is_granted"))).alias(column)
            for purpose, column in purposes.items()
        )
    )


def consent_intervals(consents: DataFrame, *, purpose: str, at: datetime) -> DataFrame:
    """Intervals of one purpose: key, is_granted, from_at, to_at, is_granted_now.

    `to_at` is null where the interval still holds. `is_granted_now` is the state at `at`. The time
    before a key's first statement is an interval as well: from_at and is_granted are null.
    """
    stated = consents.filter(F.col("purpose") == purpose)
    in_time = Window.partitionBy("key").orderBy("from_at", "is_granted")
    now = F.max_by(
        F.when(F.col("from_at") < F.lit(at), F.col("is_granted")),
        F.when(F.col("from_at") < F.lit(at), F.struct("from_at", "is_granted")),
    )
    intervals = stated.select(
        "key",
        "is_granted",
        "from_at",
        F.lead("from_at").over(in_time).alias("to_at"),
        now.over(Window.partitionBy("key")).alias("is_granted_now"),
        F.row_number().over(in_time).alias("_number"),
    )
    itself = F.struct("is_granted", "from_at", "to_at")
    before = F.struct(
        F.lit(None).cast("boolean").alias("is_granted"),
        F.lit(None).cast("timestamp").alias("from_at"),
        F.col("from_at").alias("to_at"),
    )
    both = F.when(F.col("_number") == 1, F.array(before, itself)).otherwise(F.array(itself))
    return intervals.select("key", "is_granted_now", F.inline(both)).select(
        "key", "is_granted", "from_at", "to_at", "is_granted_now"
    )


def to_refusals(intervals: DataFrame, identity_map: DataFrame) -> DataFrame:
    """Spans in which one of a person's identifiers refuses: person_id, from_at, to_at.

    Null means without start or without end. A person who refuses now has refused for all times.
    `identity_map` holds key and person_id as they are now.
    """
    # A key that refuses now has an interval of refusal without end.
    refuses_now = ~F.coalesce("is_granted_now", F.lit(True))
    spans = intervals.filter(~F.col("is_granted")).select(
        "key", *(F.when(~refuses_now, F.col(c)).alias(c) for c in ("from_at", "to_at"))
    )
    return identity_map.select("key", "person_id").join(F.broadcast(spans), "key").drop("key")


def drop_refused(rows: DataFrame, refusals: DataFrame, *, began: str, ended: str) -> DataFrame:
    """Drop what people did while one of their identifiers refused.

    Merged people have the strictest state of all their identifiers. A row spans `began` to `ended`,
    both included. The list is broadcast: no shuffle of the rows.
    """
    spans = refusals.select(F.col("person_id").alias("_person"), "from_at", "to_at")
    lies_in = (
        (F.col("person_id") == F.col("_person"))
        & (F.col("from_at").isNull() | (F.col(ended) >= F.col("from_at")))
        & (F.col("to_at").isNull() | (F.col(began) < F.col("to_at")))
    )
    return rows.join(F.broadcast(spans), lies_in, "left_anti")


def with_consent(events: DataFrame, intervals: DataFrame, *, unknown_is_granted: bool) -> DataFrame:
    """Add `is_consented`: granted at the event's time and now, for the stream and the login.

    The stricter of the two decides. Where nothing was stated up to then, `unknown_is_granted`
    decides, unless the key refuses now. The list of statements is broadcast: no shuffle of events.
    """
    for key, flag in (("stream_id", "_stream_consent"), ("user_key", "_user_consent")):
        side = F.broadcast(
            intervals.select(
                F.col("key").alias("_key"),
                "from_at",
                "to_at",
                (F.col("is_granted") & F.col("is_granted_now")).alias(flag),
            )
        )
        holds = (
            (F.col(key) == F.col("_key"))
            & (F.col("from_at").isNull() | (F.col("occurred_at") >= F.col("from_at")))
            & (F.col("to_at").isNull() | (F.col("occurred_at") < F.col("to_at")))
        )
        events = events.join(side, holds, "left").drop("_key", "from_at", "to_at")
    # least() skips null: one statement decides for both.
    either = F.least("_stream_consent", "_user_consent")
    return events.withColumn("is_consented", F.coalesce(either, F.lit(unknown_is_granted))).drop(
        "_stream_consent", "_user_consent"
    )
