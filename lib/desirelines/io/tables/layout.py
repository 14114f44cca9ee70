"""How the rows of a table lie in its files."""

from __future__ import annotations

from pyspark.sql import DataFrame

from desirelines.tables import Table


def laid_out(rows: DataFrame, table: Table, tasks: int) -> DataFrame:
    """Rows by partition, sorted by bucket and key; a table without partitions as it comes.

    The number of tasks is given: else adaptive execution makes one task of a small batch, and one
    core writes a file a day.
    """
    if not table.partition_by:
        return rows
    names = ("bucket", *table.key)
    keys = [c for c in names if c in table.column_names and c not in table.partition_by]
    parted = rows.repartition(tasks, *table.partition_by)
    return parted.sortWithinPartitions(*table.partition_by, *keys)
