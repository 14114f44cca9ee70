"""From sessions to one row of numbers per person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from desirelines.catalogue.kinds import KINDS
from desirelines.columns.keys import bucket_of
from desirelines.features.daily_aggregates import DAY_FEATURES
from desirelines.features.occasions import OccasionDays, PersonalDays, occasion_columns
from desirelines.features.person_batches import to_counted_features
from desirelines.features.person_days import to_person_days
from desirelines.features.window import ObservationWindow
from desirelines.tables import FEATURES
from desirelines.tables.conform import conform

USED = (
    "person_id",
    "started_at",
    "ended_at",
    "is_visit",
    "engaged_seconds",
    *(f"{kind}_count" for kind in KINDS),
    "order_line_count",
    "order_count",
    "amount",
    "discount",
    "refunded",
    "first_order_at",
    "last_order_at",
    "last_cart_at",
    "score",
    "categories",
    "backtrack_count",
    "revisit_count",
    "steps",
    "step_kinds",
    "step_offsets",
)
"""The columns of sessions that features read."""


def colocated_by_person(sessions: DataFrame) -> DataFrame:
    """Repartition and sort by person, with only the columns that features read.

    Persist it: every later step reuses this shuffle. The order is as total as sums need: sessions
    that tie are equal in every column that is not a whole number.
    """
    return (
        sessions.select(*USED)
        .repartition("person_id")
        .sortWithinPartitions("person_id", "started_at", "engaged_seconds", "score")
    )


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
    occasions: Sequence[OccasionDays | PersonalDays] = (),
    personal_dates: DataFrame | None = None,
) -> DataFrame:
    """One row per person as of the window's end, as contracted.

    `sessions` carry `person_id`. Sessions that start at or after as_of are left out here; the
    caller must already have cut one that spans as_of. They are `colocated_by_person`.
    `personal_dates` holds the dates of PersonalDays, one row per person. One shuffle, of one row
    per person.
    """
    before = sessions.filter(F.col("started_at") < F.lit(window.end))
    days = to_person_days(before, window.zone, goal_kinds, key_kinds)
    if personal_dates is not None:
        days = days.join(personal_dates, "person_id", "left")
    counted = to_counted_features(
        before, window, key_kinds=key_kinds, cart_hours=cart_hours, cart_days=cart_days
    )
    people = to_people_of_days(days, window, occasions).join(counted, "person_id", "left")
    rows = people.withColumns(
        {
            "stickiness": stickiness(F.col("active_days"), F.col("window_weeks")),
            "as_of": F.lit(window.as_of),
            "run_id": F.lit(run_id),
            "bucket": bucket_of(F.col("person_id"), buckets),
            "own_names": F.array(
                *(F.lit(name) for name in occasion_columns(occasions, window))
            ).cast("array<string>"),
        }
    )
    return conform(rows, FEATURES)


def to_people_of_days(
    days: DataFrame,
    window: ObservationWindow,
    occasions: Sequence[OccasionDays | PersonalDays] = (),
) -> DataFrame:
    """One row per person: features from the sums of their days.

    No shuffle where days are colocated by person.
    """
    active = F.when(F.col("active_sessions") > 0, F.col("day"))
    last_day = window.as_of - timedelta(days=1)
    of_occasions = occasion_columns(occasions, window)
    sums = days.groupBy("person_id").agg(
        *(feature(window).alias(feature.__name__) for feature in DAY_FEATURES),
        F.min("first_order_at").alias("first_order_at"),
        F.max("last_order_at").alias("last_order_at"),
        F.sum("orders").alias("lifetime_orders"),
        F.max("last_look_at").alias("last_look_at"),
        F.max("last_cart_at").alias("last_cart_at"),
        F.min(active).alias("first_active_on"),
        F.max(active).alias("last_active_on"),
        F.max(F.when(active < F.lit(last_day), active)).alias("active_before_on"),
        *(value.alias(name) for name, value in of_occasions.items()),
    )
    values = F.array(*of_occasions).cast("array<double>")
    return sums.withColumn("own_values", values).drop(*of_occasions)


def stickiness(active_days: Column, weeks: Column) -> Column:
    """Active days / days of the weeks (Monday to Sunday) with an active day; null without any."""
    return F.when(weeks > 0, active_days / (weeks * 7))
