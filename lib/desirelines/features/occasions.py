"""Occasions: the days around holidays, configured dates and personal dates, and orders on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from difflib import get_close_matches
from functools import reduce

import holidays
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from desirelines.catalogue import EVER, Feature, own_column
from desirelines.errors import SettingsError
from desirelines.features.window import ObservationWindow
from desirelines.settings.features import Occasion

YEARS = 10
"""How many years before as_of are considered."""
BITS = 63
"""Occurrences with an order are counted in the bits of a number: no list and no distinct count."""


@dataclass(frozen=True, slots=True)
class OccasionDays:
    """The days of an occasion: (first, last) of each occurrence, in order, none overlapping."""

    name: str
    times: tuple[tuple[date, date], ...]

    def time_no(self) -> Column:
        """Number of the occurrence that the row's `day` belongs to; null if it belongs to none."""
        case = F.when(F.lit(False), F.lit(-1))
        for number, (first, last) in enumerate(self.times):
            case = case.when(F.col("day").between(F.lit(first), F.lit(last)), F.lit(number))
        return case

    def spans(self, window: ObservationWindow) -> list[tuple[Column, Column]]:
        """First and last day of each occurrence, for an aggregate over a person's days."""
        return [(F.lit(first), F.lit(last)) for first, last in self.times]

    def is_known(self) -> Column:
        """Whether the person has such days."""
        return F.lit(True)


@dataclass(frozen=True, slots=True)
class PersonalDays:
    """The days around a date of each person, every year.

    29 February is the 28th in other years.
    """

    name: str
    property_name: str
    lead_days: int
    days: int

    @property
    def column(self) -> str:
        """Column that holds the person's date while features are built."""
        return f"_{self.name}_on"

    def time_no(self) -> Column:
        """Year of the anniversary that the row's `day` belongs to.

        It is null where the day belongs to none, or the person has no date.
        """
        born, year = F.col(self.column), F.year("day")

        def nearest(ahead: int) -> Column:
            away = F.datediff(_anniversary(born, year + ahead), F.col("day"))
            return F.when(away.between(1 - self.days, self.lead_days), year + ahead)

        return F.coalesce(*(nearest(ahead) for ahead in (0, 1, -1)))

    def spans(self, window: ObservationWindow) -> list[tuple[Column, Column]]:
        """First and last day of each year's occurrence, for an aggregate over a person's days."""
        born = F.max(self.column)
        years = (F.lit(year) for year in range(window.as_of.year - YEARS, window.as_of.year + 2))
        of_years = (_anniversary(born, year) for year in years)
        return [
            (F.date_sub(day, self.lead_days), F.date_add(day, self.days - 1)) for day in of_years
        ]

    def is_known(self) -> Column:
        """Whether the person's date is known."""
        return F.max(self.column).isNotNull()


def _anniversary(born: Column, year: Column) -> Column:
    return F.add_months(born, (year - F.year(born)) * 12)


def to_personal_dates(events: DataFrame, occasions: Sequence[PersonalDays]) -> DataFrame:
    """One row per person whose events have properties: person_id, newest date of each occasion.

    A value that is no date is ignored.
    """

    def newest(occasion: PersonalDays) -> Column:
        text = F.get_json_object("properties", f"$['{occasion.property_name}']")
        day = F.try_to_date(
            F.regexp_replace(F.substring(text, 1, 10), "^--", "2000-"), "yyyy-MM-dd"
        )
        at = F.struct("occurred_at", "source", "event_id")
        return F.max_by(day, F.when(day.isNotNull(), at)).alias(occasion.column)

    return (
        events.filter("properties IS NOT NULL")
        .groupBy("person_id")
        .agg(*(newest(o) for o in occasions))
    )


def days_of(occasion: Occasion, as_of: date) -> OccasionDays | PersonalDays:
    """Days of the occasion that begin before as_of; for a personal occasion, each person's days.

    Raises:
        SettingsError: the country or holiday does not exist.
    """
    if occasion.property is not None:
        return PersonalDays(occasion.name, occasion.property, occasion.lead_days, occasion.days)
    # The lead days of next year's holiday may lie in this year.
    years = range(as_of.year - YEARS, as_of.year + 2)
    dates = sorted(occasion.dates) or _holidays(occasion, years)
    times = [
        (d - timedelta(days=occasion.lead_days), d + timedelta(days=occasion.days - 1))
        for d in dates
    ]
    apart: list[tuple[date, date]] = []
    for first, last in times:
        if apart and first <= apart[-1][1]:
            apart[-1] = (apart[-1][0], max(last, apart[-1][1]))
        else:
            apart.append((first, last))
    return OccasionDays(occasion.name, tuple(t for t in apart if t[0] < as_of))


