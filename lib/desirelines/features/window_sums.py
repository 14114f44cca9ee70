"""Sums over the days of a window, on which the features are based."""

from __future__ import annotations

from datetime import timedelta

from pyspark.sql import Column
from pyspark.sql import functions as F

from desirelines.features.window import DAY_US, ObservationWindow


def total(column: str, window: ObservationWindow) -> Column:
    """Sum over the days of the window; 0 for none."""
    return F.coalesce(F.sum(F.when(in_window(window), F.col(column))).cast("double"), F.lit(0.0))


def share(part: str, whole: str, window: ObservationWindow) -> Column:
    """Sum of one column / sum of another over the days of the window; null when the latter is 0."""
    denominator = total(whole, window)
    return F.when(denominator > 0, total(part, window) / denominator)


def in_window(window: ObservationWindow, day: Column | None = None) -> Column:
    """True for days of the window.

    The window starts and ends at midnights of the site's zone, so whole days are in or out.
    """
    day = F.col("day") if day is None else day
    return (day >= F.lit(window.first_day)) & (day < F.lit(window.as_of))


def observed_us(window: ObservationWindow) -> Column:
    """Microseconds from the first session, or the window's start if that is later, to as_of."""
    return F.lit(window.end_us) - F.greatest(
        F.unix_micros(F.min("first_at")), F.lit(window.start_us)
    )


def days_until(instant: Column, window: ObservationWindow) -> Column:
    """Days from a timestamp to as_of."""
    return (F.lit(window.end_us) - F.unix_micros(instant)) / F.lit(float(DAY_US))


def at_most_one(value: Column) -> Column:
    """The value, or 1 when it is more; null stays null."""
    return F.when(value > 1, F.lit(1.0)).otherwise(value)  # least() would turn null into 1


def visits_between(window: ObservationWindow, first: int, last: int) -> Column:
    """Visits from `first` days before as_of (included) to `last` days before it (excluded)."""
    days = F.col("day")
    inside = (days >= F.lit(window.as_of - timedelta(days=first))) & (
        days < F.lit(window.as_of - timedelta(days=last))
    )
    return F.coalesce(F.sum(F.when(inside, F.col("visits"))).cast("double"), F.lit(0.0))
