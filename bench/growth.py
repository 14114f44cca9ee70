"""Part growth: sessions of a tenth, a fifth, half and all of a size.

The cost of an event should not rise with their number.
"""

from __future__ import annotations

from pathlib import Path

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from bench.events import events
from bench.harness import Comparison, Facts, Part, Variant
from bench.sessions import BUCKETS, to_nowhere
from desirelines.sessions.sessions import to_sessions
from desirelines.settings.sessions import Sessions

PARTS = {"tenth": 10, "fifth": 5, "half": 2, "whole": 1}
"""A variant's events are one of so many parts of all."""
SLACK = 1.15
"""Up to this multiple of the tenth's cost per event counts as flat."""

COMPARISONS = tuple(
    Comparison(name, "tenth", PARTS["tenth"] / parts * SLACK)
    for name, parts in PARTS.items()
    if name != "tenth"
)


def growth_part(spark: SparkSession, size: int, out: Path) -> Part:
    """Make the events of each size and name the variants; every event must be in a session."""
    rows = {name: events(spark, size // parts, out) for name, parts in PARTS.items()}
    counts = {name: some.count() for name, some in rows.items()}

    def sessions(name: str) -> DataFrame:
        return to_sessions(rows[name], Sessions(), zone="UTC", buckets=BUCKETS)

    def facts(name: str) -> Facts:
        held = int(sessions(name).agg(F.sum("event_count")).collect()[0][0])
        message = (
            "every event is in a session"
            if held == counts[name]
            else f"{held} of {counts[name]} are in sessions"
        )
        return Facts(rows=0, events=counts["whole"], steps=0, checksum=message)

    return Part(
        title="growth",
        variants=tuple(
            Variant(
                name, lambda name=name: to_nowhere(sessions(name)), lambda name=name: facts(name)
            )  # type: ignore[misc]
            for name in PARTS
        ),
        comparisons=COMPARISONS,
        events=counts["whole"],
        notes=(
            f"{counts}: events of each. Flat is a ratio of ten, five and two to one; "
            f"the goal is {SLACK} of that.",
        ),
    )
