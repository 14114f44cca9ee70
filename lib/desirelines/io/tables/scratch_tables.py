"""Scratch tables: rows of the running command that its session refuses to keep in memory."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count

from pyspark.sql import DataFrame

from desirelines.frames.keep import scratch_in
from desirelines.io.folders import delete_folder, size_of_folder
from desirelines.io.tables.ddl import drop_statement, tables_statement
from desirelines.io.tables.store import Warehouse

FOLDER = "_scratch"
"""Folder of scratch tables, beside the tables; in a catalog the prefix of their names."""


@dataclass(frozen=True, slots=True)
class ScratchTables:
    """The scratch tables of one run: files below the warehouse, or managed tables of its catalog.

    They hold rows about people, so they lie where the tables are and nowhere else.
    """

    warehouse: Warehouse
    run_id: str
    is_alone: bool
    _numbers: Iterator[int] = field(default_factory=count)

    def put(self, rows: DataFrame) -> tuple[DataFrame, Callable[[], None]]:
        """Write the rows; give them as read back, and what deletes them."""
        number = next(self._numbers)
        if number == 0 and self.is_alone:
            sweep(self.warehouse)
        # Names in a catalog are of letters, digits and underscores.
        name = f"{FOLDER}_{re.sub('[^A-Za-z0-9]', '_', self.run_id)}_{number}"
        spark = self.warehouse.spark
        if self.warehouse.settings.catalog:
            address = self.warehouse.address(name)
            # Rows on their way have columns of any name, which Delta takes only by mapping.
            writer = rows.write.format("delta").option("delta.columnMapping.mode", "name")
            writer.mode("overwrite").saveAsTable(address)
            return spark.table(address), lambda: _drop(self.warehouse, name)
        place = self.warehouse.path_of(f"{FOLDER}/{name}")
        rows.write.mode("overwrite").parquet(place)
        return spark.read.schema(rows.schema).parquet(place), lambda: delete_folder(spark, place)


@contextmanager
def scratch_tables(warehouse: Warehouse, run_id: str, *, is_alone: bool) -> Iterator[None]:
    """Put rows that the session refuses to keep in scratch tables, deleted at the block's end.

    A command that `is_alone`, as it holds the warehouse, first deletes those of commands that died.
    """
    with scratch_in(ScratchTables(warehouse, run_id, is_alone)):
        yield


def sweep(warehouse: Warehouse) -> None:
    """Delete all scratch tables."""
    if not warehouse.settings.catalog:
        delete_folder(warehouse.spark, warehouse.path_of(FOLDER))
        return
    for name in _in_catalog(warehouse):
        _drop(warehouse, name)


def size_of_scratch(warehouse: Warehouse) -> tuple[int, int | None]:
    """The number of files of all scratch tables, and their bytes; in a catalog that of tables."""
    if warehouse.settings.catalog:
        return len(_in_catalog(warehouse)), None
    return size_of_folder(warehouse.spark, warehouse.path_of(FOLDER))


def _in_catalog(warehouse: Warehouse) -> list[str]:
    schema = warehouse.address(FOLDER).rpartition(".")[0]
    listed = warehouse.spark.sql(tables_statement(schema, FOLDER)).collect()
    return [row["tableName"] for row in listed]


def _drop(warehouse: Warehouse, name: str) -> None:
    warehouse.spark.sql(drop_statement(warehouse.address(name)))