def check_holiday(occasion: Occasion, on: date) -> None:
    """Check that the holiday occurs in the country in some year of the four decades before a day.

    So the check holds whatever as_of will be.

    Raises:
        SettingsError: the country or holiday does not exist.
    """
    _holidays(occasion, range(on.year - 4 * YEARS, on.year + 2))


def _holidays(occasion: Occasion, years: range) -> list[date]:
    try:
        calendar = holidays.country_holidays(
            str(occasion.country), subdiv=occasion.region, years=years, language="en_US"
        )
    except NotImplementedError:
        raise SettingsError(
            [
                f"features.occasions: {occasion.name}: no holidays are known of country "
                f"'{occasion.country}'"
                + (f", region '{occasion.region}'" if occasion.region else "")
                + ". Give its ISO 3166 code, such as DE or US."
            ]
        ) from None
    names = {name for day in calendar for name in calendar.get_list(day)}
    wanted = {name for name in names if name.casefold() == str(occasion.holiday).casefold()}
    if not wanted:
        near = get_close_matches(str(occasion.holiday), names, 3, 0.4) or sorted(names)
        raise SettingsError(
            [
                f"features.occasions: {occasion.name}: {occasion.country} has no holiday "
                f"'{occasion.holiday}'. Holidays there: {', '.join(near)}"
            ]
        )
    return sorted(day for day in calendar if wanted & set(calendar.get_list(day)))


def occasion_features(name: str) -> tuple[Feature, ...]:
    """The three features of an occasion, as catalogue entries."""
    what = name.replace("_", " ")

    def feature(part: str, meaning: str, unit: str) -> Feature:
        column = own_column(f"{name}_{part}")
        return Feature(
            f"{name}_{part}",
            "occasion",
            meaning,
            unit,
            "no order ever, or no such date of the person",
            "requirement B5",
            f"buying for {what}",
            f"not buying for {what}",
            "plain",
            EVER,
            is_clustered=False,
            column=column,
        )

    return (
        feature("share", f"orders on the days of {what} / orders", "share 0…1"),
        feature(
            "lift",
            f"share of orders on the days of {what} / "
            "share of days since first seen that are days of it",
            "ratio",
        ),
        feature("times", f"different times of {what} with an order", "times"),
    )


def occasion_columns(
    occasions: Sequence[OccasionDays | PersonalDays], window: ObservationWindow
) -> dict[str, Column]:
    """Aggregates over a person's days, by feature name."""
    columns: dict[str, Column] = {}
    orders = F.coalesce(F.sum("orders"), F.lit(0)).cast("double")
    first_day = F.from_utc_timestamp(F.min("first_at"), window.zone).cast("date")
    observed = F.datediff(F.lit(window.as_of), first_day)
    for occasion in occasions:
        time_no, has_orders = occasion.time_no(), (orders > 0) & occasion.is_known()
        inside = F.coalesce(F.sum(F.when(time_no.isNotNull(), F.col("orders"))), F.lit(0)).cast(
            "double"
        )
        bit = F.call_function("shiftleft", F.lit(1).cast("long"), time_no.cast("int") % BITS)
        times = F.bit_count(F.coalesce(F.bit_or(F.when(F.col("orders") > 0, bit)), F.lit(0))).cast(
            "double"
        )
        seen = (
            _days_seen(first, last, first_day, window) for first, last in occasion.spans(window)
        )
        days = reduce(lambda one, other: one + other, seen, F.lit(0))
        columns |= {
            f"{occasion.name}_share": F.when(has_orders, inside / orders),
            f"{occasion.name}_lift": F.when(
                has_orders & (days > 0), (inside / orders) / (days / observed)
            ),
            f"{occasion.name}_times": F.when(has_orders, times),
        }
    return columns


def _days_seen(first: Column, last: Column, first_day: Column, window: ObservationWindow) -> Column:
    """Days of one occurrence of an occasion from the person's first day to as_of."""
    begin, end = F.greatest(first, first_day), F.least(F.date_add(last, 1), F.lit(window.as_of))
    return F.greatest(F.datediff(end, begin), F.lit(0))
