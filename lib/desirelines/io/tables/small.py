"""Rows of small tables, for the driver."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from functools import reduce
from operator import and_
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from desirelines.tables import Table

Where = Mapping[str, Collection[str]]
"""Columns of text, each with the values that its rows have.

Of text alone: by truth values delta-rs 1.6 leaves out files that have the value.
"""


def rows_in_folder(folder: Path, table: Table, where: Where) -> list[dict[str, Any]]:
    """Rows of a table in a local folder, read without Spark.

    Spark plans four queries for a table of ten rows, three of them about its log.
    """
    return _read(folder, table, where)


def matches_in_folder(folder: Path, table: Table, column: str, value: str) -> list[dict[str, Any]]:
    """Rows with this value in a column, of a table of any size in a local folder.

    Reads the whole column, as no statistics are kept of columns about people, and the rest only of
    what fits.
    """
    return _read(folder, table, {column: [value]})


def _read(folder: Path, table: Table, where: Where) -> list[dict[str, Any]]:
    # Imported here, as no table of a cluster is read so.
    from deltalake import DeltaTable
    from pyarrow.compute import field
    from pyarrow.fs import LocalFileSystem, SubTreeFileSystem

    # Arrow's own files: through those of delta-rs, threads of Arrow call Python while it ends, and
    # every other process ended with an abort.
    files = SubTreeFileSystem(str(folder), LocalFileSystem())
    wanted = [field(column).isin(sorted(values)) for column, values in where.items()]
    dataset = DeltaTable(folder).to_pyarrow_dataset(filesystem=files)
    # A table at an older version of its contract lacks what came later.
    columns = [c.name for c in table.columns if c.since == 1 or c.name in dataset.schema.names]
    read = dataset.to_table(columns=columns, filter=reduce(and_, wanted) if wanted else None)
    return [dict.fromkeys(table.column_names) | in_utc(row) for row in read.to_pylist()]


def matches_by_spark(table_rows: DataFrame, column: str, value: str) -> list[dict[str, Any]]:
    """Rows with this value in a column, of a table anywhere.

    The value is joined as data: as a literal of the plan it would stand in Spark's event log.
    """
    wanted = F.broadcast(table_rows.sparkSession.createDataFrame([(value,)], f"`{column}` string"))
    return [in_utc(row.asDict()) for row in table_rows.join(wanted, column).collect()]


def rows_by_spark(table_rows: DataFrame, table: Table, where: Where) -> list[dict[str, Any]]:
    """Rows of a table anywhere."""
    for column, values in where.items():
        table_rows = table_rows.filter(F.col(column).isin(*values))
    # A table at an older version of its contract lacks what came later.
    later = dict.fromkeys(c.name for c in table.columns if c.since > 1)
    return [later | in_utc(row.asDict()) for row in table_rows.collect()]


def ordered(rows: Iterable[dict[str, Any]], by: Collection[str]) -> list[dict[str, Any]]:
    """The rows in the order of these columns; null comes first, as in Spark."""
    return sorted(rows, key=lambda row: [(row[c] is not None, row[c]) for c in by])


def in_utc(row: dict[str, Any]) -> dict[str, Any]:
    """The row with its times in UTC.

    PySpark gives them in local time, where one hour in autumn comes twice.
    """
    return {k: v.astimezone(UTC) if isinstance(v, datetime) else v for k, v in row.items()}
