"""Members of an older run as people of today: identities may have merged or split since."""

from __future__ import annotations

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from desirelines.columns.keys import bucket_of


def to_people_since(
    people: DataFrame, identity_map: DataFrame, stream_owners: DataFrame, until: DataFrame
) -> DataFrame:
    """Who the people of an older run are today: old_person_id, person_id, one row per pair.

    `people` has a column person_id; `identity_map` and `stream_owners` have rows of all runs;
    `until` names the runs up to the older one (run_id). A person is today everybody who owns one
    of their identifiers: somebody else after a merge, several after a split. A stream that stood
    for itself is its owners of today. Everybody else is who they were.
    """
    runs = F.broadcast(until.select("run_id").distinct())
    began = identity_map.join(runs, F.col("from_run") == F.col("run_id"), "left_semi")
    then = began.join(runs, F.col("to_run") == F.col("run_id"), "left_anti").select(
        "key", F.col("person_id").alias("old_person_id")
    )
    now = identity_map.filter(F.col("to_run").isNull()).select("key", "person_id")
    by_key = then.join(now, "key").select("old_person_id", "person_id")
    owners = stream_owners.filter(F.col("to_run").isNull()).select(
        F.col("stream_id").alias("old_person_id"), "person_id"
    )
    by_stream = owners.join(then.select("old_person_id").distinct(), "old_person_id", "left_anti")
    found = by_key.unionByName(by_stream).distinct()
    old = people.select(F.col("person_id").alias("old_person_id")).distinct()
    return old.join(found, "old_person_id", "left").select(
        "old_person_id", F.coalesce("person_id", "old_person_id").alias("person_id")
    )


def to_restored_members(members: DataFrame, people_since: DataFrame, *, buckets: int) -> DataFrame:
    """Members of the older run as people of today: person_id, bucket, segment_id, is_primary.

    Who is several people of then is in all their rule segments, and of their main segments in the
    one that somebody entered first, on a tie the first by id.
    """
    of_today = members.withColumnRenamed("person_id", "old_person_id").join(
        people_since, "old_person_id"
    )
    rows = of_today.groupBy("person_id", "segment_id").agg(
        F.max("is_primary").alias("is_primary"), F.min("since_on").alias("since_on")
    )
    place = F.row_number().over(
        Window.partitionBy("person_id", "is_primary").orderBy("since_on", "segment_id")
    )
    is_kept = ~F.col("is_primary") | (F.col("_place") == 1)
    return (
        rows.withColumn("_place", place)
        .filter(is_kept)
        .select(
            "person_id",
            bucket_of(F.col("person_id"), buckets).alias("bucket"),
            "segment_id",
            "is_primary",
        )
    )
