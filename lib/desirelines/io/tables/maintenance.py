"""Look after the files of tables: what could be done, and doing it.

A look changes nothing and gives the numbers of what would be done; the same numbers come true when
it is done.
"""

from __future__ import annotations

import math
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from urllib.parse import unquote, urlparse

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from desirelines.errors import GateError
from desirelines.io.tables.ddl import optimize_statement, vacuum_statement
from desirelines.io.tables.log import commits_after_checkpoint, drop_stale_sum
from desirelines.io.tables.predicates import one_of
from desirelines.io.tables.store import Warehouse
from desirelines.tables import Table
from desirelines.tables.contract import RETENTION_DAYS

MANY_FILES = 8
"""From so many small files on, a table, or a value of its file layout, is compacted.

A run adds a file to each that it writes, so a daily run does it once a week.
"""
SMALL_FILE, LARGE_FILE = (
    "spark.databricks.delta.optimize.minFileSize",
    ("spark.databricks.delta.optimize.maxFileSize"),
)
"""Settings of a session: a file below the first, in bytes, is small; none is made above the second.

The embedded session has its own; elsewhere those of the session hold.
"""
DELTAS_SIZE = 1 << 30
"""Delta's default for both."""
MOST_BYTES = 1 << 30
"""About so much is rewritten in one commit, so that little is lost if it fails."""
RETENTION_CHECK = "spark.databricks.delta.retentionDurationCheck.enabled"
"""Delta's setting that refuses to delete files of versions in retention."""
LONG_LOG = 20
"""From so many commits on that a reader reads one by one, a checkpoint is written.

Spark writes one every ten commits; rows that the driver appends without it do not.
"""


@dataclass(frozen=True, slots=True)
class DataFile:
    """A file of a table: its size, its rows, and its values of the file layout."""

    size: int
    rows: int
    layout: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class Compaction:
    """Files that become fewer.

    Attributes:
        table: their table.
        files: their number.
        rows: the rows in them.
        size: their size in bytes.
        becomes: how many files take their place.
        days: values of the file layout, each with its size; none in a table without one.
    """

    table: Table
    files: int
    rows: int
    size: int
    becomes: int
    days: tuple[tuple[date, int], ...] = ()


def compaction_of(warehouse: Warehouse, table: Table) -> Compaction | None:
    """The files of a table that are to be made fewer; null if few of them are small.

    With a file layout all files of a value become one, as if a run had written it: its rows have an
    order, which joining files one after the other would lose. Without a layout, Delta puts small
    files together, and leaves large ones.
    """
    limit = _setting(warehouse, SMALL_FILE)
    groups: dict[tuple[date, ...], list[DataFile]] = defaultdict(list)
    for file in _files_of(warehouse, table):
        groups[file.layout].append(file)
    chosen: list[DataFile] = []
    days: list[tuple[date, int]] = []
    becomes = 0
    for layout, files in sorted(groups.items()):
        small = [f for f in files if f.size < limit]
        if table.partition_by:
            bins = [files] if len(small) >= MANY_FILES else []
        else:
            bins = list(_bins(small, _setting(warehouse, LARGE_FILE)))
            bins = bins if sum(map(len, bins)) >= MANY_FILES else []
        chosen += [f for joined in bins for f in joined]
        becomes += len(bins)
        if bins and layout:
            days.append((layout[0], sum(f.size for f in files)))
    if not chosen:
        return None
    rows, size = sum(f.rows for f in chosen), sum(f.size for f in chosen)
    return Compaction(table, len(chosen), rows, size, becomes, tuple(days))


def _bins(files: Iterable[DataFile], limit: int) -> Iterator[list[DataFile]]:
    """The files that OPTIMIZE joins with each other: the smallest first, up to this many bytes.

    https://github.com/delta-io/delta/blob/v4.4.0/spark/src/main/scala/org/apache/spark/sql/delta/commands/OptimizeTableCommand.scala
    """
    joined: list[DataFile] = []
    for file in sorted(files, key=lambda f: f.size):
        if joined and sum(f.size for f in joined) + file.size > limit:
            if len(joined) > 1:
                yield joined
            joined = []
        joined.append(file)
    if len(joined) > 1:
        yield joined


def compact(warehouse: Warehouse, compaction: Compaction) -> None:
    """Make the files fewer; no row changes.

    Raises:
        GateError: the table has not the same number of rows afterwards.
    """
    table = compaction.table
    before = warehouse.row_count(table)
    if not table.partition_by:
        warehouse.spark.sql(optimize_statement(warehouse.address(table.name)))
    for days in _portions(compaction.days):
        column = table.partition_by[0]
        rows = warehouse.read(table).filter(F.col(column).isin(*days))
        warehouse.rewrite(rows, table, one_of(column, days))
    warehouse.forget_version(table)
    after = warehouse.row_count(table)
    if after != before:
        raise GateError(
            f"{table.name} had {before:,} rows before its files were joined and has {after:,} now: "
            "another program wrote it at the same time. DESCRIBE HISTORY of the table shows both; "
            "RESTORE it to the version before, and let one program write at a time."
        )


