"""The column functions of the features: each is an aggregate over a person's days, by the catalogue's names."""

from __future__ import annotations

from datetime import timedelta

from pyspark.sql import Column
from pyspark.sql import functions as F

from desirelines.features.sums import (
    DAY_US,
    all_of,
    at_most_one,
    days_until,
    in_window,
    observed_us,
    share,
    total,
    visits_between,
)
from desirelines.features.window import ObservationWindow

WEEK_US, YEAR_US = 7 * DAY_US, 365 * DAY_US
RECENT_DAYS, BASELINE_DAYS, LEAST_VISITS, MASK_DAYS = 14, 56, 8, 28
LOOK_AHEAD_US = (DAY_US, 2 * DAY_US)
"""A last-minute buyer looks at a product so long before the order."""


def recency_days(window: ObservationWindow) -> Column:
    """Days from the last order in the window to as_of; null without one."""
    return days_until(F.max(F.when(in_window(window), F.col("last_order_at"))), window)


def frequency(window: ObservationWindow) -> Column:
    """Orders in the window."""
    return total("orders", window)


def monetary(window: ObservationWindow) -> Column:
    """Money paid less money given back, in the window."""
    return total("amount", window) - total("refunded", window)


def order_value(window: ObservationWindow) -> Column:
    """Money paid an order."""
    return share("amount", "orders", window)


def lines_per_order(window: ObservationWindow) -> Column:
    """Lines an order."""
    return share("order_lines", "orders", window)


def days_between_orders(window: ObservationWindow) -> Column:
    """Days from the first order to the last / (orders − 1); null below two orders."""
    first = F.min(F.when(in_window(window), F.col("first_order_at")))
    last = F.max(F.when(in_window(window), F.col("last_order_at")))
    between = total("orders", window) - 1
    return F.when(between > 0, (F.unix_micros(last) - F.unix_micros(first)) / F.lit(float(DAY_US)) / between)


def discount_share(window: ObservationWindow) -> Column:
    """Discounts / (money paid + discounts) in the window; null when both are nothing."""
    off = total("discount", window)
    full = total("amount", window) + off
    return F.when(full > 0, off / full)


def discounted_order_share(window: ObservationWindow) -> Column:
    """Orders in sessions with a discount / orders."""
    return share("discounted_orders", "orders", window)


def refund_share(window: ObservationWindow) -> Column:
    """Money given back / money paid, at most 1; null when none was paid."""
    return at_most_one(share("refunded", "amount", window))


def look_ahead_share(window: ObservationWindow) -> Column:
    """Orders whose person looked at a product 24 to 48 hours before / orders. Times of orders in one session are one."""
    orders = F.flatten(F.collect_list(F.when(in_window(window), F.col("order_times"))))
    looks = F.flatten(F.collect_list("look_times"))  # also those before the window

    def looked_before(order: Column) -> Column:
        at = F.unix_micros(order["first_order_at"])
        earliest, latest = at - F.lit(LOOK_AHEAD_US[1]), at - F.lit(LOOK_AHEAD_US[0])
        return F.exists(
            looks, lambda v: (F.unix_micros(v["ended_at"]) >= earliest) & (F.unix_micros(v["started_at"]) <= latest)
        )

    return F.when(F.size(orders) > 0, F.size(F.filter(orders, looked_before)) / F.size(orders))


def distinct_categories(window: ObservationWindow) -> Column:
    """Different categories of the sessions in the window."""
    return F.size(F.array_distinct(all_of("categories", window))).cast("double")


def top_category_share(window: ObservationWindow) -> Column:
    """Days of the category of most days / days of all categories; null when none was seen."""
    seen = all_of("categories", window)
    most = F.array_max(F.transform(F.array_distinct(seen), lambda c: F.size(F.filter(seen, lambda other: other == c))))
    return F.when(F.size(seen) > 0, most / F.size(seen))


def cart_without_order_share(window: ObservationWindow) -> Column:
    """Visits with something put in the cart and no order / visits with something put in the cart; null without one."""
    return share("left_cart_visits", "cart_visits", window)


def cart_visit_share(window: ObservationWindow) -> Column:
    """Visits with something put in the cart / visits."""
    return share("cart_visits", "visits", window)


def product_share(window: ObservationWindow) -> Column:
    """Product views / steps of visits."""
    return share("product_views", "visit_steps", window)


def search_share(window: ObservationWindow) -> Column:
    """Searches / steps of visits."""
    return share("searches", "visit_steps", window)


def content_share(window: ObservationWindow) -> Column:
    """Content played or read / steps of visits."""
    return share("contents", "visit_steps", window)


def feature_share(window: ObservationWindow) -> Column:
    """Uses of features / steps of visits."""
    return share("feature_uses", "visit_steps", window)


def features_used(window: ObservationWindow) -> Column:
    """Different features used."""
    return F.size(F.array_distinct(all_of("features", window))).cast("double")


def help_share(window: ObservationWindow) -> Column:
    """Visits to help / steps of visits."""
    return share("helps", "visit_steps", window)


def sessions_per_week(window: ObservationWindow) -> Column:
    """Visits in the window / weeks observed: since the person was first seen, at most the window, at least one week."""
    return total("visits", window) / (F.greatest(observed_us(window), F.lit(WEEK_US)) / F.lit(float(WEEK_US)))


