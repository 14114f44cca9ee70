"""Files that Spark cannot read: found by the error of the job that failed, and kept as one row."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import unquote

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

_FAILED = "FAILED_READ_FILE"
_FILE = re.compile(r"Encountered error while reading file (.+?)\.\s")


def is_about_a_file(error: Exception) -> bool:
    """Whether a job failed because one file could not be read."""
    return _FAILED in str(error)


def unreadable_file(error: Exception, files: Iterable[str]) -> str | None:
    """The one of `files` that a failed job could not read; None if it failed for another reason."""
    if not is_about_a_file(error):
        return None
    named = {_plain(name) for name in _FILE.findall(str(error))}
    return next((file for file in files if _plain(file) in named), None)


def named_file(error: Exception) -> str | None:
    """Name, without its folder, of the file that a failed job could not read."""
    found = _FILE.search(str(error)) if is_about_a_file(error) else None
    return None if found is None else file_name(found[1])


def file_name(path: str) -> str:
    """The last part of a file's address."""
    return _plain(path).rpartition("/")[2]


def with_unreadable(raw: DataFrame, files: list[str]) -> DataFrame:
    """Raw rows, and for each unreadable file one broken row that stands for all of its rows."""
    if not files:
        return raw
    names = raw.sparkSession.createDataFrame(
        [(file_name(file),) for file in files], "file_name string"
    )
    text = F.concat(F.lit("the file cannot be read: "), F.col("file_name"))
    given = {
        "raw": text,
        "row_hash": F.xxhash64(text),
        "is_broken": F.lit(True),
        "file_name": F.col("file_name"),
    }
    columns = (
        given.get(field.name, F.lit(None)).cast(field.dataType).alias(field.name)
        for field in raw.schema.fields
    )
    return raw.unionByName(names.select(*columns))


def _plain(address: str) -> str:
    """An address without what writers differ in: slashes of its scheme, and percent signs."""
    return re.sub(r"^([a-z0-9]+):/*", r"\1:/", unquote(address))
