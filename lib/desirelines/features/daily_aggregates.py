"""Column functions of the features: each is an aggregate over a person's days.

The names are those of the catalogue.
"""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

from desirelines.features.activity import (
    active_days,
    activity_change,
    days_since_active,
    decay_probability,
    engaged_minutes,
    engaged_minutes_per_week,
    pace_seconds,
    regular_days,
    sessions_per_week,
    tenure_days,
)
from desirelines.features.window import DAY_US, ObservationWindow
from desirelines.features.window_sums import (
    at_most_one,
    days_until,
    in_window,
    observed_us,
    share,
    total,
)

YEAR_US = 365 * DAY_US


def recency_days(window: ObservationWindow) -> Column:
    """Days from the last order in the window to as_of; null without one."""
    return days_until(F.max(F.when(in_window(window), F.col("last_order_at"))), window)


def frequency(window: ObservationWindow) -> Column:
    """Orders in the window."""
    return total("orders", window)


def monetary(window: ObservationWindow) -> Column:
    """Money paid less refunds, in the window."""
    return total("amount", window) - total("refunded", window)


def order_value(window: ObservationWindow) -> Column:
    """Money paid per order."""
    return share("amount", "orders", window)


def lines_per_order(window: ObservationWindow) -> Column:
    """Lines per order."""
    return share("order_lines", "orders", window)


def days_between_orders(window: ObservationWindow) -> Column:
    """Days from the first order to the last / (orders − 1); null below two orders."""
    first = F.min(F.when(in_window(window), F.col("first_order_at")))
    last = F.max(F.when(in_window(window), F.col("last_order_at")))
    between = total("orders", window) - 1
    return F.when(
        between > 0, (F.unix_micros(last) - F.unix_micros(first)) / F.lit(float(DAY_US)) / between
    )


def discount_share(window: ObservationWindow) -> Column:
    """Discounts / (money paid + discounts) in the window; null when both are 0."""
    off = total("discount", window)
    full = total("amount", window) + off
    return F.when(full > 0, off / full)


def discounted_order_share(window: ObservationWindow) -> Column:
    """Orders in sessions with a discount / orders."""
    return share("discounted_orders", "orders", window)


def refund_share(window: ObservationWindow) -> Column:
    """Refunds / money paid, at most 1; null when none was paid."""
    return at_most_one(share("refunded", "amount", window))


def steps_per_order(window: ObservationWindow) -> Column:
    """Steps of visits / orders."""
    return share("visit_steps", "orders", window)


def cart_without_order_share(window: ObservationWindow) -> Column:
    """Visits with an item put in the cart and no order / visits with an item put in the cart.

    It is null without such a visit.
    """
    return share("left_cart_visits", "cart_visits", window)


def cart_visit_share(window: ObservationWindow) -> Column:
    """Visits with an item put in the cart / visits."""
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


def help_share(window: ObservationWindow) -> Column:
    """Visits to help / steps of visits."""
    return share("helps", "visit_steps", window)


def referrals(window: ObservationWindow) -> Column:
    """Recommendations in the window."""
    return total("referrals", window)


def support_contacts(window: ObservationWindow) -> Column:
    """Contacts with support in the window / years observed (at least a quarter)."""
    years = F.greatest(observed_us(window), F.lit(YEAR_US // 4)) / F.lit(float(YEAR_US))
    return total("tickets", window) / years


def satisfaction(window: ObservationWindow) -> Column:
    """Mean of the last survey answers of the sessions in the window."""
    return share("scores", "answers", window)


def email_open_share(window: ObservationWindow) -> Column:
    """E-mails opened / e-mails sent, at most 1."""
    return at_most_one(share("mails_opened", "mails_sent", window))


def email_click_share(window: ObservationWindow) -> Column:
    """E-mails clicked / e-mails sent, at most 1."""
    return at_most_one(share("mails_clicked", "mails_sent", window))


def push_open_share(window: ObservationWindow) -> Column:
    """Push messages opened / push messages sent, at most 1."""
    return at_most_one(share("pushes_opened", "pushes_sent", window))


def sms_click_share(window: ObservationWindow) -> Column:
    """Text messages clicked / text messages sent, at most 1."""
    return at_most_one(share("texts_clicked", "texts_sent", window))


def app_share(window: ObservationWindow) -> Column:
    """Screens of the app / screens of the app and pages of the site."""
    screens = total("screens", window)
    seen = screens + total("pages", window)
    return F.when(seen > 0, screens / seen)


def weekend_share(window: ObservationWindow) -> Column:
    """Visits in the window that start on a Saturday or Sunday of the site's zone / visits.

    It is null without visits.
    """
    weekend = F.sum(
        F.when(in_window(window) & (F.weekday("day") >= 5), F.col("visits")).otherwise(0)
    ).cast("double")
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
    """Views of a step viewed before in the same session / steps."""
    return share("revisits", "steps", window)


def path_depth(window: ObservationWindow) -> Column:
    """Steps of visits / visits."""
    return share("visit_steps", "visits", window)


def days_to_goal(window: ObservationWindow) -> Column:
    """Days from the first session ever to the first step of a goal; null if never reached."""
    return (F.unix_micros(F.min("goal_at")) - F.unix_micros(F.min("first_at"))) / F.lit(
        float(DAY_US)
    )


DAY_FEATURES = (
    recency_days,
    frequency,
    monetary,
    order_value,
    lines_per_order,
    days_between_orders,
    discount_share,
    discounted_order_share,
    refund_share,
    steps_per_order,
    cart_without_order_share,
    cart_visit_share,
    product_share,
    search_share,
    content_share,
    feature_share,
    help_share,
    sessions_per_week,
    active_days,
    engaged_minutes,
    engaged_minutes_per_week,
    pace_seconds,
    days_since_active,
    tenure_days,
    regular_days,
    activity_change,
    decay_probability,
    referrals,
    support_contacts,
    satisfaction,
    email_open_share,
    email_click_share,
    push_open_share,
    sms_click_share,
    app_share,
    weekend_share,
    hour_sin,
    hour_cos,
    backtrack_rate,
    revisit_rate,
    path_depth,
    days_to_goal,
)
"""Features that are one aggregate over days; the function's name is the feature's."""
