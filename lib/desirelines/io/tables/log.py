"""Whether a table is there, and its newest version.

In a local folder the names of the files in its log say it, without a plan or a job of Spark.
"""

from __future__ import annotations

import re
from pathlib import Path

from pyspark.errors import AnalysisException
from pyspark.sql import SparkSession

_COMMIT = re.compile(r"(\d{20})\.json")
_CHECKPOINT = re.compile(r"(\d{20})\.checkpoint(\..+)?\.parquet")


def newest_version(table: Path) -> int | None:
    """The newest version of the table in this folder; None if it has no log.

    The newest commit is always there as a file of its own: Delta removes only older ones, once a
    checkpoint holds what they said.
    """
    return max(_numbers(table, _COMMIT), default=None)


def commits_after_checkpoint(table: Path) -> int:
    """How many commits a reader of the table in this folder reads one by one."""
    checkpoint = max(_numbers(table, _CHECKPOINT), default=-1)
    return sum(1 for commit in _numbers(table, _COMMIT) if commit > checkpoint)


def drop_stale_sum(table: Path) -> None:
    """Delete Hadoop's sum of the name of the last checkpoint, once another program wrote that name.

    Spark wrote it with its own last checkpoint. By a sum that does not fit, Spark tries for seconds
    to read the name at each first use of the table.
    """
    (table / "_delta_log" / "._last_checkpoint.crc").unlink(missing_ok=True)


def _numbers(table: Path, kind: re.Pattern[str]) -> list[int]:
    """The numbers of the files of a kind in the log; none without a log."""
    try:
        names = [file.name for file in (table / "_delta_log").iterdir()]
    except OSError:
        return []
    return [int(found[1]) for name in names if (found := kind.fullmatch(name))]


def is_clone(table: Path) -> bool:
    """Whether a commit in the log says that the table is a clone of another."""
    return any(
        '"operation":"CLONE"' in commit.read_text(encoding="utf-8")
        for commit in (table / "_delta_log").glob("*.json")
    )


def version_in_history(spark: SparkSession, address: str) -> int:
    """The newest version of a table anywhere, by its history. `address` is quoted."""
    return int(spark.sql(f"DESCRIBE HISTORY {address} LIMIT 1").collect()[0]["version"])


def is_readable(spark: SparkSession, address: str) -> bool:
    """Whether Spark can read a table: it exists, and its log is whole. `address` is quoted."""
    try:
        _ = spark.sql(f"SELECT * FROM {address}").schema
    except AnalysisException:
        return False
    return True
