"""Column functions for activity features: how often people come, for how long, and the trend."""

from __future__ import annotations

from datetime import timedelta

from pyspark.sql import Column
from pyspark.sql import functions as F

from desirelines.features.window import DAY_US, ObservationWindow
from desirelines.features.window_sums import (
    days_until,
    in_window,
    observed_us,
    share,
    total,
    visits_between,
)

WEEK_US = 7 * DAY_US
RECENT_DAYS, BASELINE_DAYS, LEAST_VISITS, MASK_DAYS = 14, 56, 8, 28


def sessions_per_week(window: ObservationWindow) -> Column:
    """Visits in the window / weeks observed.

    Weeks are observed since the person was first seen: at most the window, at least one week.
    """
    return total("visits", window) / (
        F.greatest(observed_us(window), F.lit(WEEK_US)) / F.lit(float(WEEK_US))
    )


def active_days(window: ObservationWindow) -> Column:
    """Distinct days of the site's zone with a visit or an order in the window."""
    return F.count_if(in_window(window) & (F.col("active_sessions") > 0)).cast("double")


def engaged_minutes_per_week(window: ObservationWindow) -> Column:
    """Engaged time of visits in the window / weeks observed, minutes."""
    weeks = F.greatest(observed_us(window), F.lit(WEEK_US)) / F.lit(float(WEEK_US))
    return total("engaged_seconds", window) / F.lit(60.0) / weeks


def engaged_minutes(window: ObservationWindow) -> Column:
    """Mean engaged time of visits in the window, minutes.

    Visits of one event have no engaged time and are left out.
    """
    return share("engaged_seconds", "engaged_visits", window) / F.lit(60.0)


def pace_seconds(window: ObservationWindow) -> Column:
    """Time from the first to the last step of visits / steps after the first, seconds."""
    return share("moving_ms", "moves", window) / F.lit(1000.0)


def days_since_active(window: ObservationWindow) -> Column:
    """Days from the start of the last session ever to as_of."""
    return days_until(F.max("last_at"), window)


def tenure_days(window: ObservationWindow) -> Column:
    """Days from the first session ever to as_of."""
    return days_until(F.min("first_at"), window)


def regular_days(window: ObservationWindow) -> Column:
    """Active days among the 27 before the last day.

    The last day itself is left out, so that it cannot influence the label it helps to decide.
    """
    last_day = window.as_of - timedelta(days=1)
    inside = (F.col("day") >= F.lit(window.as_of - timedelta(days=MASK_DAYS))) & (
        F.col("day") < F.lit(last_day)
    )
    return F.count_if(inside & (F.col("active_sessions") > 0)).cast("double")


def activity_change(window: ObservationWindow) -> Column:
    """Log ratio of the rate of visits in the last days to the rate in the days before.

    It is null where the days before hold too few visits. Half a visit is added to both counts, so
    that the result is a number even without visits.
    """
    recent, before = recent_visits(window), baseline_visits(window)
    rates = (recent + 0.5) / F.lit(float(RECENT_DAYS)), (before + 0.5) / F.lit(float(BASELINE_DAYS))
    return F.when(before >= LEAST_VISITS, F.ln(rates[0] / rates[1]))


def decay_probability(window: ObservationWindow) -> Column:
    """P(X <= visits of the last days) for a Poisson count at the rate of the days before.

    Formula: e^-m * sum over i <= x of m^i / i!, each term computed from the previous one. At or
    above the mean it is 1. It is null where the days before hold too few visits.
    """
    recent, before = recent_visits(window), baseline_visits(window)
    mean = before * F.lit(RECENT_DAYS / BASELINE_DAYS)
    first = F.struct(F.exp(-mean).alias("term"), F.exp(-mean).alias("total"))

    def next_term(sofar: Column, i: Column) -> Column:
        term = sofar["term"] * mean / i
        return F.struct(term.alias("term"), (sofar["total"] + term).alias("total"))

    # Beyond the mean the sum is not needed, and for large means e^-m underflows.
    numbers = F.when(recent > 0, F.sequence(F.lit(1), recent.cast("int"))).otherwise(
        F.array().cast("array<int>")
    )
    tail = F.aggregate(numbers, first, next_term, lambda sofar: F.least(sofar["total"], F.lit(1.0)))
    return F.when(before >= LEAST_VISITS, F.when(recent >= mean, F.lit(1.0)).otherwise(tail))


def recent_visits(window: ObservationWindow) -> Column:
    """Visits in the last fourteen days."""
    return visits_between(window, RECENT_DAYS, 0)


def baseline_visits(window: ObservationWindow) -> Column:
    """Visits in the 56 days before those."""
    return visits_between(window, RECENT_DAYS + BASELINE_DAYS, RECENT_DAYS)
