"""The truth about synthetic data, to compare results with in tests."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from desirelines.synthetic.people import anonymous_ids
from desirelines.synthetic.personas import trait
from desirelines.synthetic.scope import Scope
from desirelines.synthetic.visits import click_ms


def to_true_people(people: DataFrame, scope: Scope) -> DataFrame:
    """One row per person: persona, account, zone and streams."""
    return people.select(
        "person_no",
        _persona(),
        "user_id",
        "email",
        "time_zone",
        anonymous_ids(scope).alias("anonymous_ids"),
        "shares_device",
    )


def to_true_sessions(visits: DataFrame, scope: Scope) -> DataFrame:
    """One row per visit: stream, first and last click (true time), web events, and person.

    `event_count` counts regular web events.
    """
    last = F.length("path") - 1
    return visits.select(
        "anonymous_id",
        F.timestamp_millis(click_ms(scope, F.lit(0))).alias("started_at"),
        F.timestamp_millis(click_ms(scope, last)).alias("ended_at"),
        F.length("path").cast("long").alias("event_count"),
        "person_no",
        _persona(),
    )


def _persona() -> Column:
    return trait("name", F.col("persona_no")).alias("persona")
