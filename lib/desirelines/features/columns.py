"""The column functions of the features: each is an aggregate over a person's days, by the catalogue's names."""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

from desirelines.features.window import ObservationWindow

DAY_US, WEEK_US = 86_400_000_000, 7 * 86_400_000_000


def recency_days(window: ObservationWindow) -> Column:
    """Days from the last order in the window to as_of; null without one."""
    last = F.max(F.when(in_window(window), F.col("last_order_at")))
    return (F.lit(window.end_us) - F.unix_micros(last)) / F.lit(float(DAY_US))


def frequency(window: ObservationWindow) -> Column:
    """Orders in the window."""
    return total("orders", window)


def monetary(window: ObservationWindow) -> Column:
    """Money paid less money given back, in the window."""
    return total("amount", window) - total("refunded", window)


def discount_share(window: ObservationWindow) -> Column:
    """Discounts / (money paid + discounts) in the window; null when both are nothing."""
    off = total("discount", window)
    full = total("amount", window) + off
    return F.when(full > 0, off / full)


def sessions_per_week(window: ObservationWindow) -> Column:
    """Visits in the window / weeks observed: since the person was first seen, at most the window, at least one week."""
    observed = F.lit(window.end_us) - F.greatest(F.unix_micros(F.min("first_at")), F.lit(window.start_us))
    return total("visits", window) / (F.greatest(observed, F.lit(WEEK_US)) / F.lit(float(WEEK_US)))


def active_days(window: ObservationWindow) -> Column:
    """Different days of the site's zone with a visit or an order in the window."""
    return F.count_if(in_window(window) & (F.col("active_sessions") > 0)).cast("double")


def engaged_minutes(window: ObservationWindow) -> Column:
    """Mean engaged time of visits in the window, minutes; visits of one event say nothing and are left out."""
    visits = total("engaged_visits", window)
    return F.when(visits > 0, total("engaged_seconds", window) / visits / F.lit(60.0))


def weekend_share(window: ObservationWindow) -> Column:
    """Visits in the window that start on Saturday or Sunday of the site's zone / visits; null without visits."""
    weekend = F.sum(F.when(in_window(window) & (F.weekday("day") >= 5), F.col("visits")).otherwise(0)).cast("double")
    visits = total("visits", window)
    return F.when(visits > 0, weekend / visits)


def distinct_categories(window: ObservationWindow) -> Column:
    """Different categories of the sessions in the window."""
    lists = F.collect_list(F.when(in_window(window), F.col("categories")))
    return F.size(F.array_distinct(F.flatten(lists))).cast("double")


def cart_without_order_share(window: ObservationWindow) -> Column:
    """Visits with something put in the cart and no order / visits with something put in the cart; null without one."""
    carted = total("cart_visits", window)
    return F.when(carted > 0, total("left_cart_visits", window) / carted)


def total(column: str, window: ObservationWindow) -> Column:
    """Sum over the days of the window; 0 for none."""
    return F.coalesce(F.sum(F.when(in_window(window), F.col(column))).cast("double"), F.lit(0.0))


def in_window(window: ObservationWindow) -> Column:
    """True for days of the window: midnights of the site's zone are its ends, so whole days decide."""
    return (F.col("day") >= F.lit(window.first_day)) & (F.col("day") < F.lit(window.as_of))


DAY_FEATURES = (
    recency_days, frequency, monetary, discount_share, sessions_per_week, active_days, engaged_minutes, weekend_share,
    distinct_categories, cart_without_order_share,
)  # fmt: skip
"""Features that are one aggregate over days; the function's name is the feature's."""
