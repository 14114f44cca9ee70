"""The person of every identifier, and the people."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from desirelines.identities.links import rule_name


def to_identity_map(
    sightings: DataFrame, groups: DataFrame, followed: DataFrame, *, type_order: tuple[str, ...]
) -> DataFrame:
    """One row per identifier: key, key_type, person_id, first_seen_at, rule, component.

    A person is a group of identifiers. The person's id is the key of the earliest-seen identifier;
    on a tie, of the type that comes first in `type_order`, then the smaller key. `rule` is the
    strongest rule that links the identifier into its group. `sightings`: key, key_type,
    first_seen_at. `groups`: key, group_key, component_key; an identifier that is not there stands
    for itself. `followed`: key, other_key, rule_no of the links that are followed. Four shuffles,
    of identifiers.
    """
    ends = followed.select("key", "rule_no").unionByName(
        followed.select(F.col("other_key").alias("key"), "rule_no")
    )
    strongest = ends.groupBy("key").agg(F.min("rule_no").alias("_rule"))
    rows = sightings.join(groups, "key", "left").join(strongest, "key", "left")
    earliest = Window.partitionBy(F.coalesce("group_key", "key")).orderBy(
        "first_seen_at", type_rank(F.col("key_type"), type_order), "key_type", "key"
    )
    return rows.select(
        "key",
        "key_type",
        F.first("key").over(earliest).alias("person_id"),
        "first_seen_at",
        rule_name(F.col("_rule")).alias("rule"),
        F.xxhash64(F.coalesce("component_key", "key")).alias("component"),
    )


def type_rank(key_type: Column, type_order: tuple[str, ...]) -> Column:
    """Place of a type in the order; types the order does not name come last."""
    place = F.array_position(F.array(*(F.lit(t) for t in type_order)), key_type)
    return F.when(place > 0, place).otherwise(F.lit(len(type_order) + 1))


def to_people(identity_map: DataFrame) -> DataFrame:
    """One row per person: person_id, first_seen_at."""
    return identity_map.groupBy("person_id").agg(F.min("first_seen_at").alias("first_seen_at"))
