"""Membership over published runs: numbered changes, stays, and the members at a time."""

from datetime import UTC, date, datetime

import pytest

from desirelines.history.intervals import (
    members_at,
    members_of_run,
    members_published_at,
    to_published_changes,
    to_segment_history,
)
from desirelines.tables import PUBLISHED_CHANGES, SEGMENT_HISTORY
from tests.support.tables import rows_of, table

CHANGES = """
    run_id | person_id | segment_id | change          | is_primary | effective_on | n:bucket
    r3     | ann       | a          | left            | false      | 2026-03-02   | 1
    r1     | ann       | a          | entered         | true       | 2026-03-01   | 1
    r2     | ann       | a          | primary_changed | false      | 2026-03-02   | 1
    r4     | ann       | a          | entered         | true       | 2026-03-09   | 1
    r2     | ben       | a          | entered         |            | 2026-03-02   |
    lost   | ben       | a          | left            | false      | 2026-03-02   | 2
"""
CHAIN = """
    run_id | n:place | published_at
    r1     | 1       | 2026-03-01 06:00:00
    r2     | 2       | 2026-03-02 06:00:00
    r3     | 3       | 2026-03-02 18:00:00
    r4     | 4       | 2026-03-09 06:00:00
"""


@pytest.fixture
def published(spark):
    return to_published_changes(table(spark, CHANGES), table(spark, CHAIN))


@pytest.fixture
def history(published):
    return to_segment_history(published)


def test_changes_of_published_runs_have_the_place_of_their_run(published):
    assert rows_of(published, "sequence", "person_id", "segment_id", "change", "bucket") == [
        (1, "ann", "a", "entered", 1),
        (2, "ann", "a", "primary_changed", 1),
        (2, "ben", "a", "entered", None),
        (3, "ann", "a", "left", 1),
        (4, "ann", "a", "entered", 1),
    ]
    assert published.columns == PUBLISHED_CHANGES.column_names


def test_a_change_of_primary_ends_a_stay_and_begins_another(history):
    first, second, ninth = date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 9)
    assert rows_of(history, "person_id", "is_primary", "valid_from", "valid_to", "from_run_id",
                   "to_run_id", "from_sequence", "to_sequence") == [
        ("ann", False, second, second, "r2", "r3", 2, 3),  # two runs of a day: on no day
        ("ann", True, first, second, "r1", "r2", 1, 2),
        ("ann", True, ninth, None, "r4", None, 4, None),
        ("ben", None, second, None, "r2", None, 2, None),
    ]  # fmt: skip
    assert history.columns == SEGMENT_HISTORY.column_names


def test_the_names_of_other_histories_mean_the_same_days(history):
    rows = rows_of(history, "valid_from", "__START_AT", "valid_to", "__END_AT")
    assert [(a, c) for a, _, c, _ in rows] == [(b, d) for _, b, _, d in rows]


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        ("2026-02-28", []),
        ("2026-03-01", [("ann", True)]),
        ("2026-03-02", [("ben", None)]),  # r3 of that day counts, r2 does not
        ("2026-03-08", [("ben", None)]),
        ("2026-03-09", [("ann", True), ("ben", None)]),
    ],
)
def test_on_a_day_its_last_run_holds(history, on, expected):
    got = members_at(history, on=date.fromisoformat(on))
    assert rows_of(got, "person_id", "is_primary") == expected


@pytest.mark.parametrize(
    ("sequence", "at", "expected"),
    [
        (1, "2026-03-02 05:59:59", [("ann", True)]),
        (2, "2026-03-02 06:00:00", [("ann", False), ("ben", None)]),  # true of the run
        (3, "2026-03-02 18:00:00", [("ben", None)]),
        (4, "2027-01-01 00:00:00", [("ann", True), ("ben", None)]),
    ],
)
def test_a_run_and_the_moments_until_the_next_one_have_the_same_members(
    history, sequence, at, expected
):
    of_run = members_of_run(history, sequence=sequence)
    at_moment = members_published_at(history, at=datetime.fromisoformat(at).replace(tzinfo=UTC))
    assert rows_of(of_run, "person_id", "is_primary") == expected
    assert rows_of(at_moment, "person_id", "is_primary") == expected
