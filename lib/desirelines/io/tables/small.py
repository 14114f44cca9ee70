"""Rows of small tables, for the driver."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
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
    # Imported here, as no table of a cluster is read so.
    from deltalake import DeltaTable

    filters = [(column, "in", sorted(values)) for column, values in where.items()]
    read = DeltaTable(folder).to_pyarrow_table(columns=table.column_names, filters=filters or None)
    return [in_utc(row) for row in read.to_pylist()]


def rows_by_spark(table_rows: DataFrame, where: Where) -> list[dict[str, Any]]:
    """Rows of a table anywhere."""
    for column, values in where.items():
        table_rows = table_rows.filter(F.col(column).isin(*values))
    return [in_utc(row.asDict()) for row in table_rows.collect()]


def ordered(rows: Iterable[dict[str, Any]], by: Collection[str]) -> list[dict[str, Any]]:
    """The rows in the order of these columns; null comes first, as in Spark."""
    return sorted(rows, key=lambda row: [(row[c] is not None, row[c]) for c in by])


def in_utc(row: dict[str, Any]) -> dict[str, Any]:
    """The row with its times in UTC.

    PySpark gives them in local time, where one hour in autumn comes twice.
    """
    return {k: v.astimezone(UTC) if isinstance(v, datetime) else v for k, v in row.items()}