def active_days(window: ObservationWindow) -> Column:
    """Different days of the site's zone with a visit or an order in the window."""
    return F.count_if(in_window(window) & (F.col("active_sessions") > 0)).cast("double")


def engaged_minutes(window: ObservationWindow) -> Column:
    """Mean engaged time of visits in the window, minutes; visits of one event say nothing and are left out."""
    return share("engaged_seconds", "engaged_visits", window) / F.lit(60.0)


def pace_seconds(window: ObservationWindow) -> Column:
    """Time from the first to the last step of visits / steps after the first, seconds."""
    return share("moving_ms", "moves", window) / F.lit(1000.0)


def days_since_active(window: ObservationWindow) -> Column:
    """Days from the begin of the last session ever to as_of."""
    return days_until(F.max("last_at"), window)


def tenure_days(window: ObservationWindow) -> Column:
    """Days from the first session ever to as_of."""
    return days_until(F.min("first_at"), window)


def regular_days(window: ObservationWindow) -> Column:
    """Active days among the 27 before the last day; the last day itself is left out, so that it cannot be its own cause."""
    last_day = window.as_of - timedelta(days=1)
    inside = (F.col("day") >= F.lit(window.as_of - timedelta(days=MASK_DAYS))) & (F.col("day") < F.lit(last_day))
    return F.count_if(inside & (F.col("active_sessions") > 0)).cast("double")


def activity_change(window: ObservationWindow) -> Column:
    """Log of the rate of visits in the last days over that of the days before; null where those hold too few to tell.

    Half a visit is added to both counts, so that none at all is a number.
    """
    recent, before = recent_visits(window), baseline_visits(window)
    rates = (recent + 0.5) / F.lit(float(RECENT_DAYS)), (before + 0.5) / F.lit(float(BASELINE_DAYS))
    return F.when(before >= LEAST_VISITS, F.ln(rates[0] / rates[1]))


def recent_visits(window: ObservationWindow) -> Column:
    """Visits of the last fourteen days."""
    return visits_between(window, RECENT_DAYS, 0)


def baseline_visits(window: ObservationWindow) -> Column:
    """Visits of the 56 days before those."""
    return visits_between(window, RECENT_DAYS + BASELINE_DAYS, RECENT_DAYS)


def referrals(window: ObservationWindow) -> Column:
    """Recommendations in the window."""
    return total("referrals", window)


def support_contacts(window: ObservationWindow) -> Column:
    """Contacts with support in the window / years observed, at least a quarter."""
    years = F.greatest(observed_us(window), F.lit(YEAR_US // 4)) / F.lit(float(YEAR_US))
    return total("tickets", window) / years


def satisfaction(window: ObservationWindow) -> Column:
    """Mean of the last answers to surveys of the sessions in the window."""
    return share("scores", "answers", window)


def email_open_share(window: ObservationWindow) -> Column:
    """E-mails opened / e-mails sent, at most 1."""
    return at_most_one(share("mails_opened", "mails_sent", window))


def email_click_share(window: ObservationWindow) -> Column:
    """E-mails clicked / e-mails sent, at most 1."""
    return at_most_one(share("mails_clicked", "mails_sent", window))


def weekend_share(window: ObservationWindow) -> Column:
    """Visits in the window that start on Saturday or Sunday of the site's zone / visits; null without visits."""
    weekend = F.sum(F.when(in_window(window) & (F.weekday("day") >= 5), F.col("visits")).otherwise(0)).cast("double")
    visits = total("visits", window)
    return F.when(visits > 0, weekend / visits)


def hour_sin(window: ObservationWindow) -> Column:
    """Mean sine of the time of day at which visits start."""
    return share("hour_sines", "visits", window)


def hour_cos(window: ObservationWindow) -> Column:
    """Mean cosine of the time of day at which visits start."""
    return share("hour_cosines", "visits", window)


def backtrack_rate(window: ObservationWindow) -> Column:
    """Steps elsewhere and straight back / steps that two more follow in their session."""
    return share("backtracks", "triples", window)


def revisit_rate(window: ObservationWindow) -> Column:
    """Steps taken before in the same session / steps."""
    return share("revisits", "steps", window)


def path_depth(window: ObservationWindow) -> Column:
    """Steps of visits / visits."""
    return share("visit_steps", "visits", window)


def days_to_goal(window: ObservationWindow) -> Column:
    """Days from the first session ever to the first step of a goal; null when it was never reached."""
    return (F.unix_micros(F.min("goal_at")) - F.unix_micros(F.min("first_at"))) / F.lit(float(DAY_US))


DAY_FEATURES = (
    recency_days, frequency, monetary, order_value, lines_per_order, days_between_orders, discount_share, discounted_order_share,
    refund_share, look_ahead_share, distinct_categories, top_category_share, cart_without_order_share, cart_visit_share, product_share,
    search_share, content_share, feature_share, features_used, help_share, sessions_per_week, active_days, engaged_minutes,
    pace_seconds, days_since_active, tenure_days, regular_days, activity_change, referrals, support_contacts, satisfaction,
    email_open_share, email_click_share, weekend_share, hour_sin, hour_cos, backtrack_rate, revisit_rate, path_depth, days_to_goal,
)  # fmt: skip
"""Features that are one aggregate over days; the function's name is the feature's."""
