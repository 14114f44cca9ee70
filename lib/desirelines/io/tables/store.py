"""The warehouse: where tables are, and the operations that write rows.

No other module knows paths or catalogs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from threading import RLock
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from desirelines.errors import ContractError
from desirelines.io.spark.local_files import is_local
from desirelines.io.tables.addresses import absolute, make_writable, quoted
from desirelines.io.tables.contract_check import found_by_spark, found_in_folder, problems_of
from desirelines.io.tables.ddl import create_statement
from desirelines.io.tables.dml import delete_statement, merge_statement
from desirelines.io.tables.file_statistics import bounds_of_files, rows_in_files
from desirelines.io.tables.first_commit import write_first_commit
from desirelines.io.tables.layout import laid_out
from desirelines.io.tables.log import is_readable, newest_version, version_in_history
from desirelines.io.tables.predicates import Predicate, equals
from desirelines.io.tables.rows import row_count
from desirelines.io.tables.small import (
    Where,
    filtered,
    in_utc,
    ordered,
    rows_by_spark,
    rows_in_folder,
)
from desirelines.settings.model import Warehouse as WarehouseSettings
from desirelines.tables import Table
from desirelines.tables.conform import conform

AT_ONCE = 4
"""Largest number of tables that are written at the same time."""


@dataclass
class Warehouse:
    """The tables of one deployment, as paths below a folder or as names in a catalog."""

    spark: SparkSession
    settings: WarehouseSettings
    _ready: set[str] = field(default_factory=set)
    _there: set[str] = field(default_factory=set)
    _versions: dict[str, int | None] = field(default_factory=dict)
    _new_run: str | None = None
    _closed_runs: set[str] = field(default_factory=set)
    _written: dict[str, set[Predicate | None]] = field(default_factory=dict)
    _locks: dict[str, AbstractContextManager[bool]] = field(default_factory=dict)
    before_first_write: Callable[[], None] | None = None
    """Called once, before this command writes to any table; if it raises, nothing is written."""
    _beginning: AbstractContextManager[bool] = field(default_factory=RLock)

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

    def _alone(self, table: Table) -> AbstractContextManager[bool]:
        """A lock to hold while a table is written.

        Sources are read at the same time, and on a local disk one of two simultaneous commits may
        be lost: a local rename checks for the target and then renames. Other stores refuse by
        themselves.
        """
        return self._locks.setdefault(table.name, RLock())

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

    def begin_run(self, run_id: str) -> None:
        """Declare that nothing of this run was ever written.

        Its first write to a table then appends, without a search for earlier rows.
        """
        self._new_run = run_id

    def read(self, table: Table) -> DataFrame:
        """The table's rows; none when it does not exist yet."""
        if not self.exists(table):
            return self.spark.createDataFrame([], table.schema)
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
            rows_by_spark(self.read(table), where)
            if self.local_folder is None
            else rows_in_folder(self.local_folder / table.name, table, where)
        )
        return ordered(rows, order)

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

    def row_count(self, table: Table, where: Where | None = None) -> int:
        """The table's number of rows; none are read where its log says it.

        Or of those with one of the given values in each column of `where`, which are columns of the
        file layout.
        """
        if not self.exists(table):
            return 0
        count = None
        if self.local_folder is not None:
            count = rows_in_files(self.local_folder / table.name, where or {})
        return row_count(filtered(self.read(table), where or {})) if count is None else count

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

    def _is_known_empty(self, table: Table) -> bool:
        return self.local_folder is not None and self.row_count(table) == 0

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

    def versions(self, tables: Iterable[Table]) -> dict[str, int | None]:
        """The versions of several tables by name, read at the same time."""
        tables = tuple(tables)
        with ThreadPoolExecutor(AT_ONCE, "version") as pool:
            return dict(zip((t.name for t in tables), pool.map(self.version, tables), strict=True))

    def append(self, rows: DataFrame, table: Table) -> None:
        """Append the rows."""
        with self._alone(table):
            self.create(table)
            self._save(conform(rows, table), table, "append", {})

    def append_once(self, rows: DataFrame, table: Table, *, writer: str, number: int) -> None:
        """Append; do nothing if this writer has used this number, or a higher one, before."""
        options = {"txnAppId": f"desirelines:{table.name}:{writer}", "txnVersion": str(number)}
        with self._alone(table):
            self.create(table)
            self._save(conform(rows, table), table, "append", options)

    def close_runs(self, run_ids: Iterable[str]) -> None:
        """Declare runs ended: what they wrote is history, which `replace_run` refuses to change."""
        self._closed_runs.update(run_ids)

    def replace_where(self, rows: DataFrame, table: Table, predicate: Predicate) -> None:
        """Replace the rows that match the predicate."""
        is_new = self.create(table)
        how = ("append", {}) if is_new else ("overwrite", {"replaceWhere": predicate.sql})
        self._save(conform(rows, table), table, *how)

    def replace_run(
        self, rows: DataFrame, table: Table, run_id: str, part: Predicate | None = None
    ) -> None:
        """Replace what this run wrote before, or only its `part`. Idempotent.

        Two parts share no row.

        Raises:
            ContractError: the run has ended.
        """
        if run_id in self._closed_runs:
            raise ContractError(
                f"run {run_id} is closed: its rows in '{table.name}' are history and stay as they "
                "are. Begin a new run."
            )
        written = self._written.setdefault(table.name, set())
        is_first = run_id == self._new_run and not self._was_written(table, part)
        if run_id == self._new_run:
            written.add(part)
        if is_first:
            self.append(rows, table)
        else:
            of_run = equals("run_id", run_id)
            self.replace_where(rows, table, of_run & part if part else of_run)

    def _was_written(self, table: Table, part: Predicate | None) -> bool:
        """Whether this run has written this part or the whole table; without a part, any rows."""
        written = self._written[table.name]
        return bool(written & {part, None} if part else written)

    def drop_runs(self, table: Table, run_ids: Iterable[str]) -> None:
        """Delete the rows of these runs, ended ones too.

        For rows that are kept for a limited time, or were never published.
        """
        runs = self.spark.createDataFrame([(r,) for r in sorted(run_ids)], "run_id string")
        self.delete(runs, table)

    def replace_run_of(self, tables: list[tuple[DataFrame, Table]], run_id: str) -> None:
        """Replace what this run wrote to several tables, at the same time.

        A small commit waits more than it works.
        """
        with ThreadPoolExecutor(AT_ONCE, "write") as pool:
            for writing in [
                pool.submit(self.replace_run, rows, table, run_id) for rows, table in tables
            ]:
                writing.result()

    def replace_all(self, rows: DataFrame, table: Table) -> None:
        """Replace the whole table in one commit."""
        self.create(table)
        # Nothing is replaced in a table without rows, and Delta need not look for what is.
        mode = "append" if self._is_known_empty(table) else "overwrite"
        self._save(conform(rows, table), table, mode, {})

    def merge(
        self,
        rows: DataFrame,
        table: Table,
        *,
        update: tuple[str, ...] = (),
        stamp: tuple[str, ...] = (),
        only_lower: bool = False,
    ) -> None:
        """Insert rows whose key is new; update rows that differ in an `update` column.

        An update sets the `update` and the `stamp` columns. With `only_lower` only a lower value
        replaces the present one, so that the order of writes makes no difference.
        """
        with self._alone(table):
            if self.create(table):
                self._save(conform(rows, table), table, "append", {})
                return
            # A stream's batch has its own session, and its view must be in that session too.
            session = rows.sparkSession
            view = f"desirelines_new_{table.name}"
            conform(rows, table).createOrReplaceTempView(view)
            statement = merge_statement(
                self.address(table.name), view, table, update, stamp, only_lower=only_lower
            )
            session.sql(statement)
            session.catalog.dropTempView(view)
            self._versions.pop(table.name, None)

    def delete(self, keys: DataFrame, table: Table) -> None:
        """Delete the rows with these values in the columns of `keys`.

        The values are passed as data, so they never appear in the log.
        """
        with self._alone(table):
            if self.create(table):
                return
            view = f"desirelines_gone_{table.name}"
            keys.distinct().createOrReplaceTempView(view)
            self.spark.sql(delete_statement(self.address(table.name), view, keys.columns))
            self.spark.catalog.dropTempView(view)
            self._versions.pop(table.name, None)

    def create(self, table: Table) -> bool:
        """Create the table by its contract if it does not exist; return whether it was created now.

        Raises:
            ContractError: it exists, with features that other readers do not know or with another
                schema.
            DesirelinesError: whatever `before_first_write` raises.
        """
        if table.name in self._ready:
            return False
        self._begin()
        is_new = not self.exists(table)
        if is_new:
            self._create(table)
        else:
            problems = self.problems(table)
            if problems:
                raise ContractError(
                    f"table '{table.name}' is not as contracted: " + "; ".join(problems)
                )
        self._ready.add(table.name)
        self._there.add(table.name)
        return is_new

    def _begin(self) -> None:
        with self._beginning:  # tables are written at the same time: the others wait for this
            first, self.before_first_write = self.before_first_write, None
            try:
                if first is not None:
                    first()
            except BaseException:
                self.before_first_write = first
                raise

    def _create(self, table: Table) -> None:
        if self.local_folder is not None:
            write_first_commit(self.local_folder / table.name, table)
        else:
            self.spark.sql(create_statement(self.address(table.name), table))
        self._versions.pop(table.name, None)

    def problems(self, table: Table) -> list[str]:
        """Differences of an existing table from its contract: protocol, properties, columns."""
        found = (
            found_by_spark(self.spark, self.address(table.name))
            if self.local_folder is None
            else found_in_folder(self.local_folder / table.name)
        )
        return problems_of(found, table)

    def _save(self, rows: DataFrame, table: Table, mode: str, options: dict[str, str]) -> None:
        tasks = int(self.spark.conf.get("spark.sql.shuffle.partitions") or 8)
        writer = laid_out(rows, table, tasks).write.format("delta").mode(mode).options(**options)
        if self.settings.catalog:
            writer.saveAsTable(self.address(table.name))
        else:
            writer.save(self.path_of(table.name))
        self._versions.pop(table.name, None)
