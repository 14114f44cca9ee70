"""Whole paths: the most frequent ways through a session."""

from __future__ import annotations

from collections.abc import Collection

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from desirelines.columns.small_groups import keep_publishable
from desirelines.paths.person_batches import ALL


def to_top_paths(
    sessions: DataFrame, members: DataFrame, *, most: int, overlapping: Collection[str] = ()
) -> DataFrame:
    """The most frequent paths of each segment, and of all: segment_id, path, sessions_count, share.

    A path is a session's steps, with direct repeats collapsed. Left out are paths of fewer than ten
    people, paths of a single step, and those by which a left-out path could be computed
    (`overlapping` are the segments that do not divide everybody). The share is of all sessions of
    the segment. Ties go by alphabet.
    """
    compact = F.expr(
        "transform(filter(transform(steps, (s, i) -> struct(s, i)), "
        "x -> x.i = 0 OR x.s != steps[x.i - 1]), x -> x.s)"
    )
    paths = sessions.select("person_id", compact.alias("path"))
    segments = members.select("person_id", "segment_id").unionByName(
        sessions.select("person_id").distinct().withColumn("segment_id", F.lit(ALL))
    )
    counted = (
        paths.join(segments, "person_id")
        .groupBy("segment_id", "path")
        .agg(
            F.count("*").alias("sessions_count"),
            F.count_distinct("person_id").alias("people_count"),
        )
    )
    shares = counted.withColumn(
        "share",
        F.col("sessions_count") / F.sum("sessions_count").over(Window.partitionBy("segment_id")),
    )
    publishable = keep_publishable(
        shares.filter(F.size("path") > 1), "path", overlapping=overlapping
    )
    rank = Window.partitionBy("segment_id").orderBy(
        F.col("sessions_count").desc(), F.to_json("path")
    )
    return (
        publishable.withColumn("_rank", F.row_number().over(rank))
        .filter(F.col("_rank") <= most)
        .drop("_rank", "people_count")
    )
