"""Values of SQLite are read as rows have them."""

import sqlite3

import pytest

from desirelines.erasure.needles import Sought, needles_of
from desirelines.erasure.search import Searcher
from desirelines.erasure.ways import ALL_WAYS
from desirelines.io.scan.canary_files import sqlite
from desirelines.io.scan.notes import Notes
from desirelines.io.scan.sqlite import scan_sqlite


def notes(*values):
    return Notes(Searcher.of(needles_of(Sought(n, "u", v) for n, v in enumerate(values))), ALL_WAYS)


def test_a_value_on_two_pages_is_found():
    found = notes("somebody@example.com")
    data = sqlite("somebody@example.com")
    assert b"somebody@example.com" not in data
    scan_sqlite(data, found)
    assert [hit.place for hit in found.hits()] == ["SQLite value"]


def test_a_file_of_a_database_with_a_log_beside_it_is_read(tmp_path):
    with sqlite3.connect(tmp_path / "m.db") as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute('CREATE TABLE "odd "" name" (value)')
        database.execute('INSERT INTO "odd "" name" VALUES (1234567)')
    database.close()
    found = notes("1234567", "7654321")
    scan_sqlite((tmp_path / "m.db").read_bytes(), found)
    assert [hit.request for hit in found.hits()] == [0]


def test_a_broken_file_is_an_error():
    with pytest.raises(sqlite3.Error):
        scan_sqlite(sqlite("somebody@example.com")[:700], notes("somebody@example.com"))
