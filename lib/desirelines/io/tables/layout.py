"""How the rows of a table lie in its files."""

from __future__ import annotations

from datetime import date, timedelta

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from desirelines.settings.model import Period
from desirelines.tables import Table

PROPERTY = "desirelines.period"
"""The property of a table that says its layout's period."""
EVENTS_A_DAY: tuple[tuple[Period, int], ...] = (("day", 200_000), ("week", 30_000), ("month", 0))
"""From how many events a day on a period is chosen: a file then has hundreds of thousands."""


def period_for(events_a_day: float) -> Period:
    """The period of the layout of a warehouse that expects so many events a day."""
    return next(period for period, least in EVENTS_A_DAY if events_a_day >= least)


def period_start(period: Period, day: date) -> date:
    """The first day of the day, week (from Monday) or month that the day is in."""
    if period == "month":
        return day.replace(day=1)
    return day - timedelta(days=day.weekday()) if period == "week" else day


def with_period(rows: DataFrame, table: Table, period: Period) -> DataFrame:
    """Add `period_on`, the first day of the period of each row."""
    return rows.withColumn("period_on", F.date_trunc(period, table.period_of).cast("date"))


def laid_out(rows: DataFrame, table: Table, tasks: int) -> DataFrame:
    """Rows by partition, sorted by bucket and key; a table without partitions as it comes.

    The number of tasks is given: else adaptive execution makes one task of a small batch, and one
    core writes all files.
    """
    if not table.partition_by:
        return rows
    names = ("bucket", *table.key)
    keys = [c for c in names if c in table.column_names and c not in table.partition_by]
    parted = rows.repartition(tasks, *table.partition_by)
    return parted.sortWithinPartitions(*table.partition_by, *keys)
