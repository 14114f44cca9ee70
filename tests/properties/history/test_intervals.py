"""Changes, stays and members of many made histories, against plain Python."""

from datetime import timedelta
from random import Random

import pytest
from pyspark.sql import functions as F

from desirelines.history.intervals import (
    MEMBER,
    members_at,
    members_of_run,
    members_published_at,
    to_published_changes,
    to_segment_history,
)
from desirelines.history.membership_changes import to_members
from desirelines.tables import SEGMENT_CHANGES, SEGMENT_HISTORY
from tests.properties.oracles import memberships
from tests.properties.oracles.memberships import FIRST_DAY, FIRST_MOMENT, published, stays
from tests.support.tables import rows_of

SEED, STORIES, MOST_RUNS = 20261130, 60, 7


@pytest.fixture(scope="module")
def stories():
    """Sixty warehouses in one: runs and people of each have names of their own."""
    random = Random(SEED)
    return [memberships.story(random, f"w{n}", most_runs=MOST_RUNS) for n in range(STORIES)]


@pytest.fixture(scope="module")
def changes(spark, stories):
    rows = [row for runs in stories for row in memberships.changes(runs)]
    names = ("run_id", "person_id", "segment_id", "change", "is_primary", "effective_on", "bucket")
    found = [dict(zip(names, row, strict=True)) for row in Random(SEED).sample(rows, len(rows))]
    return spark.createDataFrame(found, SEGMENT_CHANGES.schema)


@pytest.fixture(scope="module")
def chain(spark, stories):
    rows = [
        (run.run_id, place, run.published_at)
        for runs in stories
        for place, run in enumerate(published(runs), start=1)
    ]
    return spark.createDataFrame(rows, "run_id string, place long, published_at timestamp")


@pytest.fixture(scope="module")
def history(changes, chain):
    return to_segment_history(to_published_changes(changes, chain))


def as_sorted(rows):
    return sorted(rows, key=lambda row: tuple((v is not None, str(v)) for v in row))


def members_of_all(stories, holds):
    return as_sorted(
        row for runs in stories for row in memberships.members_where(runs, holds(published(runs)))
    )


def test_stays_are_what_the_members_of_each_run_say(history, stories):
    names = SEGMENT_HISTORY.column_names
    as_text = history.withColumns(
        {
            c: F.date_format(c, "yyyy-MM-dd HH:mm:ss")
            for c in ("from_published_at", "to_published_at")
        }
    )
    expected = [
        tuple(f"{v:%Y-%m-%d %H:%M:%S}" if hasattr(v, "hour") else v for v in row)
        for runs in stories
        for row in stays(runs)
    ]
    assert rows_of(as_text, *names) == as_sorted(expected)
    assert {row[6] is None for row in expected} == {True, False}
    assert any(row[3] == row[4] for row in expected)  # some hold on no day


@pytest.mark.parametrize("place", range(1, MOST_RUNS + 1))
def test_folded_changes_and_stays_and_the_members_of_the_run_are_the_same(
    spark, changes, chain, history, stories, place
):
    def first(chain):
        return lambda run: chain.index(run) < place

    expected = members_of_all(stories, first)
    folded = to_members(changes, chain.filter(F.col("place") <= place), run_id="any")
    assert rows_of(folded, *MEMBER) == expected
    assert rows_of(members_of_run(history, sequence=place), *MEMBER) == expected


@pytest.mark.parametrize("days", [-1, 0, 1, 3, 4, 7, 30])
def test_on_a_day_the_last_run_of_that_day_or_before_holds(history, stories, days):
    on = FIRST_DAY + timedelta(days=days)
    expected = members_of_all(stories, lambda _: lambda run: run.as_of <= on)
    assert rows_of(members_at(history, on=on), *MEMBER) == expected


@pytest.mark.parametrize("hours", [-1, 0, 0.5, 3, 4.5, 99])
def test_at_a_moment_the_run_that_was_the_newest_published_one_holds(history, stories, hours):
    at = FIRST_MOMENT + timedelta(hours=hours)
    expected = members_of_all(stories, lambda _: lambda run: run.published_at <= at)
    assert rows_of(members_published_at(history, at=at), *MEMBER) == expected