def _portions(days: Iterable[tuple[date, int]]) -> Iterator[list[date]]:
    portion: list[date] = []
    size = 0
    for day, bytes_of_day in days:
        if portion and size + bytes_of_day > MOST_BYTES:
            yield portion
            portion, size = [], 0
        portion.append(day)
        size += bytes_of_day
    if portion:
        yield portion


def _setting(warehouse: Warehouse, name: str) -> int:
    return int(warehouse.spark.conf.get(name, None) or DELTAS_SIZE)


def _files_of(warehouse: Warehouse, table: Table) -> list[DataFile]:
    """The files of the newest version. Elsewhere than in a local folder, Spark reads their ends."""
    folder = warehouse.local_folder
    if folder is None:
        place = [F.col("_metadata.file_path"), F.col("_metadata.file_size").alias("size")]
        files = warehouse.read(table).groupBy(*place, *table.partition_by).count().collect()
        return [
            DataFile(f["size"], f["count"], tuple(f[c] for c in table.partition_by)) for f in files
        ]
    # Imported here, as no table of a cluster is read so.
    import pyarrow as pa
    from deltalake import DeltaTable

    adds = pa.table(DeltaTable(folder / table.name).get_add_actions(flatten=True)).to_pylist()
    return [
        DataFile(
            add["size_bytes"],
            add["num_records"] or 0,
            tuple(add[f"partition.{c}"] for c in table.partition_by),
        )
        for add in adds
    ]


@dataclass(frozen=True, slots=True)
class Unneeded:
    """Files that VACUUM would delete; their size is null where only the store knows it."""

    files: int
    size: int | None


def unneeded_files(warehouse: Warehouse, table: Table, now: datetime) -> Unneeded | None:
    """The files of a table that VACUUM would delete; null if there are none.

    In a local folder Spark is asked only if there is a file that old which no version of now has.
    """
    if not may_have_unneeded(warehouse, table, before=now - timedelta(days=RETENTION_DAYS)):
        return None
    folder = warehouse.local_folder
    listing = warehouse.spark.sql(vacuum_statement(warehouse.address(table.name), lists=True))
    listed = [unquote(urlparse(row["path"]).path) for row in listing.collect()]
    # Folders of the file layout are listed, too, once they are empty.
    files = [path for path in listed if "=" not in Path(path).name]
    if not listed:
        return None
    return Unneeded(len(files), None if folder is None else sum(map(os.path.getsize, files)))


def vacuum(warehouse: Warehouse, table: Table, *, is_now: bool = False) -> None:
    """Delete the files that no version in the table's retention needs; `is_now`: the newest alone.

    Whoever reads an older version, or writes, loses files by `is_now`: nothing else may be on, and
    the block of a `retention_ignored` is around it.
    """
    vacuum_at(warehouse.spark, warehouse.address(table.name), is_now=is_now)
    warehouse.forget_version(table)


def vacuum_at(spark: SparkSession, address: str, *, is_now: bool = False) -> None:
    """The same as `vacuum` for a table anywhere. `address` is quoted."""
    spark.sql(vacuum_statement(address, is_now=is_now))


@contextmanager
def retention_ignored(spark: SparkSession) -> Iterator[None]:
    """While the block runs, VACUUM may delete files of versions in retention, on any thread."""
    check = spark.conf.get(RETENTION_CHECK, "true")
    spark.conf.set(RETENTION_CHECK, "false")
    try:
        yield
    finally:
        spark.conf.set(RETENTION_CHECK, check or "true")


def may_have_unneeded(warehouse: Warehouse, table: Table, *, before: datetime | None) -> bool:
    """Whether VACUUM may find something: a file, or an empty folder, that is of no use now.

    Older than `before`, if that is given. In a local folder this costs no job of Spark; elsewhere
    nobody knows. A file that a version needed until some time ago is older than that, so none is
    overlooked.
    """
    # Imported here, as no table of a cluster is read so.
    from deltalake import DeltaTable

    if warehouse.local_folder is None:
        return True
    folder = warehouse.local_folder / table.name
    until = math.inf if before is None else before.timestamp()
    used = {Path(unquote(urlparse(uri).path)) for uri in DeltaTable(folder).file_uris()}
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(("_", "."))]
        files = [Path(place, name) for name in names if not name.startswith(("_", "."))]
        is_empty = not folders and not files and Path(place) != folder
        left = [Path(place)] if is_empty else [file for file in files if file not in used]
        if any(path.stat().st_mtime < until for path in left):
            return True
    return False


def commits_to_read(warehouse: Warehouse, table: Table) -> int | None:
    """The commits that a reader reads one by one, if they are many; else null.

    Elsewhere than in a local folder all commits are Spark's, which writes checkpoints by itself.
    """
    folder = warehouse.local_folder
    commits = 0 if folder is None else commits_after_checkpoint(folder / table.name)
    return commits if commits >= LONG_LOG else None


def write_checkpoint(warehouse: Warehouse, table: Table) -> None:
    """Write a checkpoint of a table in a local folder: one file that stands for all commits."""
    # Imported here, as no table of a cluster is written so.
    from deltalake import DeltaTable

    folder = Path(warehouse.path_of(table.name))
    DeltaTable(folder).create_checkpoint()
    drop_stale_sum(folder)
