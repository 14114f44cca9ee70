"""One segment for each person, by an ordered list: for campaigns that reach everybody once."""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from desirelines.tables import SEGMENT_MEMBERS


def to_exclusive(members: DataFrame, order: Sequence[str]) -> DataFrame:
    """One row per person, with the columns of segment_members: the first segment of the list.

    `order` holds segments, the first before all others. Who is in none of them keeps their main
    segment, of which everybody has one; so there are no ties. One shuffle by person.
    """
    places = F.array(*map(F.lit, order)) if order else F.array().cast("array<string>")
    in_list = F.array_position(places, F.col("segment_id"))
    place = F.when(in_list > 0, in_list).when(F.col("is_primary"), F.lit(len(order) + 1))
    first = F.min_by(F.struct(*SEGMENT_MEMBERS.column_names), F.col("_place"))
    listed = members.withColumn("_place", place).filter(F.col("_place").isNotNull())
    return listed.groupBy("person_id").agg(first.alias("_first")).select("_first.*")
