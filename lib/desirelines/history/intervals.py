"""Membership over all published runs: numbered changes, stays, and the members at a time.

Two times are told apart. Valid time is the day that a run speaks of, its as_of. Run time is the
run itself, by its place in the chain of published runs or by the moment of its publication. They
agree but for runs with the same as_of, of which only the last one holds in valid time.
"""

from __future__ import annotations

from datetime import date, datetime

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from desirelines.history.membership_changes import LEFT
from desirelines.tables import PUBLISHED_CHANGES, SEGMENT_HISTORY
from desirelines.tables.conform import conform

MEMBER = ("person_id", "segment_id", "is_primary")
"""Columns of a member at a time."""


def to_published_changes(changes: DataFrame, chain: DataFrame) -> DataFrame:
    """The changes of published runs, numbered, as contracted: one row per change.

    `chain` holds one row per published run: run_id, place (from 1, in the order of the chain) and
    published_at. Changes of other runs do not count. `sequence` is the place of the run, so the
    changes after a known sequence are those of later runs.
    """
    numbered = changes.join(
        F.broadcast(chain.select("run_id", F.col("place").alias("sequence"), "published_at")),
        "run_id",
    )
    return conform(numbered, PUBLISHED_CHANGES)


def to_segment_history(published_changes: DataFrame) -> DataFrame:
    """The stays of people in segments, as contracted: one row per person, segment and stay.

    A stay begins with a change other than `left` and ends with the next change of the same person
    and segment, so `primary_changed` ends one stay and begins another. Days are half-open.

    A stay that began and ended in two runs of the same day has valid_from = valid_to. It stands
    here because it is true of its run; in valid time it holds on no day (see `members_at`).
    """
    later = Window.partitionBy("person_id", "segment_id").orderBy("sequence")
    ends = {
        "valid_to": F.lead("effective_on").over(later),
        "to_run_id": F.lead("run_id").over(later),
        "to_sequence": F.lead("sequence").over(later),
        "to_published_at": F.lead("published_at").over(later),
    }
    stays = published_changes.withColumns(ends).filter(F.col("change") != LEFT)
    begins = {
        "valid_from": F.col("effective_on"),
        "from_run_id": F.col("run_id"),
        "from_sequence": F.col("sequence"),
        "from_published_at": F.col("published_at"),
        "__START_AT": F.col("effective_on"),
        "__END_AT": F.col("valid_to"),
    }
    return conform(stays.withColumns(begins), SEGMENT_HISTORY)


def members_at(history: DataFrame, *, on: date) -> DataFrame:
    """Members on a day, in valid time: after the last published run with as_of on it or before.

    Of several runs with the same as_of the last one counts.
    """
    return _held(history, F.lit(on), "valid_from", "valid_to")


def members_of_run(history: DataFrame, *, sequence: int) -> DataFrame:
    """Members after the run at this place of the chain, in run time."""
    return _held(history, F.lit(sequence), "from_sequence", "to_sequence")


def members_published_at(history: DataFrame, *, at: datetime) -> DataFrame:
    """Members after the run that was the newest published one at this moment, in run time.

    `at` has a time zone.
    """
    return _held(history, F.lit(at), "from_published_at", "to_published_at")


def _held(history: DataFrame, moment: Column, begin: str, end: str) -> DataFrame:
    """Members by the stays that hold at a moment; a stay does not hold at its end."""
    is_open = F.col(end).isNull() | (moment < F.col(end))
    return history.filter((F.col(begin) <= moment) & is_open).select(*MEMBER)
