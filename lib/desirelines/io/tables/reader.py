"""Where tables are, and what reads them."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, cast

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from desirelines.errors import ContractError
from desirelines.io.spark.local_files import is_local
from desirelines.io.tables.addresses import absolute, make_writable, quoted
from desirelines.io.tables.contract_check import (
    Found,
    found_by_spark,
    found_in_folder,
    problems_of,
)
from desirelines.io.tables.few_files import read_few_files
from desirelines.io.tables.file_statistics import (
    bounds_of_files,
    rows_in_files,
    rows_in_files_since,
)
from desirelines.io.tables.layout import PROPERTY, period_for
from desirelines.io.tables.log import is_readable, newest_version, version_in_history
from desirelines.io.tables.rows import row_count
from desirelines.io.tables.small import (
    Where,
    in_utc,
    matches_by_spark,
    matches_in_folder,
    ordered,
    rows_by_spark,
    rows_in_folder,
)
from desirelines.settings.model import Period
from desirelines.settings.model import Warehouse as WarehouseSettings
from desirelines.tables import EVENTS, Table

AT_ONCE = 4
"""Largest number of tables that are looked at, or written, at the same time."""


@dataclass
class TableReader:
    """Reads the tables of one deployment: paths below a folder, or names in a catalog.

    What the log of a table in a local folder says is read without Spark
    (docs/adr/0014-cost-of-a-small-run.md).
    """

    spark: SparkSession
    settings: WarehouseSettings
    _there: set[str] = field(default_factory=set)
    _versions: dict[str, int | None] = field(default_factory=dict)
    _periods: dict[str, Period] = field(default_factory=dict)
    expected_events_a_day: float = 0
    """By which a warehouse without events chooses the period of its layout."""

    def address(self, name: str) -> str:
        """The table's address, quoted for SQL."""
        if self.settings.catalog and self.settings.schema_:
            return ".".join(
                quoted(part) for part in (self.settings.catalog, self.settings.schema_, name)
            )
        return f"delta.{quoted(self.path_of(name))}"

    def path_of(self, name: str) -> str:
        """The folder of a path table, or of something beside the tables (checkpoints, MLflow)."""
        return f"{absolute(self.settings.path)}/{name}"

    @cached_property
    def local_folder(self) -> Path | None:
        """The folder of the tables; None if they are, or may be, elsewhere than on this machine."""
        if self.settings.catalog or not is_local(self.spark, self.settings.path):
            return None
        return Path(absolute(self.settings.path))

    def check_writable(self) -> None:
        """Make sure the folder can be written; a folder created now belongs to its owner alone.

        Raises:
            MachineError: it cannot be written.
        """
        if self.local_folder is not None:
            make_writable(self.local_folder)

    def exists(self, table: Table) -> bool:
        """Whether the table exists."""
        if table.name in self._there:
            return True
        folder = self.local_folder
        has_log = folder is not None and newest_version(folder / table.name) is not None
        if has_log or (folder is None and self.is_readable(table)):
            self._there.add(table.name)
        return table.name in self._there

    def is_readable(self, table: Table) -> bool:
        """Whether Spark can read the table: it exists, and its log is whole."""
        return is_readable(self.spark, self.address(table.name))

    def read(self, table: Table) -> DataFrame:
        """The table's rows; none when it does not exist yet."""
        if not self.exists(table):
            return self.spark.createDataFrame([], table.schema)
        if self.local_folder is not None:
            rows = read_few_files(self.spark, self.local_folder / table.name)
            if rows is not None:
                return rows
        return self.spark.sql(f"SELECT * FROM {self.address(table.name)}")

    def rows(self, table: Table, *order: str, where: Where | None = None) -> list[dict[str, Any]]:
        """Rows of a table without people, which is small, to the driver; times are in UTC.

        Those with one of the given values in each column of `where`, in the given order of columns.

        Raises:
            ContractError: the table is about people, so nobody knows how many rows it has.
        """
        if table.erased_by:
            raise ContractError(f"'{table.name}' is about people: it is read by Spark alone")
        where = where or {}
        if not self.exists(table) or not all(where.values()):
            return []
        rows = (
            rows_by_spark(self.read(table), table, where)
            if self.local_folder is None
            else rows_in_folder(self.local_folder / table.name, table, where)
        )
        return ordered(rows, order)

    def find(self, table: Table, column: str, value: str) -> list[dict[str, Any]]:
        """The rows with this value in a column of text, to the driver: what is known of a person.

        Times are in UTC.
        """
        if not self.exists(table):
            return []
        if self.local_folder is None:
            return matches_by_spark(self.read(table), column, value)
        return matches_in_folder(self.local_folder / table.name, table, column, value)

    def bounds(self, table: Table, column: str) -> tuple[Any, Any] | None:
        """The smallest and the largest value of a column; null if the table has no row.

        Of times, microseconds may be missing. Reads no row where the table's log says it.
        """
        if not self.exists(table):
            return None
        in_files = None
        if self.local_folder is not None:
            in_files = bounds_of_files(self.local_folder / table.name, column)
        if in_files is None:
            least, most = F.min(column).alias("least"), F.max(column).alias("most")
            row = in_utc(self.read(table).agg(least, most).collect()[0].asDict())
            in_files = [] if row["most"] is None else [(row["least"], row["most"])]
        if not in_files:
            return None
        return min(least for least, _ in in_files), max(most for _, most in in_files)

    def row_count(self, table: Table, **partition: date) -> int:
        """The table's number of rows, or that of a partition; read where its log does not say it.

        `partition` is a column of the file layout and its value.
        """
        if not self.exists(table):
            return 0
        count = None
        if self.local_folder is not None:
            count = rows_in_files(self.local_folder / table.name, partition)
        if count is not None:
            return count
        rows = self.read(table)
        for column, value in partition.items():
            rows = rows.filter(F.col(column) == F.lit(value))
        return row_count(rows)

    def rows_since(self, table: Table, column: str, value: Any) -> int:
        """The number of rows with this value or more; where the log says it, of whole files."""
        if not self.exists(table):
            return 0
        count = None
        if self.local_folder is not None:
            count = rows_in_files_since(self.local_folder / table.name, column, value)
        if count is None:
            count = row_count(self.read(table).filter(F.col(column) >= F.lit(value)))
        return count

    def partitions(self, table: Table, column: str) -> set[Any]:
        """The values of a column of the file layout."""
        if not self.exists(table):
            return set()
        in_files = None
        if self.local_folder is not None:
            in_files = bounds_of_files(self.local_folder / table.name, column)
        if in_files is not None:
            return {value for value, _ in in_files}
        return {row[0] for row in self.read(table).select(column).distinct().collect()}

    def run_ids(self, table: Table) -> set[str]:
        """The runs that have rows in the table."""
        if not self.exists(table):
            return set()
        in_files = None
        if self.local_folder is not None:
            in_files = bounds_of_files(self.local_folder / table.name, "run_id")
        if in_files is not None and all(least == most for least, most in in_files):
            return {run_id for run_id, _ in in_files}
        return {row["run_id"] for row in self.read(table).select("run_id").distinct().collect()}

    def version(self, table: Table) -> int | None:
        """The version this command first saw or last wrote; None if there is no such table."""
        if table.name not in self._versions:
            self._versions[table.name] = None
            if self.local_folder is not None:
                self._versions[table.name] = newest_version(self.local_folder / table.name)
            elif self.exists(table):
                address = self.address(table.name)
                self._versions[table.name] = version_in_history(self.spark, address)
        return self._versions[table.name]

    def forget_version(self, table: Table) -> None:
        """Look for the table's version again at the next use: it was written by a statement."""
        self._versions.pop(table.name, None)

    def versions(self, tables: Iterable[Table]) -> dict[str, int | None]:
        """The versions of several tables by name, read at the same time."""
        tables = tuple(tables)
        with ThreadPoolExecutor(AT_ONCE, "version") as pool:
            return dict(zip((t.name for t in tables), pool.map(self.version, tables), strict=True))

    def problems(self, table: Table) -> list[str]:
        """Differences of an existing table from its contract: protocol, properties, columns."""
        found, wanted = self.found(table), self.settings.period
        problems = problems_of(found, table)
        period = found.properties.get(PROPERTY)
        if table.period_of and wanted not in ("auto", period):
            problems.append(
                f"it is filed by {period}, and warehouse.period is {wanted}: set it to {period}, "
                "or create another warehouse"
            )
        return problems

    def period(self, table: Table) -> Period:
        """The period that the rows of a table are filed by: its own, or what it will have."""
        if table.name in self._periods:
            return self._periods[table.name]
        if self.exists(table):
            own = cast("Period", self.found(table).properties[PROPERTY])
            return self._periods.setdefault(table.name, own)
        if table != EVENTS and self.exists(EVENTS):
            return self.period(EVENTS)
        given = self.settings.period
        return period_for(self.expected_events_a_day) if given == "auto" else given

    def found(self, table: Table) -> Found:
        """What an existing table is: protocol, properties, columns."""
        if self.local_folder is None:
            return found_by_spark(self.spark, self.address(table.name))
        return found_in_folder(self.local_folder / table.name)
