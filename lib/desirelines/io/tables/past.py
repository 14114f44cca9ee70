"""A warehouse as it was for one run: what the run read, and a place of its own for what it writes.

Rows are told apart by the run that wrote them. Old versions of tables are not read: there erased
people would survive.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property, reduce
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from desirelines.io.folders import delete_folder
from desirelines.io.spark.scratch import scratch_folders
from desirelines.io.tables.ddl import drop_statement
from desirelines.io.tables.ledger import ENDED, Ledger
from desirelines.io.tables.reader import TableReader
from desirelines.io.tables.rows import listed
from desirelines.io.tables.scratch_tables import FOLDER
from desirelines.io.tables.small import Where, ordered
from desirelines.io.tables.store import Warehouse
from desirelines.settings.model import Period
from desirelines.tables import CLUSTER_MODELS, RUN_PARAMETERS, SESSIONS, STREAM_TAGS, Table

MADE_AGAIN = (SESSIONS, STREAM_TAGS)
"""Tables that say nothing of the past: later runs replace their rows, as they are made of events.

Tags of a bot's agent are left out, too: every event says that by itself.
"""
GIVEN = (CLUSTER_MODELS, RUN_PARAMETERS)
"""Results of the run itself that it is given again."""


@dataclass
class PastWarehouse(Warehouse):
    """Tables as of a run. What is written goes to other tables, which begin empty.

    Of the original it shows the rows of the runs that began before this one ended, without this
    one's results. A row that a later run closed is open. Rows written here are beside those, or in
    place of all rows where a run replaces a date or a whole table.

    Attributes:
        original: the warehouse of today; only read.
        run_id: the run.
        runs: the runs that began before it ended, it included.
        prefix: of the names of the tables that are written; for those in a catalog.
    """

    original: TableReader = field(kw_only=True)
    run_id: str = field(kw_only=True)
    runs: Collection[str] = field(kw_only=True)
    prefix: str = field(default="", kw_only=True)

    @cached_property
    def local_folder(self) -> Path | None:
        """None, as no log knows which rows of a table are those of the past."""
        return None

    def address(self, name: str) -> str:
        """The address of a table that is written, quoted for SQL."""
        return super().address(self.prefix + name)

    def exists(self, table: Table) -> bool:
        """Whether the table exists, with rows or without."""
        if table.name in self._ready:
            return True
        return table not in MADE_AGAIN and self.original.exists(table)

    def create(self, table: Table) -> bool:
        """Create the table that is written, empty; return whether it was created now."""
        with self._beginning:  # tables are written at the same time
            is_new = table.name not in self._ready
            if is_new:
                self._create(table)
                self._ready.add(table.name)
            return is_new

    def read(self, table: Table) -> DataFrame:
        """The rows of the past, and those that were written here."""
        own = table.name in self._ready
        replaces = table.written.startswith("replace") and not table.is_staged
        parts = [super().read(table)] if own else []
        if table not in MADE_AGAIN and not (own and replaces):
            parts.append(self._past(table, with_own=not own))
        if not parts:
            return self.spark.createDataFrame([], table.schema)
        return reduce(DataFrame.unionByName, parts)

    def rows(self, table: Table, *order: str, where: Where | None = None) -> list[dict[str, Any]]:
        """As of any table; a row that was written here stands for the one of the past."""
        mine: list[dict[str, Any]] = []
        if table.name in self._ready:
            mine = super().rows(table, where=where)
        keys = {_key_of(table, row) for row in mine}
        column = _run_column(table)
        past = [
            row
            for row in self.original.rows(table, where=where)
            if column is None or row[column] in self._visible(table, with_own=True)
        ]
        return ordered([*(r for r in past if _key_of(table, r) not in keys), *mine], order)

    def version(self, table: Table) -> int | None:
        """None: rows of several versions are shown together."""
        return None

    def period(self, table: Table) -> Period:
        """The period of the original."""
        return self.original.period(table)

    def _visible(self, table: Table, *, with_own: bool) -> set[str]:
        """The runs whose rows of a table belong to the past."""
        is_result = table.written.startswith("replace") and table not in GIVEN
        hidden = set() if with_own and not is_result else {self.run_id}
        return set(self.runs) - hidden

    def _past(self, table: Table, *, with_own: bool) -> DataFrame:
        rows, column = self.original.read(table), _run_column(table)
        if column is None:
            return rows
        visible = self._visible(table, with_own=with_own)
        rows = rows.join(F.broadcast(self._named(visible, column)), column, "left_semi")
        if "to_run" in table.column_names:
            ends = self._named(visible, "_ended")
            rows = rows.join(F.broadcast(ends), F.col("to_run") == F.col("_ended"), "left")
            rows = rows.withColumn("to_run", F.col("_ended"))
        return rows.select(*table.column_names)

    def _named(self, runs: Collection[str], column: str) -> DataFrame:
        return listed(self.spark, sorted(runs), column)

    def drop(self) -> None:
        """Delete the tables that were written."""
        if not self.settings.catalog:
            delete_folder(self.spark, self.path_of(""))
            return
        for name in sorted(self._ready):
            self.spark.sql(drop_statement(self.address(name)))


@contextmanager
def past_of(
    original: Warehouse, run_id: str, runs: Collection[str], *, command: str
) -> Iterator[PastWarehouse]:
    """The warehouse as of a run, until the block ends; then what was written is deleted.

    `command` is the run id of the command that looks back. Files are written where the rows may be:
    beside the tables, or, if these are in a folder of this machine, in the folder of this process,
    which is removed however the process ends.
    """
    name, settings, prefix = f"past_{command}", original.settings, ""
    if settings.catalog:
        prefix = f"{FOLDER}_{''.join(c if c.isalnum() else '_' for c in name)}_"
    elif original.local_folder is not None:
        place = str(scratch_folders()[0] / name)
        settings = settings.model_copy(update={"path": place})
    else:
        place = original.path_of(f"{FOLDER}/{name}")
        settings = settings.model_copy(update={"path": place})
    past = PastWarehouse(
        original.spark, settings, original=original, run_id=run_id, runs=runs, prefix=prefix
    )
    past.begin_run(run_id)
    try:
        yield past
    finally:
        past.drop()


def past_ledger(ledger: Ledger, past: Warehouse, run_id: str) -> Ledger:
    """The states before a run ended."""
    states = ledger.states()
    end = max(n for n, s in enumerate(states) if s.run_id == run_id and s.status in ENDED)
    return Ledger(past, ledger.clock, ledger.config_hash, states[:end])


def _run_column(table: Table) -> str | None:
    """The column with the run that wrote a row; null for a table without one."""
    return next((c for c in ("from_run", "run_id") if c in table.column_names), None)


def _key_of(table: Table, row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row[column] for column in table.key)
