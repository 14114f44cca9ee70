"""From sessions to one row of numbers per person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from desirelines.contract import conform
from desirelines.features.columns import DAY_FEATURES
from desirelines.features.days import to_person_days
from desirelines.features.occasions import OccasionDays, occasion_columns
from desirelines.features.paths import to_path_features
from desirelines.features.window import ObservationWindow
from desirelines.keys import bucket_of
from desirelines.tables import FEATURES


def to_features(
    sessions: DataFrame,
    window: ObservationWindow,
    *,
    cart_hours: int,
    cart_days: int,
    goal_kinds: Sequence[str],
    buckets: int,
    run_id: str,
    key_kinds: Sequence[str] = (),
    occasions: Sequence[OccasionDays] = (),
) -> DataFrame:
    """Give one row per person as of the window's end, as contracted.

    `sessions` carry `person_id`; sessions that start at or after as_of are left out here, and one that straddles as_of must
    have been cut by the caller. One shuffle of sessions by person, and the two of the path features.
    """
    before = sessions.filter(F.col("started_at") < F.lit(window.end))
    of_occasions = occasion_columns(occasions, window)
    active, last_day = F.when(F.col("active_sessions") > 0, F.col("day")), window.as_of - timedelta(days=1)
    people = to_person_days(before, window.zone, goal_kinds, key_kinds).groupBy("person_id").agg(
        *(feature(window).alias(feature.__name__) for feature in DAY_FEATURES),
        F.min("first_order_at").alias("first_order_at"),
        F.max("last_order_at").alias("last_order_at"),
        F.sum("orders").alias("lifetime_orders"),
        active_weeks().alias("active_weeks"),
        F.max("last_look_at").alias("last_look_at"),
        F.max("last_cart_at").alias("last_cart_at"),
        F.min(active).alias("first_active_on"),
        F.max(active).alias("last_active_on"),
        F.max(F.when(active < F.lit(last_day), active)).alias("active_before_on"),
        F.array(*of_occasions.values()).cast("array<double>").alias("own_values"),
        F.flatten(F.collect_list("order_times")).alias("_orders"),
    )  # fmt: skip
    inside = before.filter(F.col("started_at") >= F.lit(window.start))
    rows = people.join(to_path_features(inside), "person_id", "left").withColumns({
        "as_of": F.lit(window.as_of),
        "run_id": F.lit(run_id),
        "bucket": bucket_of(F.col("person_id"), buckets),
        "open_cart_at": open_cart_at(window, cart_hours, cart_days),
        "own_names": F.array(*(F.lit(name) for name in of_occasions)).cast("array<string>"),
    })  # fmt: skip
    return conform(rows, FEATURES)


def active_weeks() -> Column:
    """Different weeks, Monday to Sunday, with a visit or an order."""
    return F.size(F.collect_set(F.when(F.col("active_sessions") > 0, F.date_trunc("week", "day")))).cast("long")


def open_cart_at(window: ObservationWindow, hours: int, days: int) -> Column:
    """The last time something was put in the cart, if no order came in the hours after and those hours are over by as_of.

    Null otherwise, and when it lies more than `days` before as_of. An order at the very moment does not count as after it.
    """
    cart = F.unix_micros("last_cart_at")
    end = F.lit(window.end_us)
    until = cart + F.lit(hours * 3_600_000_000)

    def answered(order: Column) -> Column:
        def inside(at: Column) -> Column:
            return (F.unix_micros(at) > cart) & (F.unix_micros(at) <= until)

        return inside(order["first_order_at"]) | inside(order["last_order_at"])

    is_open = (until <= end) & (cart >= end - F.lit(days * 86_400_000_000)) & ~F.exists("_orders", answered)
    return F.when(is_open, F.col("last_cart_at"))
