"""What people look at before they order: features of pairs of looks and orders."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from desirelines.features.days import local_day
from desirelines.features.sums import DAY_US, in_window
from desirelines.features.window import ObservationWindow

LOOK_AHEAD_US = (DAY_US, 2 * DAY_US)
"""A last-minute buyer looks at a product so long before the order."""
BROWSING_US = 30 * DAY_US
"""A look so long before the order, and after the order before it, belongs to the order."""


def to_buying_features(sessions: DataFrame, window: ObservationWindow) -> DataFrame:
    """One row per person with an order in the window: person_id, look_ahead_share, hours_to_order. Orders of a session are one.

    look_ahead_share: orders whose person looked at a product 24 to 48 hours before / orders. hours_to_order: median over orders
    of the hours from the first look that belongs to the order; a look belongs to the first order after it, within thirty days;
    of an even number of orders the lower of the middle two. No shuffle where sessions lie together by person.
    """
    looks = sessions.filter("product_view_count > 0").select(
        "person_id", F.unix_micros("started_at").alias("look_us"), F.unix_micros("ended_at").alias("looked_us")
    )
    orders = _orders(sessions, window)
    since, until = (F.col("at_us") - F.lit(us) for us in reversed(LOOK_AHEAD_US))
    earliest = F.col("at_us") - F.lit(BROWSING_US)
    of_order = (F.col("look_us") <= F.col("at_us")) & (F.col("looked_us") >= F.least(earliest, since))
    pairs = orders.alias("o").join(looks.alias("l"), (F.col("o.person_id") == F.col("l.person_id")) & of_order, "left")
    is_ahead = (F.col("looked_us") >= since) & (F.col("look_us") <= until)
    is_mine = F.col("look_us") > F.greatest(earliest, F.coalesce("before_us", earliest))
    by_order = pairs.groupBy("o.person_id", "at_us").agg(
        F.max("order_count").alias("orders"),
        F.max(F.coalesce(is_ahead, F.lit(False))).alias("is_ahead"),
        ((F.col("at_us") - F.min(F.when(is_mine, F.col("look_us")))) / F.lit(3_600_000_000.0)).alias("hours"),
    )
    return by_order.groupBy("person_id").agg(
        (F.sum(F.when(F.col("is_ahead"), F.col("orders")).otherwise(0)) / F.sum("orders")).alias("look_ahead_share"),
        _lower_median("hours", "orders").alias("hours_to_order"),
    )


def _orders(sessions: DataFrame, window: ObservationWindow) -> DataFrame:
    """Times at which a session of the window first orders: person_id, at_us, order_count, before_us (the last order before it; null for none)."""
    ordered = sessions.filter("order_count > 0").select(
        "person_id", in_window(window, local_day(window.zone)).alias("_inside"),
        F.unix_micros("first_order_at").alias("at_us"), F.unix_micros("last_order_at").alias("last_us"),
    )  # fmt: skip
    # A person's orders are few: all that came before are looked at, also those of a session that began earlier and went on.
    others = ordered.select(F.col("person_id").alias("_person"), F.col("last_us").alias("_last"))
    is_before = (F.col("person_id") == F.col("_person")) & (F.col("_last") < F.col("at_us"))
    mine = ordered.filter("_inside").groupBy("person_id", "at_us").agg(F.count("*").alias("order_count"))
    return (
        mine.join(others, is_before, "left")
        .groupBy("person_id", "at_us", "order_count")
        .agg(F.max("_last").alias("before_us"))
    )


def _lower_median(value: str, times: str) -> Column:
    """The median of known values, each counted so many times; of an even number the lower of the middle two."""
    known = F.flatten(F.collect_list(F.when(F.col(value).isNotNull(), F.array_repeat(value, F.col(times).cast("int")))))
    return F.get(F.sort_array(known), F.floor((F.size(known) - 1) / 2).cast("int"))
