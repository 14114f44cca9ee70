"""Membership over all published runs, from the published changes: changes and stays."""

from __future__ import annotations

from pyspark.sql import DataFrame

from desirelines.history.intervals import to_published_changes, to_segment_history
from desirelines.run.context import Run
from desirelines.tables import SEGMENT_CHANGES


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
