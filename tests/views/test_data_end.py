"""Where the data end: a few events far ahead of all others do not decide it."""

from datetime import date, timedelta

import pyarrow.parquet as pq
import pytest

from desirelines.views.data_end import few_of, last_day
from tests.support import shop
from tests.support.attempts import attempt

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


def test_one_event_far_ahead_is_said_and_does_not_decide_unless_it_is_let(cli, capsys, small_shop):
    rows = shop.rows(0, 5)
    last = max(rows, key=lambda row: row["at"])
    ahead = last | {"id": "ahead", "at": last["at"].replace("2026-01", "2026-06")}
    shop.write(small_shop / "in", "second.csv", [ahead])
    code, output = attempt(cli, capsys, small_shop, command="ingest-events")
    assert code == 0
    day = date.fromisoformat(last["at"][:10])
    assert f"1 of {len(rows) + 1} events are more than 30 days ahead of all others" in output
    assert f"the data are taken to end on {day}" in output
    runs = (small_shop / "warehouse" / "runs").glob("*.parquet")
    assert {str(row["as_of"]) for file in runs for row in pq.read_table(file).to_pylist()} == {
        str(day + timedelta(days=1))
    }
    code, output = attempt(
        cli, capsys, small_shop, "--set", "ingest.most_gap_days=365", command="ingest-events"
    )
    assert (code, "ahead of all others" in output) == (0, False)
