"""Who is in which segments together: pairs of segments, and how many rule segments people are in.

Nothing here may be published as it is (see `segments.publishable_overlap`).
"""

from __future__ import annotations

from collections.abc import Collection

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F


def to_combinations(memberships: DataFrame) -> DataFrame:
    """One row per set of segments that people are in: segments, sorted, and people_count.

    `memberships` has one row per person and segment. Two shuffles; what follows works on these
    rows, which are far fewer than people.
    """
    of_people = memberships.groupBy("person_id").agg(
        F.array_sort(F.collect_list("segment_id")).alias("segments")
    )
    return of_people.groupBy("segments").agg(F.count("*").alias("people_count"))


def to_pairs(combinations: DataFrame) -> DataFrame:
    """People in both of two segments: segment_id, other_segment_id, people_count.

    One row per pair that has people, the first by id before the other.
    """
    pair = combinations.select("people_count", F.explode(_pairs("segments")).alias("pair"))
    return pair.groupBy(
        F.col("pair.one").alias("segment_id"), F.col("pair.other").alias("other_segment_id")
    ).agg(F.sum("people_count").alias("people_count"))


def to_coverage(combinations: DataFrame, main: Collection[str]) -> DataFrame:
    """People by how many segments beside the `main` ones they are in: rule_segments, people_count.

    Main segments are those that divide everybody.
    """
    beside = F.array_except("segments", F.array(*map(F.lit, sorted(main))))
    return combinations.groupBy(F.size(beside).cast("long").alias("rule_segments")).agg(
        F.sum("people_count").alias("people_count")
    )


def _pairs(column: str) -> Column:
    """Every pair of a sorted array without repetitions, as (one, other)."""

    def with_later_ones(one: Column, place: Column) -> Column:
        later = F.slice(column, place + 2, F.size(column))
        return F.transform(later, lambda other: F.struct(one.alias("one"), other.alias("other")))

    return F.flatten(F.transform(column, with_later_ones))
