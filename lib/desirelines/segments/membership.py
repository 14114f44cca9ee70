"""Who is in which segment."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from desirelines.segments.shipped_rules import RuleSegment


def to_memberships(
    features: DataFrame,
    assigned: DataFrame,
    cluster_segments: dict[int, str],
    rules: tuple[RuleSegment, ...],
) -> DataFrame:
    """One row per person and segment: person_id, bucket, segment_id, is_primary.

    A person is in the segment of their cluster, which is primary, and in every rule segment whose
    condition is true. `assigned` excludes people whose primary segment comes from a rule.
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
                    F.coalesce(r.condition, F.lit(False)),
                    F.struct(
                        F.lit(r.segment_id).alias("segment_id"),
                        F.lit(r.is_primary).alias("is_primary"),
                    ),
                )
                for r in rules
            )
        )
    )
    by_rule = features.select("person_id", "bucket", F.inline(fitting))
    return by_cluster.unionByName(by_rule)
