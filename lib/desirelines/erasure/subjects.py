"""Who a request is about: their people, their identifiers, and those that are others' as well."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F


def to_people_of(keys: DataFrame, identity_map: DataFrame) -> DataFrame:
    """The people to whom identifiers belong now: person_id. `keys` holds key."""
    open_rows = identity_map.filter(F.col("to_run").isNull())
    return open_rows.join(keys, "key", "left_semi").select("person_id").distinct()


def to_own_keys(keys: DataFrame, people: DataFrame, identity_map: DataFrame) -> DataFrame:
    """The identifiers that belong to people now, and those that were asked for: key."""
    open_rows = identity_map.filter(F.col("to_run").isNull())
    theirs = open_rows.join(people, "person_id", "left_semi").select("key")
    return theirs.unionByName(keys.select("key")).distinct()


def to_shared_keys(
    own_keys: DataFrame,
    people: DataFrame,
    links: DataFrame,
    owners: DataFrame,
    *,
    login_type: str,
) -> DataFrame:
    """Identifiers of people that are others' as well: key.

    A stream of theirs is shared if somebody else owns a part of it (`owners`: open rows of
    stream_owners), or if a login that is not theirs was seen with it (`links`: identity_links). A
    stream of somebody else is, if they own a part of it, or their login was seen with it. A login
    is nobody else's.
    """
    of_others = (
        owners.join(people, "person_id", "left_anti")
        .select(F.col("stream_id").alias("key"))
        .distinct()
    )
    logins = links.filter(
        (F.col("other_type") == login_type)
        & (F.col("key_type") != login_type)
        & (F.col("key") != F.col("other_key"))
    )
    theirs = own_keys.select(F.col("key").alias("other_key"))
    with_others = logins.join(theirs, "other_key", "left_anti").select("key").distinct()
    both = of_others.unionByName(with_others).distinct()
    owned = owners.join(people, "person_id", "left_semi").select(F.col("stream_id").alias("key"))
    with_theirs = logins.join(theirs, "other_key", "left_semi").select("key")
    of_somebody_else = owned.unionByName(with_theirs).join(own_keys, "key", "left_anti")
    return own_keys.join(both, "key", "left_semi").unionByName(of_somebody_else).distinct()


def to_ids_ever(keys: DataFrame, identity_map: DataFrame) -> DataFrame:
    """The ids that the people of identifiers have had in any run: person_id.

    Rows under such an id are made of what they did, also where others were merged with them.
    """
    return identity_map.join(keys, "key", "left_semi").select("person_id").distinct()


def to_owned_events(events: DataFrame, intervals: DataFrame) -> DataFrame:
    """Events without a login on streams that several people use, while these people owned them.

    `intervals`: stream_id, from_at, to_at (null for no end); the end is not included.
    """
    spans = intervals.select(F.col("stream_id").alias("_stream"), "from_at", "to_at")
    inside: Column = (
        (F.col("stream_id") == F.col("_stream"))
        & (F.col("occurred_at") >= F.col("from_at"))
        & (F.col("to_at").isNull() | (F.col("occurred_at") < F.col("to_at")))
    )
    return events.filter(F.col("user_key").isNull()).join(F.broadcast(spans), inside, "left_semi")
