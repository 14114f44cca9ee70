"""What a person did on a day: the additive sums from which the features of any window are made."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F


def to_person_days(sessions: DataFrame, zone: str) -> DataFrame:
    """One row per person and day of the site's zone on which a session of theirs began. One shuffle, by person.

    Rows stay where the shuffle by person put them, so that a grouping by person afterwards needs none.
    """
    visit = F.col("is_visit")
    carted = visit & (F.col("cart_add_count") > 0)
    ordered = F.col("order_count") > 0
    days = sessions.repartition("person_id").groupBy("person_id", local_day(zone).alias("day"))
    return days.agg(
        F.count_if(visit).alias("visits"),
        F.count_if(visit | ordered).alias("active_sessions"),
        F.sum("order_count").alias("orders"),
        F.sum("amount").alias("amount"),
        F.sum("discount").alias("discount"),
        F.sum("refunded").alias("refunded"),
        F.sum(F.when(visit, F.col("engaged_seconds"))).alias("engaged_seconds"),
        F.count(F.when(visit, F.col("engaged_seconds"))).alias("engaged_visits"),
        F.count_if(carted).alias("cart_visits"),
        F.count_if(carted & (F.col("order_placed_count") + F.col("order_count") == 0)).alias("left_cart_visits"),
        F.min("started_at").alias("first_at"),
        F.min("first_order_at").alias("first_order_at"),
        F.max("last_order_at").alias("last_order_at"),
        F.max("last_cart_at").alias("last_cart_at"),
        F.array_distinct(F.flatten(F.collect_list("categories"))).alias("categories"),
        F.collect_list(F.when(ordered, F.struct("first_order_at", "last_order_at"))).alias("order_times"),
    )


def local_day(zone: str) -> Column:
    """Day of the session's start in a zone."""
    return F.from_utc_timestamp("started_at", zone).cast("date")
