"""Membership over all published runs: members now, changes, stays, and the members at a time."""

from __future__ import annotations

from datetime import date, datetime

from pyspark.sql import DataFrame

from desirelines.errors import SettingsError, did_you_mean
from desirelines.history.intervals import (
    members_at,
    members_of_run,
    members_published_at,
    to_published_changes,
    to_segment_history,
)
from desirelines.run.context import Run
from desirelines.tables import CURRENT_SEGMENTS, SEGMENT_CHANGES, SEGMENT_MEMBERS
from desirelines.tables.conform import conform


def current_segments(run: Run) -> DataFrame:
    """Members as `segment_members` holds them, with how fresh they are; it joins nothing."""
    return conform(run.warehouse.read(SEGMENT_MEMBERS), CURRENT_SEGMENTS)


def published_chain(run: Run) -> DataFrame:
    """The published runs: run_id, place (from 1, in the order of the chain), published_at."""
    return run.spark.createDataFrame(
        [(s.run_id, n, s.recorded_at) for n, s in enumerate(run.ledger.published(), start=1)],
        "run_id string, place long, published_at timestamp",
    )


def published_changes(run: Run) -> DataFrame:
    """Changes of published runs, numbered by the place of the run; none before the first run."""
    return to_published_changes(run.warehouse.read(SEGMENT_CHANGES), published_chain(run))


def segment_history(run: Run) -> DataFrame:
    """Stays of people in segments over all published runs; none before the first run."""
    return to_segment_history(published_changes(run))


def members_when(
    run: Run, *, on: date | None, run_id: str | None, seen_at: datetime | None
) -> DataFrame:
    """Members on a day, after a published run, or as readers saw them at a moment.

    Exactly one of the three is given; `history/intervals.py` says how they differ. Shape:
    person_id, segment_id, is_primary.

    Raises:
        SettingsError: none or several are given, or the one cannot be used.
    """
    if sum(given is not None for given in (on, run_id, seen_at)) != 1:
        raise SettingsError(["members: give one of a day (on), a run (run_id) and seen_at"])
    stays = segment_history(run)
    if run_id is not None:
        chain = [state.run_id for state in run.ledger.published()]
        if run_id not in chain:
            raise SettingsError([f"run {run_id} was not published{did_you_mean(run_id, chain)}"])
        return members_of_run(stays, sequence=chain.index(run_id) + 1)
    if seen_at is not None:
        if seen_at.utcoffset() is None:
            raise SettingsError(
                [f"seen_at {seen_at} has no time zone: give one, as tzinfo=datetime.UTC"]
            )
        return members_published_at(stays, at=seen_at)
    if not isinstance(on, date) or isinstance(on, datetime):
        raise SettingsError(
            [f"on is a day, as datetime.date(2026, 3, 1), and no {type(on).__name__}"]
        )
    return members_at(stays, on=on)
