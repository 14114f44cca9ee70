"""What tells a segment apart: each feature inside it and in the rest."""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from desirelines.catalogue import FEATURES, Feature
from desirelines.contract import conform
from desirelines.tables import SEGMENT_PROFILES, SEGMENT_SIZES, SMALL_GROUP


def to_profiles(
    features: DataFrame, memberships: DataFrame, catalogue: Sequence[Feature] = FEATURES, *, run_id: str
) -> DataFrame:
    """One row per segment and feature, as contracted; what is known of fewer than ten people, but of some, is left out.

    effect = (mean in − mean of the rest) / pooled standard deviation (Cohen's d). The rest is everybody else as of the run.
    One shuffle by segment; the sums over everybody come along as a broadcast row.
    """
    long = F.explode(
        F.array(*(F.struct(F.lit(f.name).alias("feature"), F.expr(f.sql).alias("value")) for f in catalogue))
    )
    everybody = (
        features.select(long.alias("f"))
        .groupBy("f.feature")
        .agg(F.count("*").alias("all_count"), *_sums("f.value", "all"))
    )
    inside = (
        memberships.select("person_id", "segment_id")
        .join(features, "person_id")
        .select("segment_id", long.alias("f"))
        .groupBy("segment_id", "f.feature")
        .agg(
            F.count("*").alias("people_count"),
            *_sums("f.value", "in"),
            F.percentile("f.value", 0.5).alias("median"),
            F.avg("f.value").alias("mean"),
        )
    )
    joined = inside.join(F.broadcast(everybody), "feature").withColumns(
        {
            "run_id": F.lit(run_id),
            "share": F.col("people_count") / F.col("all_count"),
            "known_count": F.col("in_n"),
            "effect": effect_size(),
        }
    )
    tellable = (F.col("people_count") >= SMALL_GROUP) & shown_count(F.col("known_count")).isNotNull()
    return conform(joined.filter(tellable), SEGMENT_PROFILES)


def to_sizes(segments: DataFrame, memberships: DataFrame, changes: DataFrame, *, people: int, run_id: str) -> DataFrame:
    """One row per segment of the run, empty ones too; counts of fewer than ten people are null (0 is told)."""
    sizes = memberships.groupBy("segment_id").agg(F.count("*").alias("n"))
    moved = changes.groupBy("segment_id").agg(
        F.count_if(F.col("change") == "entered").alias("entered"), F.count_if(F.col("change") == "left").alias("gone")
    )
    rows = segments.select("segment_id").join(sizes, "segment_id", "left").join(moved, "segment_id", "left").na.fill(0)
    told = rows.withColumns(
        {
            "run_id": F.lit(run_id),
            "people_count": shown_count(F.col("n")),
            "share": shown_count(F.col("n")) / F.lit(max(people, 1)),
            "entered_count": shown_count(F.col("entered")),
            "left_count": shown_count(F.col("gone")),
        }
    )
    return conform(told, SEGMENT_SIZES)


def shown_count(count: Column) -> Column:
    """A count that may be told: null from 1 to 9."""
    return F.when((count == 0) | (count >= SMALL_GROUP), count)


def effect_size() -> Column:
    """Cohen's d of a segment against the rest, from counts, sums and sums of squares; null when either side has no spread."""
    rest_n, rest_sum, rest_sq = (F.col(f"all_{x}") - F.col(f"in_{x}") for x in ("n", "sum", "sq"))
    spread_in = F.col("in_sq") - F.pow(F.col("in_sum"), 2) / F.col("in_n")
    spread_rest = rest_sq - F.pow(rest_sum, 2) / rest_n
    pooled = F.sqrt((spread_in + spread_rest) / (F.col("in_n") + rest_n - 2))
    d = (F.col("in_sum") / F.col("in_n") - rest_sum / rest_n) / pooled
    return F.when((F.col("in_n") > 1) & (rest_n > 1), F.when(pooled > 1e-12, d))


def _sums(value: str, prefix: str) -> list[Column]:
    return [
        F.count(value).alias(f"{prefix}_n"),
        F.coalesce(F.sum(value), F.lit(0.0)).alias(f"{prefix}_sum"),
        F.coalesce(F.sum(F.pow(F.col(value), 2)), F.lit(0.0)).alias(f"{prefix}_sq"),
    ]
