"""SQLite files: values as rows have them. A long value lies on several pages, not in one piece."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from desirelines.io.scan.notes import Notes

MAGIC = b"SQLite format 3\0"
MOST_BYTES = 1 << 30
"""Larger files are not readable: one is read into memory."""


def scan_sqlite(data: bytes, notes: Notes) -> None:
    """Search every value of every table; deleted rows are in the bytes of the file, if at all.

    Raises:
        sqlite3.Error: the file is broken.
    """
    with closing(sqlite3.connect(":memory:")) as database:
        database.deserialize(_without_log(data))
        names = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (name,) in names:
            quoted = str(name).replace('"', '""')
            for row in database.execute(f'SELECT * FROM "{quoted}"'):
                for value in row:
                    if isinstance(value, bytes | str):
                        text = (
                            value if isinstance(value, bytes) else value.encode("utf-8", "replace")
                        )
                        notes.text(text, "SQLite value")
                    elif isinstance(value, int):
                        owners = notes.searcher.needles.numbers.get(value, ())
                        notes.add("SQLite value", set(owners))


def _without_log(data: bytes) -> bytes:
    """The file as one without a write-ahead log: that is a file beside it, and scanned as such."""
    return data[:18] + b"\x01\x01" + data[20:]
