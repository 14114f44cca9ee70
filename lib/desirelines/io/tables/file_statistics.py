"""What a table's log says of its files: the smallest and the largest value of a column in each."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

STORED_LENGTH = 32
"""Delta stores the first so many characters of a text."""


def bounds_of_files(folder: Path, column: str) -> list[tuple[Any, Any]] | None:
    """The smallest and the largest value in each file of a table in a local folder.

    Null where the log does not say it of every file, or only the beginning of a text. Times come in
    UTC, without their microseconds.
    """
    files = _files_of(folder)
    if f"partition.{column}" in files.column_names:
        values = files.column(f"partition.{column}").to_pylist()
        bounds = list(zip(values, values, strict=True))
    else:
        if f"max.{column}" not in files.column_names:
            return [] if files.num_rows == 0 else None
        sides = (files.column(f"{side}.{column}").to_pylist() for side in ("min", "max"))
        counts = files.column("num_records").to_pylist()
        bounds = [b for b, n in zip(zip(*sides, strict=True), counts, strict=True) if n != 0]
    return bounds if all(_is_whole(value) for pair in bounds for value in pair) else None


def rows_in_files(folder: Path, partition: Mapping[str, Any] | None = None) -> int | None:
    """The rows of a table in a local folder; null where the log does not say it of every file.

    With `partition` the rows of files with this value of a column of the file layout.
    """
    files = _files_of(folder)
    counts = files.column("num_records").to_pylist()
    for column, wanted in (partition or {}).items():
        if f"partition.{column}" not in files.column_names:
            return 0 if not counts else None
        inside = files.column(f"partition.{column}").to_pylist()
        counts = [n if value == wanted else 0 for n, value in zip(counts, inside, strict=True)]
    return None if None in counts else sum(counts)


def rows_in_files_since(folder: Path, column: str, value: Any) -> int | None:
    """The rows of files whose largest value is this or more; null where the log does not say it."""
    files = _files_of(folder)
    counts = files.column("num_records").to_pylist()
    if f"max.{column}" not in files.column_names:
        return None if counts else 0
    largest = files.column(f"max.{column}").to_pylist()
    if None in counts or None in largest:
        return None
    return sum(int(n) for n, most in zip(counts, largest, strict=True) if most >= value)


def _files_of(folder: Path) -> Any:
    # Imported here, as no table of a cluster is read so.
    import pyarrow as pa
    from deltalake import DeltaTable

    return pa.table(DeltaTable(folder).get_add_actions(flatten=True))


def _is_whole(value: Any) -> bool:
    return value is not None and not (isinstance(value, str) and len(value) >= STORED_LENGTH)
