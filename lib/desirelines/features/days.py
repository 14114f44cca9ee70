"""What a person did on a day: the additive sums from which the features of any window are made."""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from desirelines.kinds import VISIT_KINDS

HOUR_S = 3600
STEP_KINDS = tuple(kind for kind in VISIT_KINDS if kind != "ping")
"""Kinds that are steps of a visit."""
COUNTED = {
    "product_views": "product_view", "searches": "search", "contents": "content_play", "feature_uses": "feature_use",
    "helps": "help", "pages": "page", "screens": "screen", "referrals": "referral", "mails_sent": "email_sent", "mails_opened": "email_opened",
    "mails_clicked": "email_clicked", "pushes_sent": "push_sent", "pushes_opened": "push_opened", "texts_sent": "sms_sent",
    "texts_clicked": "sms_clicked", "tickets": "support",
}  # fmt: skip
"""Sums over all sessions of a day, and the kind whose steps they count."""


def to_person_days(
    sessions: DataFrame, zone: str, goal_kinds: Sequence[str], key_kinds: Sequence[str] = ()
) -> DataFrame:
    """One row per person and day of the site's zone on which a session of theirs began. One shuffle, by person.

    A session is active when it is a visit or has an order; with `key_kinds`, when it has a step of one of these.

    Rows stay where the shuffle by person put them, so that a grouping by person afterwards needs none.
    """
    visit = F.col("is_visit")
    carted = visit & (F.col("cart_add_count") > 0)
    ordered = F.col("order_count") > 0
    length = F.size("steps")
    days = sessions.repartition("person_id").groupBy("person_id", local_day(zone).alias("day"))
    return days.agg(
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
        F.count_if(carted & (F.col("order_placed_count") + F.col("order_count") == 0)).alias("left_cart_visits"),
        *(F.sum(f"{kind}_count").alias(name) for name, kind in COUNTED.items()),
        F.sum(F.when(visit, sum((F.col(f"{kind}_count") for kind in STEP_KINDS), F.lit(0)))).alias("visit_steps"),
        F.sum(F.when(visit, F.greatest(length - 1, F.lit(0)))).alias("moves"),
        F.sum(F.when(visit, F.try_element_at("step_offsets", F.lit(-1)))).alias("moving_ms"),
        F.sum(length).alias("steps"),
        F.sum(F.greatest(length - 2, F.lit(0))).alias("triples"),
        F.sum(backtracks(F.col("steps"))).alias("backtracks"),
        F.sum(length - F.size(F.array_distinct("steps"))).alias("revisits"),
        F.sum("score").alias("scores"),
        F.count("score").alias("answers"),
        F.sum(F.when(visit, F.sin(day_angle(zone)))).alias("hour_sines"),
        F.sum(F.when(visit, F.cos(day_angle(zone)))).alias("hour_cosines"),
        F.min("started_at").alias("first_at"),
        F.max("started_at").alias("last_at"),
        F.min("first_order_at").alias("first_order_at"),
        F.max("last_order_at").alias("last_order_at"),
        F.max("last_cart_at").alias("last_cart_at"),
        F.max(F.when(F.col("product_view_count") > 0, F.col("started_at"))).alias("last_look_at"),
        F.min(first_goal(goal_kinds)).alias("goal_at"),
        F.array_distinct(F.flatten(F.collect_list("categories"))).alias("categories"),
        F.array_distinct(F.flatten(F.collect_list(features_in_use()))).alias("features"),
        F.collect_list(F.when(ordered, F.struct("first_order_at", "last_order_at"))).alias("order_times"),
        F.collect_list(F.when(F.col("product_view_count") > 0, F.struct("started_at", "ended_at"))).alias("look_times"),
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
    local = F.from_utc_timestamp("started_at", zone)
    seconds = F.hour(local) * HOUR_S + F.minute(local) * 60 + F.second(local)
    return seconds * F.lit(2.0) * F.pi() / F.lit(24.0 * HOUR_S)


def backtracks(steps: Column) -> Column:
    """How often a path goes elsewhere and straight back: a, b, a."""
    count = F.greatest(F.size(steps) - 2, F.lit(0))
    places = [F.slice(steps, F.lit(n), count) for n in (1, 2, 3)]
    triples = F.arrays_zip(*(place.alias(f"s{n}") for n, place in enumerate(places)))
    return F.size(F.filter(triples, lambda t: (t["s0"] == t["s2"]) & (t["s0"] != t["s1"])))


def first_goal(kinds: Sequence[str]) -> Column:
    """When a session first has a step of one of the kinds; null when it has none."""
    steps = F.arrays_zip(F.col("step_kinds").alias("kind"), F.col("step_offsets").alias("offset"))
    reached = F.filter(steps, lambda step: step["kind"].isin(*kinds))
    has_any = sum((F.col(f"{kind}_count") for kind in kinds), F.lit(0)) > 0
    first_ms = F.when(has_any, F.unix_millis("started_at") + F.array_min(F.transform(reached, lambda s: s["offset"])))
    return F.timestamp_millis(first_ms)


def features_in_use() -> Column:
    """Different names of the steps of a session that use a feature; null when there are none."""
    steps = F.arrays_zip(F.col("steps").alias("step"), F.col("step_kinds").alias("kind"))
    used = F.filter(steps, lambda step: step["kind"] == "feature_use")
    return F.when(F.col("feature_use_count") > 0, F.array_distinct(F.transform(used, lambda step: step["step"])))
