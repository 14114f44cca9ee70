"""How many different things: categories and features of the site, each counted once a day; weeks."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from desirelines.features.days import features_in_use, local_day
from desirelines.features.sums import in_window
from desirelines.features.window import ObservationWindow

CATEGORY, FEATURE = "category", "feature"
MONDAY = 4
"""The first Monday, counted in days from 1 January 1970."""


def to_variety_features(sessions: DataFrame, window: ObservationWindow) -> DataFrame:
    """One row per person who did anything of these in the window.

    person_id, distinct_categories, top_category_share (days of the category of most days / days of all), features_used. No shuffle
    where sessions lie together by person.
    """
    dated = sessions.withColumn("day", local_day(window.zone)).filter(in_window(window))

    def things(what: str, names: Column) -> DataFrame:
        return dated.select("person_id", F.lit(what).alias("what"), "day", F.explode(names).alias("name"))

    used = things(FEATURE, features_in_use())
    days = things(CATEGORY, F.col("categories")).unionByName(used).distinct()
    counted = days.groupBy("person_id", "what", "name").agg(F.count("*").alias("days"))

    def of(what: str, value: Column) -> Column:
        return F.when(F.col("what") == what, value)

    category_days = F.sum(of(CATEGORY, F.col("days")))
    return counted.groupBy("person_id").agg(
        F.count(of(CATEGORY, F.lit(1))).cast("double").alias("distinct_categories"),
        (F.max(of(CATEGORY, F.col("days"))) / category_days).alias("top_category_share"),
        F.count(of(FEATURE, F.lit(1))).cast("double").alias("features_used"),
    )


def to_weeks(sessions: DataFrame, is_active: Column, window: ObservationWindow) -> DataFrame:
    """One row per person ever active: person_id, active_weeks (different weeks, Monday to Sunday), window_weeks (of the window).

    No shuffle where sessions lie together by person.
    """
    day = local_day(window.zone)
    week = F.floor((F.unix_date(day) - MONDAY) / 7)
    weeks = (
        sessions.filter(is_active)
        .groupBy("person_id", week.alias("week"))
        .agg(F.max(in_window(window, day)).alias("inside"))
    )
    return weeks.groupBy("person_id").agg(
        F.count("*").alias("active_weeks"), F.count_if("inside").alias("window_weeks")
    )
