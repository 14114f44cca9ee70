"""Append rows that the driver has to a table in a local folder, without Spark.

For a commit of ten rows Spark takes two executions and half a second; delta-rs takes milliseconds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from desirelines.io.tables.log import drop_stale_sum
from desirelines.tables import Table

DriverRows = Sequence[Mapping[str, Any]]
"""Rows on the driver, each by the names of its columns; a column left out is null."""


def is_for_driver(table: Table) -> bool:
    """Whether the driver may write the table: nothing in it is about a person."""
    return not table.erased_by and not any(column.personal for column in table.columns)


def append_in_folder(folder: Path, table: Table, rows: DriverRows) -> None:
    """Append the rows to the table in the folder, in one commit; no rows make no commit.

    Raises:
        pyarrow.ArrowInvalid, pyarrow.ArrowTypeError: a value is not of its column's type.
    """
    # Imported here, as no table of a cluster is written so.
    import pyarrow
    from deltalake import write_deltalake
    from pyspark.sql.pandas.types import to_arrow_schema

    if not rows:
        return
    schema = to_arrow_schema(table.schema, timezone="UTC")
    columns = pyarrow.Table.from_pylist([dict(row) for row in rows], schema=schema)
    write_deltalake(folder, columns, mode="append")
    drop_stale_sum(folder)  # after some commits delta-rs writes a checkpoint
