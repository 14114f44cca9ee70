"""How many different things: categories, features of the site and weeks, each counted once a day, week or window."""

from __future__ import annotations

from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from desirelines.features.days import features_in_use, local_day
from desirelines.features.sums import in_window
from desirelines.features.window import ObservationWindow

CATEGORY, FEATURE, WEEK = "category", "feature", "week"


def to_variety_features(sessions: DataFrame, is_active: Column, window: ObservationWindow) -> DataFrame:
    """One row per person who did anything of these.

    person_id, distinct_categories, top_category_share (days of the category of most days / days of all), features_used: of
    the window. active_weeks: different weeks, Monday to Sunday, with an active session ever; window_weeks: with one in the
    window. No shuffle where sessions lie together by person.
    """
    dated = sessions.withColumn("day", local_day(window.zone))
    inside = in_window(window, F.col("day"))

    def things(what: str, names: Column, kept: Column) -> DataFrame:
        return dated.filter(kept).select(
            "person_id", F.lit(what).alias("what"), "day", inside.alias("inside"), names.alias("name")
        )

    week = F.date_trunc("week", "day").cast("date").cast("string")
    all_things = reduce(DataFrame.unionByName, (
        things(CATEGORY, F.explode("categories"), inside),
        things(FEATURE, F.explode(features_in_use()), inside & (F.col("feature_use_count") > 0)),
        things(WEEK, week, is_active),
    ))  # fmt: skip
    days = all_things.groupBy("person_id", "what", "name", "day").agg(F.max("inside").alias("inside"))
    counted = days.groupBy("person_id", "what", "name").agg(F.count("*").alias("days"), F.max("inside").alias("inside"))

    def of(what: str, value: Column) -> Column:
        return F.when(F.col("what") == what, value)

    category_days = F.sum(of(CATEGORY, F.col("days")))
    return counted.groupBy("person_id").agg(
        F.count(of(CATEGORY, F.lit(1))).cast("double").alias("distinct_categories"),
        (F.max(of(CATEGORY, F.col("days"))) / category_days).alias("top_category_share"),
        F.count(of(FEATURE, F.lit(1))).cast("double").alias("features_used"),
        F.count(of(WEEK, F.lit(1))).alias("active_weeks"),
        F.count_if(of(WEEK, F.col("inside"))).alias("window_weeks"),
    )
