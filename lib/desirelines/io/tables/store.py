"""The tables: where they are, and the few verbs by which rows get in. Nothing else in the code knows paths or catalogs."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from threading import RLock
from urllib.parse import urlparse

from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from desirelines.errors import ContractError, MachineError
from desirelines.io.tables.addresses import absolute, quoted
from desirelines.io.tables.ddl import create_statement, problems_of
from desirelines.io.tables.predicates import Predicate, equals
from desirelines.settings.model import Warehouse as WarehouseSettings
from desirelines.tables import Table
from desirelines.tables.conform import conform

AT_ONCE = 4
"""Tables that are written side by side, at most."""


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
    """Called once, before this command writes to any table; when it raises, nothing is written."""
    _beginning: AbstractContextManager[bool] = field(default_factory=RLock)

    def address(self, name: str) -> str:
        """The table's address, quoted for SQL."""
        if self.settings.catalog and self.settings.schema_:
            return ".".join(
                quoted(part) for part in (self.settings.catalog, self.settings.schema_, name)
            )
        return f"delta.{quoted(self.path_of(name))}"

    def path_of(self, name: str) -> str:
        """The folder of a path table, or of something that lies beside the tables (checkpoints, MLflow)."""
        return f"{absolute(self.settings.path)}/{name}"

    def _alone(self, table: Table) -> AbstractContextManager[bool]:
        """Held while a table is written: sources are read side by side, and on a local disk two commits at once may lose one.

        A local rename looks whether the target is there and then renames; other stores refuse by themselves.
        """
        return self._locks.setdefault(table.name, RLock())

    @property
    def local_folder(self) -> Path | None:
        """The folder of the tables; null when they are a catalog's, or at an address with a scheme."""
        is_elsewhere = self.settings.catalog or urlparse(self.settings.path).scheme
        return None if is_elsewhere else Path(self.settings.path)

    def check_writable(self) -> None:
        """Make sure the folder can be written before anything is begun; one that is made now is its owner's alone.

        Raises:
            MachineError: it cannot.
        """
        folder = self.local_folder
        if folder is None:
            return
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            probe = folder / f".write-probe-{os.getpid()}"
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise MachineError(
                f"the warehouse folder {folder} cannot be written ({error.strerror}). Give another with --set warehouse.path=FOLDER."
            ) from None

    def exists(self, table: Table) -> bool:
        """Whether the table is there."""
        if table.name in self._there:
            return True
        try:
            _ = self.spark.sql(
                f"SELECT * FROM {self.address(table.name)}"
            ).schema  # asks the log, and runs no job
        except AnalysisException:
            return False
        self._there.add(table.name)
        return True

    def begin_run(self, run_id: str) -> None:
        """Say that nothing of this run was ever written: what it writes first needs no search for what it wrote before."""
        self._new_run = run_id

    def read(self, table: Table) -> DataFrame:
        """The table's rows; none when it is not there yet."""
        if not self.exists(table):
            return self.spark.createDataFrame([], table.schema)
        return self.spark.sql(f"SELECT * FROM {self.address(table.name)}")

    def version(self, table: Table) -> int | None:
        """The table's version as this command sees it: as it found it, or as it wrote it last; null when it is not there."""
        if table.name not in self._versions:
            is_there = self.exists(table)
            newest = f"DESCRIBE HISTORY {self.address(table.name)} LIMIT 1"
            self._versions[table.name] = (
                int(self.spark.sql(newest).collect()[0]["version"]) if is_there else None
            )
        return self._versions[table.name]

    def versions(self, tables: Iterable[Table]) -> dict[str, int | None]:
        """The versions of several tables by name, asked for side by side."""
        tables = tuple(tables)
        with ThreadPoolExecutor(AT_ONCE, "version") as pool:
            return dict(zip((t.name for t in tables), pool.map(self.version, tables), strict=True))

    def append(self, rows: DataFrame, table: Table) -> None:
        """Append."""
        with self._alone(table):
            self.create(table)
            self._save(conform(rows, table), table, "append", {})

    def append_once(self, rows: DataFrame, table: Table, *, writer: str, number: int) -> None:
        """Append; the same writer with the same or a lower number has done so before, and nothing happens."""
        options = {"txnAppId": f"desirelines:{table.name}:{writer}", "txnVersion": str(number)}
        with self._alone(table):
            self.create(table)
            self._save(conform(rows, table), table, "append", options)

    def close_runs(self, run_ids: Iterable[str]) -> None:
        """Say which runs have ended: what they wrote is history, and `replace_run` refuses to touch it."""
        self._closed_runs.update(run_ids)

    def replace_where(self, rows: DataFrame, table: Table, predicate: Predicate) -> None:
        """Replace the rows that fit the predicate."""
        is_new = self.create(table)
        how = ("append", {}) if is_new else ("overwrite", {"replaceWhere": predicate.sql})
        self._save(conform(rows, table), table, *how)

    def replace_run(
        self, rows: DataFrame, table: Table, run_id: str, part: Predicate | None = None
    ) -> None:
        """Replace what this run wrote before, of that only the `part` (two parts share no row). Idempotent.

        Raises:
            ContractError: the run has ended.
        """
        if run_id in self._closed_runs:
            raise ContractError(
                f"run {run_id} is closed: its rows in '{table.name}' are history and stay as they are"
            )
        written = self._written.setdefault(table.name, set())
        is_first = run_id == self._new_run and not self._was_written(table, part)
        if run_id == self._new_run:
            written.add(part)
        if is_first:
            self.append(rows, table)
        else:
            mine = equals("run_id", run_id)
            self.replace_where(rows, table, mine & part if part else mine)

    def _was_written(self, table: Table, part: Predicate | None) -> bool:
        """Whether this run has written these rows, or all of the table's; without a part, any of them."""
        written = self._written[table.name]
        return bool(written & {part, None} if part else written)

    def drop_runs(self, table: Table, run_ids: Iterable[str]) -> None:
        """Delete the rows of these runs, ended ones too: for rows that are kept for a time only, or were never published."""
        runs = self.spark.createDataFrame([(r,) for r in sorted(run_ids)], "run_id string")
        self.delete(runs, table)

    def replace_run_of(self, tables: list[tuple[DataFrame, Table]], run_id: str) -> None:
        """Replace what this run wrote to several tables, side by side: a small commit waits more than it works."""
        with ThreadPoolExecutor(AT_ONCE, "write") as pool:
            for writing in [
                pool.submit(self.replace_run, rows, table, run_id) for rows, table in tables
            ]:
                writing.result()

    def replace_all(self, rows: DataFrame, table: Table) -> None:
        """Replace the whole table in one commit."""
        self.create(table)
        self._save(conform(rows, table), table, "overwrite", {})

    def merge(
        self,
        rows: DataFrame,
        table: Table,
        *,
        update: tuple[str, ...] = (),
        stamp: tuple[str, ...] = (),
        only_lower: bool = False,
    ) -> None:
        """Insert rows whose key is new; where it is there and differs in an `update` column, set these and the `stamp` columns.

        With `only_lower` what is there gives way to a lower value only, so that the order of writes makes no difference.
        """
        with self._alone(table):
            if self.create(table):
                self._save(conform(rows, table), table, "append", {})
                return
            session = (
                rows.sparkSession
            )  # a stream's batch lives in a session of its own, and so must its view
            view = f"desirelines_new_{table.name}"
            conform(rows, table).createOrReplaceTempView(view)
            same = " AND ".join(f"t.`{c}` <=> n.`{c}`" for c in table.key)
            changed = ""
            if update:
                differing = "n.`{c}` < t.`{c}`" if only_lower else "NOT (t.`{c}` <=> n.`{c}`)"
                differs = " OR ".join(differing.format(c=c) for c in update)
                changed = f"WHEN MATCHED AND ({differs}) THEN UPDATE SET " + ", ".join(
                    f"t.`{c}` = n.`{c}`" for c in (*update, *stamp)
                )
            session.sql(
                f"MERGE INTO {self.address(table.name)} t USING {view} n ON {same} {changed} WHEN NOT MATCHED THEN INSERT *"
            )
            session.catalog.dropTempView(view)
            self._versions.pop(table.name, None)

    def delete(self, keys: DataFrame, table: Table) -> None:
        """Delete the rows that have these values in the columns of `keys`; the values go in as data, never into the log."""
        with self._alone(table):
            if self.create(table):
                return
            view = f"desirelines_gone_{table.name}"
            keys.distinct().createOrReplaceTempView(view)
            same = " AND ".join(f"t.`{c}` <=> g.`{c}`" for c in keys.columns)
            self.spark.sql(
                f"MERGE INTO {self.address(table.name)} t USING {view} g ON {same} WHEN MATCHED THEN DELETE"
            )
            self.spark.catalog.dropTempView(view)
            self._versions.pop(table.name, None)

    def create(self, table: Table) -> bool:
        """Create the table by its contract when it is not there; say whether it was created now.

        Raises:
            ContractError: it was there, with features that other readers do not know or with another schema.
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
        with self._beginning:  # tables are written side by side: the others wait until it is over
            first, self.before_first_write = self.before_first_write, None
            try:
                if first is not None:
                    first()
            except BaseException:
                self.before_first_write = first
                raise

    def _create(self, table: Table) -> None:
        self.spark.sql(create_statement(self.address(table.name), table))
        self._versions.pop(table.name, None)

    def problems(self, table: Table) -> list[str]:
        """What is not as contracted in a table that exists: protocol, properties, columns."""
        return problems_of(self.spark, self.address(table.name), table)

    def _laid_out(self, rows: DataFrame, table: Table) -> DataFrame:
        if not table.partition_by:
            return rows
        keys = [
            c
            for c in ("bucket", *table.key)
            if c in table.column_names and c not in table.partition_by
        ]
        # The number is named, else adaptive execution makes one task of a small batch and one core writes a file a day.
        tasks = int(self.spark.conf.get("spark.sql.shuffle.partitions") or 8)
        return rows.repartition(tasks, *table.partition_by).sortWithinPartitions(
            *table.partition_by, *keys
        )

    def _save(self, rows: DataFrame, table: Table, mode: str, options: dict[str, str]) -> None:
        writer = self._laid_out(rows, table).write.format("delta").mode(mode).options(**options)
        if self.settings.catalog:
            writer.saveAsTable(self.address(table.name))
        else:
            writer.save(self.path_of(table.name))
        self._versions.pop(table.name, None)


def empty_like(spark: SparkSession, table: Table) -> DataFrame:
    """No rows, in the table's columns."""
    return spark.createDataFrame([], table.schema)


def row_count(rows: DataFrame) -> int:
    """Number of rows."""
    return int(rows.agg(F.count("*")).collect()[0][0])
