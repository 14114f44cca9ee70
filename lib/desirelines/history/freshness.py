"""How fresh the members of a run are: what readers must know before they use them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta


@dataclass(frozen=True, slots=True)
class Freshness:
    """Three columns of `segment_members`, the same in every row.

    Attributes:
        computed_at: moment at which the run was published; null for a run that is not.
        data_through: last day whose events count; null like computed_at.
        expires_at: moment from which on the members should not be used; null if they never expire.
    """

    computed_at: datetime | None = None
    data_through: date | None = None
    expires_at: datetime | None = None


NOT_PUBLISHED = Freshness()


def freshness(published_at: datetime, as_of: date | None, *, fresh_hours: int | None) -> Freshness:
    """The freshness of a published run's members.

    It depends on the publication alone and on no clock, so a later repair gives the same values.
    Events count until as_of, which is the midnight after the last day that counts.
    """
    return Freshness(
        published_at,
        as_of and as_of - timedelta(days=1),
        None if fresh_hours is None else published_at + timedelta(hours=fresh_hours),
    )
