"""What characterises a segment: each feature inside it and in the rest."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from desirelines.catalogue import FEATURES, Feature
from desirelines.segments.scorecard import REACHABLE
from desirelines.tables import SEGMENT_PROFILES, SMALL_GROUP
from desirelines.tables.conform import conform

LEAST_SPREAD = 1e-6
"""Share of the root mean square below which a standard deviation counts as zero."""


def to_comparisons(
    features: DataFrame,
    memberships: DataFrame,
    catalogue: Sequence[Feature] = FEATURES,
    *,
    run_id: str,
    apart: Collection[str] = (),
    withheld_sizes: Collection[str] = (),
) -> DataFrame:
    """One row per segment and feature: the columns of segment_profiles, and rest_mean.

    The rest of a cluster is everybody in another cluster. The rest of a rule segment is everybody
    else as of the run. So people of the main segments of rules (`apart`) are in no comparison of
    clusters. effect = (mean in − mean of the rest) / pooled standard deviation (Cohen's d).

    Rows with known values of fewer than ten people are left out. For segments whose size is
    withheld (`withheld_sizes`), no counts of people are given. If the feature is unknown for one to
    nine people of a segment, they count as known, because their number would follow by subtraction.
    One shuffle by segment; the rest is a sum over its few rows.
    """
    people, known_people = F.col("people_count"), F.col("in_n")
    is_size_published = ~_is_one_of("segment_id", withheld_sizes)
    inside = _to_sums(features, memberships, catalogue)
    return (
        _with_wholes(inside, apart)
        .filter(known_people >= SMALL_GROUP)
        .withColumns(
            {
                "run_id": F.lit(run_id),
                "share": F.when(is_size_published, people / F.col("everybody_count")),
                "known_count": F.when(
                    is_size_published,
                    F.when(people - known_people < SMALL_GROUP, people).otherwise(known_people),
                ),
                "known_share": known_people / people,
                "effect": effect_size(),
                "rest_mean": rest_mean(),
                "people_count": F.when(is_size_published, people),
            }
        )
    )


def _to_sums(
    features: DataFrame, memberships: DataFrame, catalogue: Sequence[Feature]
) -> DataFrame:
    """One row per segment and feature: people, sums over the known values, mean and median."""
    values = F.explode(
        F.array(
            *(
                F.struct(F.lit(f.name).alias("feature"), F.expr(f.sql).alias("value"))
                for f in catalogue
            )
        )
    )
    return (
        memberships.select("person_id", "segment_id", "is_primary")
        .join(features, "person_id")
        .select("segment_id", "is_primary", values.alias("f"))
        .groupBy("segment_id", "is_primary", "f.feature")
        .agg(
            F.count("*").alias("people_count"),
            *_sums("f.value", "in"),
            F.percentile("f.value", 0.5).alias("median"),
            F.avg("f.value").alias("mean"),
        )
    )


def _with_wholes(inside: DataFrame, apart: Collection[str]) -> DataFrame:
    """The sums over the whole that a segment is a part of (all_n, all_sum, all_sq).

    It is everybody in a cluster for a cluster, and everybody for a rule segment. Also
    everybody_count.
    """
    is_cluster = F.col("is_primary") & ~_is_one_of("segment_id", apart)
    wholes = {"clusters": is_cluster, "everybody": F.col("is_primary")}
    sums = {
        f"{name}_{x}": _sum_where(is_part, f"in_{x}")
        for name, is_part in wholes.items()
        for x in ("n", "sum", "sq")
    }
    sums["everybody_count"] = _sum_where(wholes["everybody"], "people_count")
    whole = {
        f"all_{x}": F.when(is_cluster, F.col(f"clusters_{x}")).otherwise(F.col(f"everybody_{x}"))
        for x in ("n", "sum", "sq")
    }
    return inside.withColumns(sums).withColumns(whole)


def to_profiles(comparisons: DataFrame) -> DataFrame:
    """One row per segment and feature, as contracted. Without rest_mean.

    Beside the means and counts of other segments it would tell of fewer than ten people. The
    share of reachable people is no feature, and in the scorecard.
    """
    return conform(comparisons.filter(F.col("feature") != REACHABLE.name), SEGMENT_PROFILES)


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

    Null when neither side has any spread, or when either has fewer than ten people. A spread below
    LEAST_SPREAD is none: sums of squares of equal numbers differ in their last bits.
    """
    rest_n, rest_sum, rest_sq = (_rest(x) for x in ("n", "sum", "sq"))
    spread_in = F.col("in_sq") - F.pow(F.col("in_sum"), 2) / F.col("in_n")
    spread_rest = rest_sq - F.pow(rest_sum, 2) / rest_n
    pooled = F.sqrt((spread_in + spread_rest) / (F.col("in_n") + rest_n - 2))
    least = LEAST_SPREAD * F.sqrt(F.col("all_sq") / F.col("all_n"))
    d = (F.col("in_sum") / F.col("in_n") - rest_sum / rest_n) / pooled
    return F.when(
        (F.col("in_n") >= SMALL_GROUP) & (rest_n >= SMALL_GROUP), F.when(pooled > least, d)
    )


def rest_mean() -> Column:
    """Mean over the known values of the rest; null when it has fewer than ten people."""
    return F.when(_rest("n") >= SMALL_GROUP, _rest("sum") / _rest("n"))


def _rest(what: str) -> Column:
    return F.col(f"all_{what}") - F.col(f"in_{what}")


def _sum_where(condition: Column, column: str) -> Column:
    """Sum over the rows of a feature where the condition is true."""
    of_feature = Window.partitionBy("feature")
    return F.coalesce(F.sum(F.when(condition, F.col(column))).over(of_feature), F.lit(0))


def _is_one_of(column: str, names: Collection[str]) -> Column:
    return F.col(column).isin(*sorted(names)) if names else F.lit(False)


def _sums(value: str, prefix: str) -> list[Column]:
    return [
        F.count(value).alias(f"{prefix}_n"),
        F.coalesce(F.sum(value), F.lit(0.0)).alias(f"{prefix}_sum"),
        F.coalesce(F.sum(F.pow(F.col(value), 2)), F.lit(0.0)).alias(f"{prefix}_sq"),
    ]
