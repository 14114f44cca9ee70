"""Files of rows about people on a local disk: whole or not there, and readable by their owner only.

The ending of the name decides the format: .csv, .jsonl or .parquet. The same rows give the same
bytes. Times are UTC; in text they are written as 2026-03-01T06:00:00.000000Z.
"""

from __future__ import annotations

import csv
import filecmp
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlparse

from desirelines.errors import MachineError, SettingsError
from desirelines.tables import View

Rows = Iterator[dict[str, Any]]
GROUP_ROWS = 65_536
"""Rows of a row group of Parquet; so many are in memory at the same time."""


def checked_place(output: str, endings: Iterable[str] = ()) -> Path:
    """The file to write, if it can be one; with one of these endings, by default those of rows.

    Raises:
        SettingsError: it is not on a local disk, it is a folder, its folder does not exist, or its
            ending names no format.
    """
    place = Path(output)
    if urlparse(output).scheme:
        raise SettingsError(
            [
                f"--output {output}: not a file of this machine. The rows are about people: give a "
                "path on a local disk, and copy the file from there"
            ]
        )
    known = tuple(endings) or tuple(FORMATS)
    if place.suffix.lower() not in known:
        raise SettingsError(
            [f"--output {output}: the ending decides the format: {', '.join(known)}"]
        )
    if not place.parent.is_dir():
        raise SettingsError(
            [f"--output {output}: there is no folder {place.parent}. Create it first"]
        )
    if place.is_dir():
        raise SettingsError([f"--output {output}: this is a folder. Give the name of a file"])
    return place


def write_file(place: Path, view: View, rows: Iterable[dict[str, Any]], *, replaces: bool) -> int:
    """Write the rows to a file that only its owner can read; give their number.

    Rows hold plain values by the names of the view's columns, times with a zone. The file appears
    whole or not at all. One with other content is replaced only if `replaces`.

    Raises:
        SettingsError: a file with other content is there.
        MachineError: the file cannot be written.
    """
    counted = _Counted(rows)
    try:
        with _part_of(place) as part:
            with part.open("wb") as file:
                FORMATS[place.suffix.lower()](file, view, iter(counted))
                file.flush()
                os.fsync(file.fileno())
            is_other = place.exists() and not filecmp.cmp(part, place, shallow=False)
            if is_other and not replaces:
                raise SettingsError(
                    [
                        f"--output {place}: a file with other content is there. Nothing was "
                        "changed. Give another name, or --overwrite to replace it"
                    ]
                )
            part.replace(place)
    except OSError as error:
        raise _unwritable(place, error) from error
    return counted.count


def write_document(place: Path, document: Mapping[str, Any], *, replaces: bool) -> None:
    """Write one JSON document to a file that only its owner can read, whole or not at all.

    Raises:
        SettingsError: a file is there.
        MachineError: the file cannot be written.
    """
    if place.exists() and not replaces:
        raise SettingsError(
            [
                f"--output {place}: a file is there. Nothing was changed. Give another name, or "
                "--overwrite to replace it"
            ]
        )
    try:
        with _part_of(place) as part:
            text = json.dumps(document, ensure_ascii=False, indent=1, default=_document_value)
            part.write_text(text + "\n", encoding="utf-8")
            part.replace(place)
    except OSError as error:
        raise _unwritable(place, error) from error


def _unwritable(place: Path, error: OSError) -> MachineError:
    return MachineError(
        f"{place} cannot be written: {error.strerror}. Nothing was changed. Free some space, or "
        "give another --output."
    )


def _document_value(value: Any) -> Any:
    """A value that JSON does not know: a time, a day, a sum of money."""
    return str(value) if isinstance(value, Decimal) else _json_value(value)


class _Counted:
    """Rows that are counted while they pass."""

    def __init__(self, rows: Iterable[dict[str, Any]]) -> None:
        self.rows, self.count = rows, 0

    def __iter__(self) -> Rows:
        for row in self.rows:
            self.count += 1
            yield row


@contextmanager
def _part_of(place: Path) -> Iterator[Path]:
    """A new file beside the place, of mode 0600, that is gone afterwards if it stayed there."""
    handle, name = tempfile.mkstemp(".part", f".{place.name}.", place.parent)
    os.close(handle)
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def _write_csv(file: BinaryIO, view: View, rows: Rows) -> None:
    text = TextIOWrapper(file, "utf-8", newline="", write_through=True)
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(view.column_names)
    writer.writerows([_cell(row[name]) for name in view.column_names] for row in rows)
    text.detach()


def _write_jsonl(file: BinaryIO, view: View, rows: Rows) -> None:
    for row in rows:
        values = {name: _json_value(row[name]) for name in view.column_names}
        file.write(json.dumps(values, ensure_ascii=False).encode() + b"\n")


def _write_parquet(file: BinaryIO, view: View, rows: Rows) -> None:
    import pyarrow as pa
    from pyarrow.parquet import ParquetWriter

    types = {
        "string": pa.string(),
        "long": pa.int64(),
        "boolean": pa.bool_(),
        "date": pa.date32(),
        "timestamp": pa.timestamp("us", "UTC"),
    }
    schema = pa.schema([(c.name, types[c.type.typeName()]) for c in view.columns])
    with ParquetWriter(file, schema, compression="zstd") as writer:
        while group := list(islice(rows, GROUP_ROWS)):
            writer.write_table(pa.Table.from_pylist(group, schema))


def _json_value(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
    return value.isoformat() if isinstance(value, date) else value


def _cell(value: Any) -> Any:
    """A value as CSV has it; null is an empty cell."""
    return str(value).lower() if isinstance(value, bool) else _json_value(value)


FORMATS: dict[str, Callable[[BinaryIO, View, Rows], None]] = {
    ".csv": _write_csv,
    ".jsonl": _write_jsonl,
    ".parquet": _write_parquet,
}
"""What writes a file, by the ending of its name."""
