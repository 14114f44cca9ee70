"""What people buy for: the days around holidays and dates of one's own, and how much more is ordered on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from difflib import get_close_matches
from functools import reduce

import holidays
from pyspark.sql import Column
from pyspark.sql import functions as F

from desirelines.catalogue import EVER, Feature, own_column
from desirelines.errors import SettingsError
from desirelines.features.window import ObservationWindow
from desirelines.settings.features import Occasion

YEARS = 10
"""So many years before as_of are looked at."""


@dataclass(frozen=True, slots=True)
class OccasionDays:
    """The days of an occasion: (first, last) of each time it came, none overlapping, in order."""

    name: str
    times: tuple[tuple[date, date], ...]


def days_of(occasion: Occasion, as_of: date) -> OccasionDays:
    """The occasion's days that begin before as_of.

    Raises:
        SettingsError: no such country, or no such holiday there.
    """
    dates = sorted(occasion.dates) or _holidays(occasion, as_of)
    times = [(d - timedelta(days=occasion.lead_days), d + timedelta(days=occasion.days - 1)) for d in dates]
    apart: list[tuple[date, date]] = []
    for first, last in times:
        if apart and first <= apart[-1][1]:
            apart[-1] = (apart[-1][0], max(last, apart[-1][1]))
        else:
            apart.append((first, last))
    return OccasionDays(occasion.name, tuple(t for t in apart if t[0] < as_of))


def _holidays(occasion: Occasion, as_of: date) -> list[date]:
    years = range(as_of.year - YEARS, as_of.year + 2)  # next year's holiday may be led up to this year
    try:
        known = holidays.country_holidays(str(occasion.country), subdiv=occasion.region, years=years, language="en_US")
    except NotImplementedError:
        raise SettingsError([
            f"features.occasions: {occasion.name}: no holidays are known of country '{occasion.country}'"
            + (f", region '{occasion.region}'" if occasion.region else "") + ". Give its ISO 3166 code, such as DE or US."
        ]) from None  # fmt: skip
    names = {name for day in known for name in known.get_list(day)}
    wanted = {name for name in names if name.casefold() == str(occasion.holiday).casefold()}
    if not wanted:
        near = get_close_matches(str(occasion.holiday), names, 3, 0.4) or sorted(names)
        raise SettingsError([
            f"features.occasions: {occasion.name}: {occasion.country} has no holiday '{occasion.holiday}'. Holidays there: {', '.join(near)}"
        ])  # fmt: skip
    return sorted(day for day in known if wanted & set(known.get_list(day)))


def occasion_features(name: str) -> tuple[Feature, ...]:
    """The three numbers of an occasion, as the catalogue has features."""
    what = name.replace("_", " ")

    def told(part: str, meaning: str, unit: str) -> Feature:
        column = own_column(f"{name}_{part}")
        return Feature(
            f"{name}_{part}", "occasion", meaning, unit, "no order ever", "requirement B5", f"buying for {what}",
            f"not buying for {what}", "plain", EVER, is_clustered=False, column=column,
        )  # fmt: skip

    return (
        told("share", f"orders on the days of {what} / orders", "share 0…1"),
        told(
            "lift",
            f"share of orders on the days of {what} / share of days since first seen that are days of it",
            "ratio",
        ),
        told("times", f"different times of {what} with an order", "times"),
    )


def occasion_columns(occasions: Sequence[OccasionDays], window: ObservationWindow) -> dict[str, Column]:
    """Aggregates over a person's days, by the names of the features."""
    found: dict[str, Column] = {}
    orders = F.coalesce(F.sum("orders"), F.lit(0)).cast("double")
    first_day = F.from_utc_timestamp(F.min("first_at"), window.zone).cast("date")
    observed = F.datediff(F.lit(window.as_of), first_day)
    for occasion in occasions:
        time_no = reduce(
            lambda told, n: told.when(F.col("day").between(*(F.lit(d) for d in n[1])), F.lit(n[0])),
            enumerate(occasion.times), F.when(F.lit(False), F.lit(-1)),
        )  # fmt: skip
        inside = F.coalesce(F.sum(F.when(time_no.isNotNull(), F.col("orders"))), F.lit(0)).cast("double")
        times = F.count_distinct(F.when(F.col("orders") > 0, time_no)).cast("double")
        days = reduce(
            lambda one, other: one + other, (_days_seen(t, first_day, window) for t in occasion.times), F.lit(0)
        )
        has_both = (orders > 0) & (days > 0)
        found |= {
            f"{occasion.name}_share": F.when(orders > 0, inside / orders),
            f"{occasion.name}_lift": F.when(has_both, (inside / orders) / (days / observed)),
            f"{occasion.name}_times": F.when(orders > 0, times),
        }
    return found


def _days_seen(time: tuple[date, date], first_day: Column, window: ObservationWindow) -> Column:
    """Days of one time of an occasion from the person's first day to as_of."""
    begin = F.greatest(F.lit(time[0]), first_day)
    end = F.lit(min(time[1] + timedelta(days=1), window.as_of))
    return F.greatest(F.datediff(end, begin), F.lit(0))
