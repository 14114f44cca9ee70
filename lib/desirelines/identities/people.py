"""Who is who: the simple tier. A login makes a person; what was seen with a login belongs to the last one seen with it."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F


def to_identity_map(links: DataFrame, *, login_type: str, type_order: tuple[str, ...]) -> DataFrame:
    """One row per identifier: key, key_type, person_id, first_seen_at, rule.

    Rule: an identifier that was ever seen together with a login (`login_type`) belongs to the login it was last seen with
    (on a tie the more frequent, then the smaller key); a login, and what was never seen with one, stands for itself. A
    person's id is the key of the earliest-seen identifier of theirs; on a tie the type that comes first in `type_order`,
    then the smaller key. Three shuffles, of identifiers, not of events.
    """
    totals = links.groupBy("key", "key_type", "other_key", "other_type").agg(
        F.min("first_at").alias("first_at"), F.max("last_at").alias("last_at"), F.sum("link_count").alias("link_count")
    )
    is_login = (F.col("other_type") == login_type) & (F.col("key_type") != login_type)
    newest = Window.partitionBy("key").orderBy(
        F.when(is_login, F.col("last_at")).desc_nulls_last(),
        F.when(is_login, F.col("link_count")).desc_nulls_last(),
        F.col("other_key").asc(),
    )
    identifiers = totals.withColumns({
        "_login": F.first(F.when(is_login, F.col("other_key"))).over(newest),
        "first_seen_at": F.min("first_at").over(Window.partitionBy("key")),
    }).filter(F.col("key") == F.col("other_key"))  # fmt: skip
    identifiers = identifiers.select(
        "key", "key_type", "first_seen_at",
        F.coalesce("_login", "key").alias("_group"),
        F.when(F.col("_login").isNotNull(), F.lit("login")).otherwise(F.lit("itself")).alias("rule"),
    )  # fmt: skip
    earliest = Window.partitionBy("_group").orderBy(
        "first_seen_at", type_rank(F.col("key_type"), type_order), "key_type", "key"
    )
    return identifiers.withColumn("person_id", F.first("key").over(earliest)).drop("_group")


def type_rank(key_type: Column, type_order: tuple[str, ...]) -> Column:
    """Place of a type in the order; types the order does not name come last."""
    place = F.array_position(F.array(*(F.lit(t) for t in type_order)), key_type)
    return F.when(place > 0, place).otherwise(F.lit(len(type_order) + 1))


def to_stream_owners(identity_map: DataFrame) -> DataFrame:
    """One row per identifier that may be a stream: stream_id, person_id, from_at, to_at. One interval, open at both ends."""
    return identity_map.select(
        F.col("key").alias("stream_id"), "person_id",
        F.lit("1970-01-01 00:00:00").cast("timestamp").alias("from_at"), F.lit(None).cast("timestamp").alias("to_at"),
    )  # fmt: skip


def to_people(identity_map: DataFrame) -> DataFrame:
    """One row per person: person_id, first_seen_at."""
    return identity_map.groupBy("person_id").agg(F.min("first_seen_at").alias("first_seen_at"))


def with_person(sessions: DataFrame, identity_map: DataFrame, stream_owners: DataFrame) -> DataFrame:
    """Add `person_id` to sessions: the person of the login; else the stream's owner at the start; else the stream itself."""
    logins = identity_map.select(F.col("key").alias("user_key"), F.col("person_id").alias("_of_login"))
    owners = stream_owners.select("stream_id", F.col("person_id").alias("_of_stream"), "from_at", "to_at")
    at_start = (F.col("o.stream_id") == F.col("s.stream_id")) & (F.col("s.started_at") >= F.col("o.from_at")) & (
        F.col("o.to_at").isNull() | (F.col("s.started_at") < F.col("o.to_at"))
    )  # fmt: skip
    owned = sessions.alias("s").join(owners.alias("o"), at_start, "left").select("s.*", "_of_stream")
    person = F.coalesce("_of_login", "_of_stream", "stream_id")
    return owned.join(logins, "user_key", "left").withColumn("person_id", person).drop("_of_login", "_of_stream")
