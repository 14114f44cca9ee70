"""Who is in which segments together: pairs of segments, and how many rule segments people are in.

Nothing here may be published as it is (see `segments.publishable_overlap`).
"""

from __future__ import annotations

from collections.abc import Collection

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F


def to_overlaps(memberships: DataFrame, main: Collection[str]) -> DataFrame:
    """Numbers of people: segment_id, other_segment_id, rule_segments, people_count.

    One row per pair of segments that has people, the first by id before the other (rule_segments is
    null); and one per number of segments beside the `main` ones that people are in (the segments
    are null). `memberships` has one row per person and segment, and main segments are those that
    divide everybody. Three shuffles: of people, of sets of segments, and of these few rows.
    """
    of_people = memberships.groupBy("person_id").agg(
        F.array_sort(F.collect_list("segment_id")).alias("segments")
    )
    # Far fewer than people, so pairs are made of these.
    combinations = of_people.groupBy("segments").agg(F.count("*").alias("people_count"))
    beside = F.array_except("segments", F.array(*map(F.lit, sorted(main))))
    in_so_many = _row(None, None, F.size(beside).cast("long"))
    rows = F.concat(_pairs("segments"), F.array(in_so_many))
    return (
        combinations.select("people_count", F.inline(rows))
        .groupBy("segment_id", "other_segment_id", "rule_segments")
        .agg(F.sum("people_count").alias("people_count"))
    )


def _row(one: Column | None, other: Column | None, number: Column | None) -> Column:
    nothing = F.lit(None)
    return F.struct(
        (nothing if one is None else one).cast("string").alias("segment_id"),
        (nothing if other is None else other).cast("string").alias("other_segment_id"),
        (nothing if number is None else number).cast("long").alias("rule_segments"),
    )


def _pairs(column: str) -> Column:
    """Every pair of a sorted array without repetitions."""

    def with_later_ones(one: Column, place: Column) -> Column:
        later = F.slice(column, place + 2, F.size(column))
        return F.transform(later, lambda other: _row(one, other, None))

    return F.flatten(F.transform(column, with_later_ones))
