"""Current identities and stream owners."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from desirelines.io.tables.rows import listed
from desirelines.run.context import Run
from desirelines.tables import IDENTITY_MAP, STREAM_OWNERS


def open_identities(run: Run) -> DataFrame:
    """The current person of every identifier."""
    return run.warehouse.read(IDENTITY_MAP).filter(F.col("to_run").isNull())


def open_owners(run: Run) -> DataFrame:
    """The current intervals of every stream, each with its person."""
    return run.warehouse.read(STREAM_OWNERS).filter(F.col("to_run").isNull())


def one_person(run: Run, person_id: str) -> DataFrame:
    """One row, with person_id, to join with.

    Joined as data, because a literal in a plan would stand in Spark's event log.
    """
    return F.broadcast(listed(run.spark, [person_id], "person_id"))
