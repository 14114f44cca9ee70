"""Where the data end: a few events far ahead of all others do not decide it."""

from datetime import date, timedelta

import pytest

from desirelines.views.data_end import few_of, last_day

JULY = date(2024, 7, 30)


def days(*gaps_and_events):
    """Days with events, newest first: each so many days before the one before."""
    found, day = [], JULY + timedelta(days=gaps_and_events[0][0])
    for gap, events in gaps_and_events:
        day -= timedelta(days=gap)
        found.append((day, events))
    return found


@pytest.mark.parametrize(
    ("newest_days", "expected", "ahead"),
    [
        # (days before the next one, events)
        ([(0, 50), (1, 50)], 0, 0),
        ([(0, 1), (500, 50), (1, 50)], 500, 1),  # one wrong clock
        ([(0, 1), (30, 50)], 0, 0),  # a quiet month
        ([(0, 1), (31, 50)], 31, 1),
        ([(0, 2), (400, 1), (500, 50)], 900, 3),  # two clocks
        ([(0, 1), (2, 2), (500, 50)], 502, 3),  # a device that went on
        ([(0, 4), (500, 50)], 0, 0),  # too many to be a mistake
        ([(0, 1), (500, 3), (500, 50)], 500, 1),  # so are the one and these together
    ],
)
def test_at_most_a_few_events_after_a_long_stretch_without_any(newest_days, expected, ahead):
    given = days(*newest_days)
    assert last_day(given, few=3, gap_days=30) == (given[0][0] - timedelta(days=expected), ahead)


@pytest.mark.parametrize(
    ("count", "few"), [(20, 1), (180, 1), (1_000, 10), (9_000, 10), (1_000_000, 1_000)]
)
def test_a_few_are_a_thousandth_and_one_to_ten_at_least(count, few):
    assert few_of(count) == few
