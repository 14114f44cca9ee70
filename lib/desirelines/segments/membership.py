"""Who is in which segment."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F


def to_memberships(
    answers: DataFrame,
    assigned: DataFrame,
    cluster_segments: dict[int, str],
    rules: Mapping[str, Column],
    *,
    primary: Collection[str],
) -> DataFrame:
    """One row per person and segment: person_id, bucket, segment_id, is_primary.

    A person is in the segment of their cluster, which is primary, and in every rule segment whose
    condition over `answers` is true; null is no membership. The segments in `primary` are the main
    ones of their members, whom `assigned` excludes.
    """
    names = F.create_map(
        *(
            F.lit(part)
            for cluster, segment in sorted(cluster_segments.items())
            for part in (cluster, segment)
        )
    )
    by_cluster = assigned.select(
        "person_id",
        "bucket",
        F.element_at(names, F.col("cluster").cast("int")).alias("segment_id"),
        F.lit(True).alias("is_primary"),
    )
    fitting = F.array_compact(
        F.array(
            *(
                F.when(
                    F.coalesce(condition, F.lit(False)),
                    F.struct(
                        F.lit(segment_id).alias("segment_id"),
                        F.lit(segment_id in primary).alias("is_primary"),
                    ),
                )
                for segment_id, condition in rules.items()
            )
        )
    )
    by_rule = answers.select("person_id", "bucket", F.inline(fitting))
    return by_cluster.unionByName(by_rule)
