"""How fresh the members of a published run are."""

from datetime import UTC, date, datetime

import pytest

from desirelines.history.freshness import NOT_PUBLISHED, Freshness, freshness

PUBLISHED_AT = datetime(2026, 3, 1, 22, 30, 0, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("as_of", "fresh_hours", "data_through", "expires_at"),
    [
        (date(2026, 3, 1), 48, date(2026, 2, 28), datetime(2026, 3, 3, 22, 30, 0, 5, tzinfo=UTC)),
        (date(2026, 1, 1), 2, date(2025, 12, 31), datetime(2026, 3, 2, 0, 30, 0, 5, tzinfo=UTC)),
        (date(2026, 3, 1), None, date(2026, 2, 28), None),
        (None, None, None, None),
    ],
)
def test_members_are_of_the_day_before_as_of_and_expire_after_the_publication(
    as_of, fresh_hours, data_through, expires_at
):
    got = freshness(PUBLISHED_AT, as_of, fresh_hours=fresh_hours)
    assert got == Freshness(PUBLISHED_AT, data_through, expires_at)


def test_members_of_a_run_that_is_not_published_are_of_no_time():
    assert Freshness(None, None, None) == NOT_PUBLISHED
