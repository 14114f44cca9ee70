"""The observation window: a frozen value that says which ends count."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY_US = 86_400_000_000


@dataclass(frozen=True, slots=True)
class ObservationWindow:
    """The days before as_of: [as_of − days, as_of), midnights of the site's zone.

    Attributes:
        as_of: the date whose first moment ends the window; not included.
        days: full calendar days in the window.
        zone: the site's time zone.
    """

    as_of: date
    days: int
    zone: str

    @classmethod
    def ending(cls, as_of: date, *, days: int, zone: str) -> ObservationWindow:
        """The `days` full days before `as_of`."""
        return cls(as_of, days, zone)

    @property
    def first_day(self) -> date:
        """First day that counts."""
        return self.as_of - timedelta(days=self.days)

    @property
    def end(self) -> datetime:
        """First moment that no longer counts, in UTC."""
        return midnight(self.as_of, self.zone)

    @property
    def start(self) -> datetime:
        """First moment that counts, in UTC."""
        return midnight(self.first_day, self.zone)

    @property
    def end_us(self) -> int:
        """`end` in microseconds since 1970."""
        return int(self.end.timestamp() * 1_000_000)

    @property
    def start_us(self) -> int:
        """`start` in microseconds since 1970."""
        return int(self.start.timestamp() * 1_000_000)


def midnight(day: date, zone: str) -> datetime:
    """The first moment of a day in a zone, in UTC."""
    return datetime.combine(day, time.min, ZoneInfo(zone)).astimezone(UTC)
