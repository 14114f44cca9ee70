"""Who is who now, and who owns which stream now."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from desirelines.run.context import Run
from desirelines.tables import IDENTITY_MAP, STREAM_OWNERS


def open_identities(run: Run) -> DataFrame:
    """Who every identifier is now."""
    return run.warehouse.read(IDENTITY_MAP).filter(F.col("to_run").isNull())


def open_owners(run: Run) -> DataFrame:
    """The stretches of every stream and the person each belongs to, as they are now."""
    return run.warehouse.read(STREAM_OWNERS).filter(F.col("to_run").isNull())
