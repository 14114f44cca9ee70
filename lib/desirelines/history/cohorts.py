"""Members of a segment with the evidence of the day, as a cohort that nothing touches later."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from desirelines.tables import COHORT_MEMBERS
from desirelines.tables.conform import conform


def to_cohort(
    members: DataFrame, evidence: DataFrame, *, cohort: str, rule_number: int | None
) -> DataFrame:
    """One row per member, as contracted.

    `members` are those of one segment; `evidence` has at most one row per person. `rule_number` is
    the place of the segment's rule in the evidence; null for a cluster.
    """
    is_rule = rule_number is not None

    def bits(column: str) -> Column:
        nothing = F.lit(None).cast("long")
        return F.get(column, F.lit(rule_number)) if is_rule else nothing

    def of_cluster(column: str, kind: str) -> Column:
        return F.lit(None).cast(kind) if is_rule else F.col(column)

    seen = evidence.select(
        "person_id",
        bits("rule_true").alias("rule_true"),
        bits("rule_unknown").alias("rule_unknown"),
        of_cluster("distance", "double").alias("distance"),
        of_cluster("second_segment_id", "string").alias("second_segment_id"),
        of_cluster("second_distance", "double").alias("second_distance"),
    )
    rows = members.select("person_id", "bucket", "is_primary", "since_on").join(
        seen, "person_id", "left"
    )
    return conform(rows.withColumn("cohort", F.lit(cohort)), COHORT_MEMBERS)
