"""What a person did on a day: additive sums from which the features of any window follow."""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from desirelines.catalogue.kinds import VISIT_KINDS

DAY_S = 86_400
STEP_KINDS = tuple(kind for kind in VISIT_KINDS if kind != "ping")
"""Kinds that are steps of a visit."""
COUNTED = {
    "product_views": "product_view",
    "searches": "search",
    "contents": "content_play",
    "feature_uses": "feature_use",
    "helps": "help",
    "pages": "page",
    "screens": "screen",
    "referrals": "referral",
    "mails_sent": "email_sent",
    "mails_opened": "email_opened",
    "mails_clicked": "email_clicked",
    "pushes_sent": "push_sent",
    "pushes_opened": "push_opened",
    "texts_sent": "sms_sent",
    "texts_clicked": "sms_clicked",
    "tickets": "support",
}
"""Sums over all sessions of a day, and the kind whose steps they count."""


def to_person_days(
    sessions: DataFrame, zone: str, goal_kinds: Sequence[str], key_kinds: Sequence[str] = ()
) -> DataFrame:
    """One row per person and day of the site's zone on which one of their sessions began.

    No shuffle where sessions are colocated by person. A session is active when it is a visit or has
    an order; with `key_kinds`, when it has a step of one of these kinds. There are only sums,
    minima and maxima: with one list among them, Spark would neither compile nor hash the aggregate.
    """
    visit = F.col("is_visit")
    carted = visit & (F.col("cart_add_count") > 0)
    length = F.size("steps")
    turn = day_angle(zone)
    return sessions.groupBy("person_id", local_day(zone).alias("day")).agg(
        F.count_if(visit).alias("visits"),
        F.count_if(is_active(key_kinds)).alias("active_sessions"),
        F.sum("order_count").alias("orders"),
        F.sum("order_line_count").alias("order_lines"),
        F.sum(F.when(F.col("discount") > 0, F.col("order_count"))).alias("discounted_orders"),
        F.sum("amount").alias("amount"),
        F.sum("discount").alias("discount"),
        F.sum("refunded").alias("refunded"),
        F.sum(F.when(visit, F.col("engaged_seconds"))).alias("engaged_seconds"),
        F.count(F.when(visit, F.col("engaged_seconds"))).alias("engaged_visits"),
        F.count_if(carted).alias("cart_visits"),
        F.count_if(carted & (F.col("order_placed_count") + F.col("order_count") == 0)).alias(
            "left_cart_visits"
        ),
        *(F.sum(f"{kind}_count").alias(name) for name, kind in COUNTED.items()),
        F.sum(F.when(visit, sum((F.col(f"{kind}_count") for kind in STEP_KINDS), F.lit(0)))).alias(
            "visit_steps"
        ),
        F.sum(F.when(visit, F.greatest(length - 1, F.lit(0)))).alias("moves"),
        F.sum(F.when(visit, F.try_element_at("step_offsets", F.lit(-1)))).alias("moving_ms"),
        F.sum(length).alias("steps"),
        F.sum(F.greatest(length - 2, F.lit(0))).alias("triples"),
        F.sum("backtrack_count").alias("backtracks"),
        F.sum("revisit_count").alias("revisits"),
        F.sum("score").alias("scores"),
        F.count("score").alias("answers"),
        F.sum(F.when(visit, F.sin(turn))).alias("hour_sines"),
        F.sum(F.when(visit, F.cos(turn))).alias("hour_cosines"),
        F.min("started_at").alias("first_at"),
        F.max("started_at").alias("last_at"),
        F.min("first_order_at").alias("first_order_at"),
        F.max("last_order_at").alias("last_order_at"),
        F.max("last_cart_at").alias("last_cart_at"),
        F.max(F.when(F.col("product_view_count") > 0, F.col("started_at"))).alias("last_look_at"),
        F.min(first_goal(goal_kinds)).alias("goal_at"),
    )


def is_active(key_kinds: Sequence[str]) -> Column:
    """Whether a session counts as activity."""
    if not key_kinds:
        return F.col("is_visit") | (F.col("order_count") > 0)
    return sum((F.col(f"{kind}_count") for kind in key_kinds), F.lit(0)) > 0


def local_day(zone: str) -> Column:
    """Day of the session's start in a zone."""
    return F.from_utc_timestamp("started_at", zone).cast("date")


def day_angle(zone: str) -> Column:
    """Time of day of the session's start in a zone, as an angle: midnight is 0, noon is pi."""
    seconds = F.unix_seconds(F.from_utc_timestamp("started_at", zone)) % DAY_S
    return seconds * F.lit(2.0) * F.pi() / F.lit(float(DAY_S))


def first_goal(kinds: Sequence[str]) -> Column:
    """When a session first has a step of one of the kinds; null when it has none."""
    first_order = F.col("first_order_at") if "purchase" in kinds else F.lit(None).cast("timestamp")
    others = [kind for kind in kinds if kind != "purchase"]
    if not others:
        return first_order
    steps = F.arrays_zip(F.col("step_kinds").alias("kind"), F.col("step_offsets").alias("offset"))
    reached = F.filter(steps, lambda step: step["kind"].isin(*others))
    has_any = sum((F.col(f"{kind}_count") for kind in others), F.lit(0)) > 0
    first_ms = F.when(
        has_any,
        F.unix_millis("started_at") + F.array_min(F.transform(reached, lambda s: s["offset"])),
    )
    return F.least(F.timestamp_millis(first_ms), first_order)
