"""The warehouse: where tables are, and the operations that write rows.

No other module knows paths or catalogs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from threading import RLock

from pyspark.sql import DataFrame

from desirelines.errors import ContractError, VersionError
from desirelines.io.spark.job_names import at_once
from desirelines.io.tables.addresses import quoted
from desirelines.io.tables.ddl import create_statement
from desirelines.io.tables.dml import delete_statement, merge_statement
from desirelines.io.tables.driver_rows import DriverRows, append_in_folder, is_for_driver
from desirelines.io.tables.first_commit import write_first_commit
from desirelines.io.tables.layout import PROPERTY, laid_out, with_period
from desirelines.io.tables.predicates import Predicate, equals
from desirelines.io.tables.reader import AT_ONCE, TableReader
from desirelines.io.tables.rows import listed
from desirelines.tables import Table
from desirelines.tables.conform import conform


@dataclass
class Warehouse(TableReader):
    """Reads and writes the tables of one deployment."""

    _ready: set[str] = field(default_factory=set)
    _new_run: str | None = None
    _closed_runs: set[str] = field(default_factory=set)
    _written: dict[str, set[Predicate | None]] = field(default_factory=dict)
    _locks: dict[str, AbstractContextManager[bool]] = field(default_factory=dict)
    before_first_write: Callable[[], None] | None = None
    """Called once, before this command writes to any table; if it raises, nothing is written."""
    _beginning: AbstractContextManager[bool] = field(default_factory=RLock)

    def alone(self, table: Table) -> AbstractContextManager[bool]:
        """A lock to hold while a table is written.

        Sources are read at the same time, and on a local disk one of two simultaneous commits may
        be lost: a local rename checks for the target and then renames. Other stores refuse by
        themselves.
        """
        return self._locks.setdefault(table.name, RLock())

    def begin_run(self, run_id: str) -> None:
        """Declare that nothing of this run was ever written.

        Its first write to a table then appends, without a search for earlier rows.
        """
        self._new_run = run_id

    def _is_known_empty(self, table: Table) -> bool:
        return self.local_folder is not None and self.row_count(table) == 0

    def append(self, rows: DataFrame | DriverRows, table: Table) -> None:
        """Append the rows."""
        with self.alone(table):
            self.create(table)
            self._save(rows, table, "append", {})

    def append_once(
        self, rows: DataFrame | DriverRows, table: Table, *, writer: str, number: int
    ) -> None:
        """Append; do nothing if this writer has used this number, or a higher one, before."""
        options = {"txnAppId": f"desirelines:{table.name}:{writer}", "txnVersion": str(number)}
        with self.alone(table):
            self.create(table)
            self._save(rows, table, "append", options)

    def append_attempt(
        self, rows: DataFrame | DriverRows, table: Table, *, writer: str, number: int
    ) -> None:
        """Append rows of an attempt whose predecessors' rows were deleted; no commit comes twice.

        The answer to a commit can be lost on the way from a store, and then it is sent again: the
        writer's number tells. A local folder answers, and the look-up would cost two executions.
        """
        if self.local_folder is not None:
            self.append(rows, table)
        else:
            self.append_once(rows, table, writer=writer, number=number)

    def close_runs(self, run_ids: Iterable[str]) -> None:
        """Declare runs ended: what they wrote is history, which `replace_run` refuses to change."""
        self._closed_runs.update(run_ids)

    def replace_where(
        self, rows: DataFrame | DriverRows, table: Table, predicate: Predicate
    ) -> None:
        """Replace the rows that match the predicate."""
        is_new = self.create(table)
        how = ("append", {}) if is_new else ("overwrite", {"replaceWhere": predicate.sql})
        self._save(rows, table, *how)

    def replace_partition(self, rows: DataFrame, table: Table, column: str, day: date) -> None:
        """Replace the rows of one value of a column of the file layout, as a day.

        The first rows of that value are appended: nothing is searched for earlier ones.
        """
        self.create(table)
        if day in self.partitions(table, column):
            self.replace_where(rows, table, equals(column, day))
        else:
            self.append(rows, table)

    def rewrite(self, rows: DataFrame, table: Table, predicate: Predicate) -> None:
        """Replace the rows that match a condition on the file layout by the same, laid out anew.

        The commit says that no row changed, so a stream that reads the table passes over it.
        """
        self.create(table)
        options = {"replaceWhere": predicate.sql, "dataChange": "false"}
        self._save(rows, table, "overwrite", options)

    def replace_run(
        self,
        rows: DataFrame | DriverRows,
        table: Table,
        run_id: str,
        part: Predicate | None = None,
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
        runs = listed(self.spark, sorted(run_ids), "run_id")
        self.delete(runs, table)

    def replace_run_of(
        self, tables: list[tuple[DataFrame | DriverRows, Table]], run_id: str
    ) -> None:
        """Replace what this run wrote to several tables, at the same time.

        A small commit waits more than it works.
        """
        writes = [partial(self.replace_run, rows, table, run_id) for rows, table in tables]
        at_once(self.spark, writes, most=AT_ONCE)

    def replace_all(self, rows: DataFrame, table: Table) -> None:
        """Replace the whole table in one commit."""
        self.create(table)
        # Nothing is replaced in a table without rows, and Delta need not look for what is.
        mode = "append" if self._is_known_empty(table) else "overwrite"
        self._save(rows, table, mode, {})

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
        replaces the present one, so that the order of writes makes no difference. Safe beside other
        commands; `upsert` costs less where there are none.
        """
        with self.alone(table):
            if self.create(table):
                self._save(rows, table, "append", {})
                return
            # A stream's batch has its own session, and its view must be in that session too.
            session = rows.sparkSession
            view = f"desirelines_new_{table.name}"
            self._fitted(rows, table).createOrReplaceTempView(view)
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
        with self.alone(table):
            if self.create(table):
                return
            view = f"desirelines_gone_{table.name}"
            keys.distinct().createOrReplaceTempView(view)
            places = {name: quoted(name) for name in keys.columns}
            self.spark.sql(delete_statement(self.address(table.name), view, places))
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
                is_other = self.found(table).version != table.version
                raise (VersionError if is_other else ContractError)(
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
        properties = table.properties
        if table.period_of:
            properties[PROPERTY] = self.period(table)
        if self.local_folder is not None:
            write_first_commit(self.local_folder / table.name, table, properties)
        else:
            self.spark.sql(create_statement(self.address(table.name), table, properties))
        self._versions.pop(table.name, None)

    def _fitted(self, rows: DataFrame, table: Table) -> DataFrame:
        """The rows as their contract says; of a table that exists."""
        if table.period_of:
            rows = with_period(rows, table, self.period(table))
        return conform(rows, table)

    def _save(
        self, rows: DataFrame | DriverRows, table: Table, mode: str, options: dict[str, str]
    ) -> None:
        self._versions.pop(table.name, None)
        if not isinstance(rows, DataFrame):
            is_plain = mode == "append" and not options and is_for_driver(table)
            if self.local_folder is not None and is_plain:
                append_in_folder(self.local_folder / table.name, table, rows)
                return
            rows = self.spark.createDataFrame(rows, table.schema).coalesce(1)
        tasks = int(self.spark.conf.get("spark.sql.shuffle.partitions") or 8)
        fitted = laid_out(self._fitted(rows, table), table, tasks)
        writer = fitted.write.format("delta").mode(mode).options(**options)
        if self.settings.catalog:
            writer.saveAsTable(self.address(table.name))
        else:
            writer.save(self.path_of(table.name))
