"""What characterises a segment: each feature inside it and in the rest."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from desirelines.catalogue import FEATURES, Feature
from desirelines.tables import SEGMENT_PROFILES, SMALL_GROUP
from desirelines.tables.conform import conform


def to_profiles(
    features: DataFrame,
    memberships: DataFrame,
    catalogue: Sequence[Feature] = FEATURES,
    *,
    run_id: str,
    withheld_sizes: Collection[str] = (),
) -> DataFrame:
    """One row per segment and feature, as contracted.

    Rows with known values of fewer than ten people are left out. effect = (mean in − mean of the
    rest) / pooled standard deviation (Cohen's d). The rest is everybody else as of the run. For
    segments whose size is withheld (`withheld_sizes`), no counts of people are given. If the
    feature is unknown for one to nine people of a segment, they count as known, because their
    number would follow by subtraction. One shuffle by segment; the sums over everybody are joined
    as a broadcast row.
    """
    values = F.explode(
        F.array(
            *(
                F.struct(F.lit(f.name).alias("feature"), F.expr(f.sql).alias("value"))
                for f in catalogue
            )
        )
    )
    everybody = (
        features.select(values.alias("f"))
        .groupBy("f.feature")
        .agg(F.count("*").alias("all_count"), *_sums("f.value", "all"))
    )
    inside = (
        memberships.select("person_id", "segment_id")
        .join(features, "person_id")
        .select("segment_id", values.alias("f"))
        .groupBy("segment_id", "f.feature")
        .agg(
            F.count("*").alias("people_count"),
            *_sums("f.value", "in"),
            F.percentile("f.value", 0.5).alias("median"),
            F.avg("f.value").alias("mean"),
        )
    )
    is_size_published = (
        ~F.col("segment_id").isin(*sorted(withheld_sizes)) if withheld_sizes else F.lit(True)
    )
    people, known_people = F.col("people_count"), F.col("in_n")
    joined = inside.join(F.broadcast(everybody), "feature").withColumns(
        {
            "run_id": F.lit(run_id),
            "share": F.when(is_size_published, people / F.col("all_count")),
            "known_count": F.when(
                is_size_published,
                F.when(people - known_people < SMALL_GROUP, people).otherwise(known_people),
            ),
            "effect": effect_size(),
            "people_count": F.when(is_size_published, people),
        }
    )
    return conform(joined.filter(known_people >= SMALL_GROUP), SEGMENT_PROFILES)


def to_counts(memberships: DataFrame, changes: DataFrame) -> DataFrame:
    """One row per segment with members or changes: segment_id, people_count, entered, gone.

    Must not be published as it is (see ADR 9).
    """
    sizes = memberships.groupBy("segment_id").agg(F.count("*").alias("people_count"))
    moved = changes.groupBy("segment_id").agg(
        F.count_if(F.col("change") == "entered").alias("entered"),
        F.count_if(F.col("change") == "left").alias("gone"),
    )
    return sizes.join(moved, "segment_id", "full").na.fill(0)


def effect_size() -> Column:
    """Cohen's d of a segment against the rest, from counts, sums and sums of squares.

    Null when neither side has any spread, or when either has fewer than ten people.
    """
    rest_n, rest_sum, rest_sq = (F.col(f"all_{x}") - F.col(f"in_{x}") for x in ("n", "sum", "sq"))
    spread_in = F.col("in_sq") - F.pow(F.col("in_sum"), 2) / F.col("in_n")
    spread_rest = rest_sq - F.pow(rest_sum, 2) / rest_n
    pooled = F.sqrt((spread_in + spread_rest) / (F.col("in_n") + rest_n - 2))
    d = (F.col("in_sum") / F.col("in_n") - rest_sum / rest_n) / pooled
    return F.when(
        (F.col("in_n") >= SMALL_GROUP) & (rest_n >= SMALL_GROUP), F.when(pooled > 1e-12, d)
    )


def _sums(value: str, prefix: str) -> list[Column]:
    return [
        F.count(value).alias(f"{prefix}_n"),
        F.coalesce(F.sum(value), F.lit(0.0)).alias(f"{prefix}_sum"),
        F.coalesce(F.sum(F.pow(F.col(value), 2)), F.lit(0.0)).alias(f"{prefix}_sq"),
    ]
