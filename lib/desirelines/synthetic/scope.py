"""Parameters of synthetic data: how many people and days, first day, seed, weeks of habits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from pyspark.sql import Column
from pyspark.sql import functions as F

from desirelines.synthetic.chance import Chance

DAY_MS = 86_400_000
HOUR_MS = 3_600_000


@dataclass(frozen=True)
class Scope:
    """Size, span and seed of the data. Days are numbered 0 … days - 1 from `first_day`."""

    people: int
    days: int
    seed: int
    first_day: date
    habit_weeks: int = 0
    """In so many weeks at the end people live their habits (see `habits`); 0: nobody ever does."""

    @property
    def chance(self) -> Chance:
        """The random draws of this seed."""
        return Chance(self.seed)

    @property
    def start_ms(self) -> int:
        """Midnight UTC of day 0, in milliseconds since 1970."""
        return int(datetime.combine(self.first_day, time(), UTC).timestamp()) * 1000

    @property
    def end_ms(self) -> int:
        """Midnight UTC after the last day, in milliseconds since 1970."""
        return self.start_ms + self.days * DAY_MS

    @property
    def habits_begin(self) -> int:
        """The first day of the habit weeks."""
        return self.days - 7 * self.habit_weeks

    def utc_ms(self, day: Column, local_ms: Column, time_zone: Column) -> Column:
        """UTC milliseconds of a local time of day.

        The local time must not fall into the hour skipped in spring.
        """
        wall = F.timestamp_millis(
            F.lit(self.start_ms) + day.cast("long") * DAY_MS + local_ms.cast("long")
        )
        return F.unix_millis(F.to_utc_timestamp(wall, time_zone))

    def is_weekend(self, day: Column) -> Column:
        """True on Saturdays and Sundays."""
        return (day + F.lit(self.first_day.weekday())) % 7 >= 5


def iso_ms(ms: Column) -> Column:
    """ISO-8601 in UTC with milliseconds, such as 2025-03-01T10:00:00.123Z.

    The session's time zone must be UTC.
    """
    return F.date_format(F.timestamp_millis(ms), "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'")
