"""Commits of a Delta source that its stream skips, from the source's history."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from desirelines.io.spark.local_files import is_local
from desirelines.io.tables.addresses import absolute, quoted
from desirelines.io.tables.log import newest_version, version_in_history
from desirelines.settings import Source


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


def skipped_commits(
    spark: SparkSession, source: Source, *, since: int, until: int
) -> list[Skipped]:
    """Commits of a Delta source that a stream skips, after version `since` and up to `until`."""
    history = spark.sql(f"DESCRIBE HISTORY {_address(source)}").filter(
        F.col("version").between(since + 1, until)
    )
    rows = (
        history.select("version", "operation", "operationParameters", "operationMetrics")
        .orderBy("version")
        .collect()
    )
    commits = (
        _skipped(
            r["version"],
            r["operation"],
            r["operationParameters"] or {},
            r["operationMetrics"] or {},
        )
        for r in rows
    )
    return [c for c in commits if c is not None]


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
