"""The owner of each stream over time.

On a device where several people log in, each login assigns a stretch of time to its person.
"""

from __future__ import annotations

from typing import Literal

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F
from pyspark.sql.window import WindowSpec

Attribution = Literal["next_login", "last_login", "never"]
BEGINNING_US = 0
"""Start of an interval with nothing before it (1970, in microseconds)."""


def to_login_people(pairs: DataFrame, identity_map: DataFrame, *, login_type: str) -> DataFrame:
    """One row per stream and person whose login was seen on it: stream_id, person_id.

    `pairs` holds key, key_type, other_key, other_type in either direction or both.
    """
    turned = pairs.select(
        F.col("other_key").alias("key"),
        F.col("other_type").alias("key_type"),
        F.col("key").alias("other_key"),
        F.col("key_type").alias("other_type"),
    )
    both = pairs.select(turned.columns).unionByName(turned)
    logins = both.filter((F.col("other_type") == login_type) & (F.col("key_type") != login_type))
    people = identity_map.select(F.col("key").alias("other_key"), "person_id")
    return (
        logins.join(people, "other_key")
        .select(F.col("key").alias("stream_id"), "person_id")
        .distinct()
    )


def to_shared_streams(login_people: DataFrame) -> DataFrame:
    """Streams on which two or more people logged in: stream_id."""
    people = login_people.groupBy("stream_id").agg(F.count("*").alias("_people"))
    return people.filter(F.col("_people") > 1).select("stream_id")


def to_stream_owners(
    streams: DataFrame, logins: DataFrame, *, attribution: Attribution, within_us: int
) -> DataFrame:
    """One row per stream and interval of event time: stream_id, person_id, from_at, to_at.

    to_at is null for no end. `streams` holds stream_id, person_id (of the stream itself as an
    identifier) and is_shared. A stream of one person gets one interval without end. `logins` holds
    stream_id, occurred_at and person_id of the events of shared streams that carry a login. With
    `next_login` an event belongs to the person who logs in next, at most `within_us` later; with
    `last_login` to the person who logged in last, at most `within_us` earlier. With `never`, and
    beyond `within_us`, it belongs to the stream itself. A login event always belongs to its person.
    """
    alone = streams.filter(~F.col("is_shared")).select(
        "stream_id",
        "person_id",
        F.lit(BEGINNING_US).cast("long").alias("from_us"),
        F.lit(None).cast("long").alias("to_us"),
    )
    spells = _spells(logins, within_us)
    in_time = Window.partitionBy("stream_id").orderBy("first_us")
    before, after = F.lag("last_us").over(in_time) + 1, F.lead("first_us").over(in_time)
    reach = {
        "next_login": (F.greatest(F.col("first_us") - within_us, before), F.col("last_us") + 1),
        "last_login": (F.col("first_us"), F.least(F.col("last_us") + within_us, after)),
        "never": (F.col("first_us"), F.col("last_us") + 1),
    }[attribution]
    owned = spells.select(
        "stream_id", "person_id", reach[0].alias("from_us"), reach[1].alias("to_us")
    )
    # Of two logins in one microsecond the second has an empty interval.
    owned = owned.filter("from_us < to_us")
    themselves = streams.filter("is_shared").select("stream_id", F.col("person_id").alias("_own"))
    timeline = owned.join(themselves, "stream_id").withColumn(
        "_then", F.lead("from_us").over(_by_start())
    )
    gaps = timeline.filter(F.col("_then").isNull() | (F.col("_then") > F.col("to_us"))).select(
        "stream_id",
        F.col("_own").alias("person_id"),
        F.col("to_us").alias("from_us"),
        F.col("_then").alias("to_us"),
    )
    first = timeline.groupBy("stream_id", "_own").agg(F.min("from_us").alias("to_us"))
    beginning = first.select(
        "stream_id",
        F.col("_own").alias("person_id"),
        F.lit(BEGINNING_US).cast("long").alias("from_us"),
        "to_us",
    )
    every = alone.unionByName(owned).unionByName(gaps).unionByName(beginning)
    return every.select(
        "stream_id",
        "person_id",
        _instant("from_us").alias("from_at"),
        _instant("to_us").alias("to_at"),
    )


def with_person(
    sessions: DataFrame, identity_map: DataFrame, stream_owners: DataFrame
) -> DataFrame:
    """Add `person_id` to sessions.

    It is the person of the login; else the stream's owner at the session's start; else the stream.
    """
    logins = identity_map.select(
        F.col("key").alias("user_key"), F.col("person_id").alias("_of_login")
    )
    owners = stream_owners.select(
        "stream_id", F.col("person_id").alias("_of_stream"), "from_at", "to_at"
    )
    at_start = (
        (F.col("o.stream_id") == F.col("s.stream_id"))
        & (F.col("s.started_at") >= F.col("o.from_at"))
        & (F.col("o.to_at").isNull() | (F.col("s.started_at") < F.col("o.to_at")))
    )
    owned = (
        sessions.alias("s").join(owners.alias("o"), at_start, "left").select("s.*", "_of_stream")
    )
    person = F.coalesce("_of_login", "_of_stream", "stream_id")
    return (
        owned.join(logins, "user_key", "left")
        .withColumn("person_id", person)
        .drop("_of_login", "_of_stream")
    )


def _spells(logins: DataFrame, within_us: int) -> DataFrame:
    """Runs of one person's logins on one stream, each at most `within_us` after the one before.

    Columns: stream_id, person_id, first_us, last_us.
    """
    rows = logins.select("stream_id", "person_id", F.unix_micros("occurred_at").alias("at_us"))
    in_time = Window.partitionBy("stream_id").orderBy("at_us", "person_id")
    is_new = (F.lag("person_id").over(in_time) != F.col("person_id")) | (
        F.col("at_us") - F.lag("at_us").over(in_time) > within_us
    )
    counted = rows.withColumn("_new", F.coalesce(is_new, F.lit(True)).cast("int"))
    numbered = counted.withColumn(
        "_spell", F.sum("_new").over(in_time.rowsBetween(Window.unboundedPreceding, 0))
    )
    return numbered.groupBy("stream_id", "_spell", "person_id").agg(
        F.min("at_us").alias("first_us"), F.max("at_us").alias("last_us")
    )


def _by_start() -> WindowSpec:
    return Window.partitionBy("stream_id").orderBy("from_us")


def _instant(name: str) -> Column:
    return F.timestamp_micros(F.col(name))
