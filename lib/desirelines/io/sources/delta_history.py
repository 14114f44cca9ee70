"""Commits of a Delta source that its stream skips, from the source's history."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from pyspark.sql import SparkSession

from desirelines.io.spark.local_files import is_local
from desirelines.io.tables.addresses import absolute, quoted
from desirelines.io.tables.log import newest_version, version_in_history
from desirelines.settings import Source

if TYPE_CHECKING:
    from deltalake import DeltaTable


_ONLY_REARRANGE = ("OPTIMIZE", "REORG", "AUTO COMPACTION")
"""Operations that write the same rows into other files."""
_OF_REMOVAL = (
    "numremovedfiles",
    "numtargetfilesremoved",
    "numdeletionvectorsadded",
    "numdeletionvectorsupdated",
    "numtargetdeletionvectorsadded",
    "numtargetdeletionvectorsupdated",
    "numtargetrowsupdated",
    "numtargetrowsdeleted",
    "numupdatedrows",
    "numdeletedrows",
)
"""Metrics of commits that remove data: a file, or by a vector some rows of one."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A commit of a Delta source that changed, deleted or replaced rows; a stream skips it whole.

    Numbers of rows are null where the history does not say them.
    """

    version: int
    operation: str
    rows_gone: int | None
    rows_added: int | None


def version_of(spark: SparkSession, source: Source) -> int | None:
    """Newest version of a Delta source; None for other formats."""
    if source.format != "delta":
        return None
    if source.path and is_local(spark, source.path):
        return newest_version(Path(source.path))
    return version_in_history(spark, address_of(source))


def table_here(spark: SparkSession, source: Source) -> DeltaTable | None:
    """The table of a Delta source on this machine, for questions to its log without Spark.

    None for other sources, and for a table whose features only Spark knows.
    """
    if source.format != "delta" or source.path is None or not is_local(spark, source.path):
        return None
    # Imported here, as no table of a cluster is read so.
    from deltalake import DeltaTable
    from deltalake.exceptions import DeltaError

    with suppress(DeltaError):
        return DeltaTable(source.path)
    return None


def id_of(spark: SparkSession, source: Source) -> str | None:
    """Id of the table of a Delta source on this machine; None for others."""
    table = table_here(spark, source)
    return None if table is None else str(table.metadata().id)


def skipped_commits(
    spark: SparkSession, source: Source, *, since: int, until: int
) -> list[Skipped]:
    """Commits of a Delta source that a stream skips, after version `since` and up to `until`.

    A stream skips a commit that removes a file with data, even if it also adds rows. The log of a
    table on this machine lists the files; of other tables the metrics of the history tell it.
    """
    table = table_here(spark, source)
    commits = _by_spark(spark, source) if table is None else table.history()
    asked = sorted((c for c in commits if since < c["version"] <= until), key=_version)
    skipped = []
    for commit in asked:
        metrics = _metrics(commit)
        removes = None if table is None else _removes_data(Path(source.path or ""), commit)
        if _can_remove(commit, metrics) if removes is None else removes:
            skipped.append(_skipped(commit, metrics))
    return skipped


def unread_files(
    spark: SparkSession, source: Source, *, since: int, until: int
) -> frozenset[str] | None:
    """Names of files that a stream reads after version `since` and up to `until`.

    They are those of commits that only append. None where the log cannot be read from here, or
    no longer holds one of these commits.
    """
    if source.path is None or not is_local(spark, source.path):
        return None
    names: set[str] = set()
    for version in range(since + 1, until + 1):
        changes = _changes(Path(source.path), version)
        if changes is None:
            return None
        if not any("remove" in change for change in changes):
            added = (change["add"]["path"] for change in changes if "add" in change)
            names.update(unquote(path).rpartition("/")[2] for path in added)
    return frozenset(names)


def _by_spark(spark: SparkSession, source: Source) -> list[dict[str, Any]]:
    columns = ("version", "operation", "operationParameters", "operationMetrics")
    history = spark.sql(f"DESCRIBE HISTORY {address_of(source)}").select(*columns)
    return [row.asDict() for row in history.collect()]


def _version(commit: dict[str, Any]) -> int:
    return int(commit["version"])


def _metrics(commit: dict[str, Any]) -> dict[str, int]:
    """Counts of a commit, by names without case and underscores: writers differ in these."""
    metrics = commit.get("operationMetrics") or {}
    return {
        name.replace("_", "").lower(): int(value)
        for name, value in metrics.items()
        if str(value).isdigit()
    }


def _removes_data(table: Path, commit: dict[str, Any]) -> bool | None:
    """Whether the commit removes a file with data; None if the log does not say."""
    changes = _changes(table, _version(commit))
    return None if changes is None else any("remove" in change for change in changes)


def _changes(table: Path, version: int) -> list[dict[str, Any]] | None:
    """The files with data that a commit adds and removes; None if the log does not say."""
    entry = table / "_delta_log" / f"{version:020d}.json"
    try:
        with entry.open(encoding="utf-8") as lines:
            actions = [json.loads(line) for line in lines if '"dataChange"' in line]
    except (OSError, ValueError):
        return None
    kinds = ("add", "remove")
    return [a for a in actions if any(a.get(kind, {}).get("dataChange") for kind in kinds)]


def _can_remove(commit: dict[str, Any], metrics: dict[str, int]) -> bool:
    """Whether a commit removes data, by what the history says of it. When in doubt, it does."""
    operation = commit["operation"]
    parameters = commit.get("operationParameters") or {}
    if operation in _ONLY_REARRANGE:
        return False
    if any(metrics.get(name) for name in _OF_REMOVAL):
        return True
    is_overwrite = (
        parameters.get("mode", "").lower() == "overwrite"
        or parameters.get("outputMode", "").lower() == "complete"
    )
    is_replaced = is_overwrite or "REPLACE" in operation or operation in ("RESTORE", "TRUNCATE")
    return is_replaced and "numremovedfiles" not in metrics


def _skipped(commit: dict[str, Any], metrics: dict[str, int]) -> Skipped:
    def count(*names: str) -> int | None:
        known = [metrics[name] for name in names if name in metrics]
        return sum(known) if known else None

    operation = commit["operation"]
    changed = count("numtargetrowsupdated", "numupdatedrows")
    deleted = count("numtargetrowsdeleted", "numdeletedrows")
    if operation in ("DELETE", "TRUNCATE"):
        added: int | None = 0
    elif operation in ("MERGE", "UPDATE"):
        added = (count("numtargetrowsinserted") or 0) + (changed or 0)
    else:
        added = count("numoutputrows")
    gone = None if changed is None and deleted is None else (changed or 0) + (deleted or 0)
    return Skipped(_version(commit), operation, gone, added)


def address_of(source: Source) -> str:
    """The address of a Delta source, quoted for SQL."""
    return source.table if source.table else f"delta.{quoted(absolute(source.path or ''))}"
