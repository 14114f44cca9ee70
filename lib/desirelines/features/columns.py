"""The column functions of the features: each is an aggregate over a person's sessions, by the catalogue's names."""

from __future__ import annotations

from datetime import datetime

from pyspark.sql import Column
from pyspark.sql import functions as F

from desirelines.features.window import ObservationWindow

DAY_US, WEEK_US = 86_400_000_000, 7 * 86_400_000_000


def recency_days(window: ObservationWindow) -> Column:
    """Days from the last order in the window to as_of; null without one."""
    last = F.max(F.when(in_window(window), F.col("last_order_at")))
    return (F.lit(_us(window.end)) - F.unix_micros(last)) / F.lit(float(DAY_US))


def frequency(window: ObservationWindow) -> Column:
    """Orders in the window."""
    return F.sum(F.when(in_window(window), F.col("order_count")).otherwise(0)).cast("double")


def monetary(window: ObservationWindow) -> Column:
    """Money paid less money given back, in the window."""
    net = F.col("amount") - F.col("refunded")
    return F.coalesce(F.sum(F.when(in_window(window), net)), F.lit(0)).cast("double")


def discount_share(window: ObservationWindow) -> Column:
    """Discounts / (money paid + discounts) in the window; null when both are nothing."""
    off = F.sum(F.when(in_window(window), F.col("discount")))
    full = F.sum(F.when(in_window(window), F.col("amount") + F.col("discount")))
    return F.when(full > 0, (off / full).cast("double"))


def sessions_per_week(window: ObservationWindow) -> Column:
    """Visits in the window / weeks observed: since the person was first seen, at most the window, at least one week."""
    observed = F.lit(_us(window.end)) - F.greatest(F.unix_micros(F.min("started_at")), F.lit(_us(window.start)))
    return visits(window) / (F.greatest(observed, F.lit(WEEK_US)) / F.lit(float(WEEK_US)))


def active_days(window: ObservationWindow) -> Column:
    """Different days of the site's zone with a visit or an order in the window."""
    active = in_window(window) & (F.col("is_visit") | (F.col("order_count") > 0))
    return F.count_distinct(F.when(active, local_day(window.zone))).cast("double")


def engaged_minutes(window: ObservationWindow) -> Column:
    """Mean engaged time of visits in the window, minutes; visits of one event say nothing and are left out."""
    return F.avg(F.when(in_window(window) & F.col("is_visit"), F.col("engaged_seconds"))) / F.lit(60.0)


def weekend_share(window: ObservationWindow) -> Column:
    """Visits in the window that start on Saturday or Sunday of the site's zone / visits; null without visits."""
    weekend = F.weekday(local_day(window.zone)) >= 5
    return F.avg(F.when(in_window(window) & F.col("is_visit"), weekend.cast("double")))


def distinct_categories(window: ObservationWindow) -> Column:
    """Different categories of the sessions in the window."""
    lists = F.collect_set(F.when(in_window(window), F.col("categories")))
    return F.size(F.array_distinct(F.flatten(lists))).cast("double")


def cart_without_order_share(window: ObservationWindow) -> Column:
    """Visits with something put in the cart and no order / visits with something put in the cart; null without one."""
    carted = in_window(window) & F.col("is_visit") & (F.col("cart_add_count") > 0)
    left = (F.col("order_placed_count") + F.col("order_count")) == 0
    return F.avg(F.when(carted, left.cast("double")))


def visits(window: ObservationWindow) -> Column:
    """Visits in the window."""
    return F.count_if(in_window(window) & F.col("is_visit")).cast("double")


def in_window(window: ObservationWindow) -> Column:
    """True for sessions that start in the window."""
    return (F.col("started_at") >= F.lit(window.start)) & (F.col("started_at") < F.lit(window.end))


def local_day(zone: str) -> Column:
    """Day of the session's start in a zone."""
    return F.from_utc_timestamp("started_at", zone).cast("date")


def _us(moment: datetime) -> int:
    return int(moment.timestamp() * 1_000_000)


SESSION_FEATURES = (
    recency_days, frequency, monetary, discount_share, sessions_per_week, active_days, engaged_minutes, weekend_share,
    distinct_categories, cart_without_order_share,
)  # fmt: skip
"""Features that are one aggregate over sessions; the function's name is the feature's."""
