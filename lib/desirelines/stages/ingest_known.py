"""Events that earlier batches brought, by which a batch's rows are known to be copies or not."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from desirelines.events.fates import LOOK_UP
from desirelines.run.context import Run
from desirelines.stages.ingest_part import Part, union
from desirelines.tables import EVENTS


def days_of(parts: Iterable[Part]) -> dict[str, tuple[date, date]]:
    """The first and the last day of each part's usable rows, by source; none without such rows."""
    spans = [
        part.rows.mapped.filter((F.size("reasons") == 0) & ~F.col("is_late"))
        .agg(F.min("occurred_at").alias("first"), F.max("occurred_at").alias("last"))
        .withColumn("source", F.lit(part.source_name))
        for part in parts
    ]
    if not spans:
        return {}
    rows = [row for row in union(spans).collect() if row["first"] is not None]
    return {row["source"]: (row["first"].date(), row["last"].date()) for row in rows}


def known_events(run: Run, part: Part, days: tuple[date, date]) -> DataFrame:
    """Events of the source on the batch's days, and as many days around as events can be late.

    For snapshots, which bring few events, all of them: the state before can be of any day.
    """
    source, around = part.terms.source, int(part.terms.settings.ingest.late_days) + 1
    first, last = days[0] - timedelta(days=around), days[1] + timedelta(days=around)
    on_days = (F.col("occurred_on") >= F.lit(first)) & (F.col("occurred_on") <= F.lit(last))
    of_others = (F.col("source") == source.name) & (F.col("ingest_batch") != part.batch.name)
    wanted = of_others if source.snapshot else of_others & on_days
    return run.warehouse.read(EVENTS).filter(wanted).select(*LOOK_UP)
