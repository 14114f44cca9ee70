"""Commits of a Delta source that its stream skips, from the source's history."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyspark.sql import SparkSession

from desirelines.io.spark.local_files import is_local
from desirelines.io.tables.addresses import absolute, quoted
from desirelines.io.tables.log import newest_version, version_in_history
from desirelines.settings import Source

if TYPE_CHECKING:
    from deltalake import DeltaTable


@dataclass(frozen=True, slots=True)
class Skipped:
    """A commit of a Delta source that changed or deleted existing rows; a stream skips it."""

    version: int
    operation: str
    rows_gone: int
    rows_added: int


def version_of(spark: SparkSession, source: Source) -> int | None:
    """Newest version of a Delta source; None for other formats."""
    if source.format != "delta":
        return None
    if source.path and is_local(spark, source.path):
        return newest_version(Path(source.path))
    return version_in_history(spark, _address(source))


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
    """Commits of a Delta source that a stream skips, after version `since` and up to `until`."""
    table = table_here(spark, source)
    commits = _by_spark(spark, source) if table is None else table.history()
    asked = sorted((c for c in commits if since < c["version"] <= until), key=_version)
    skipped = (
        _skipped(
            c["version"],
            c["operation"],
            c.get("operationParameters") or {},
            c.get("operationMetrics") or {},
        )
        for c in asked
    )
    return [c for c in skipped if c is not None]


def _by_spark(spark: SparkSession, source: Source) -> list[dict[str, Any]]:
    columns = ("version", "operation", "operationParameters", "operationMetrics")
    history = spark.sql(f"DESCRIBE HISTORY {_address(source)}").select(*columns)
    return [row.asDict() for row in history.collect()]


def _version(commit: dict[str, Any]) -> int:
    return int(commit["version"])


def _skipped(
    version: int, operation: str, parameters: dict[str, str], metrics: dict[str, str]
) -> Skipped | None:
    def count(*names: str) -> int:
        return sum(int(metrics.get(n, 0)) for n in names)

    if operation == "MERGE":
        if not count("numTargetFilesRemoved"):
            return None  # it only inserted: a stream reads it like an append
        changed = count("numTargetRowsUpdated")
        return Skipped(
            version,
            operation,
            count("numTargetRowsDeleted") + changed,
            count("numTargetRowsInserted") + changed,
        )
    if operation == "UPDATE":
        return Skipped(version, operation, count("numUpdatedRows"), count("numUpdatedRows"))
    if operation in ("DELETE", "TRUNCATE"):
        return Skipped(version, operation, count("numDeletedRows"), 0)
    if operation == "RESTORE" or "REPLACE" in operation or parameters.get("mode") == "Overwrite":
        return Skipped(version, operation, 0, count("numOutputRows", "numRestoredFiles"))
    return None


def _address(source: Source) -> str:
    return source.table if source.table else f"delta.{quoted(absolute(source.path or ''))}"
