"""Files of rows about people: whole or not there, and readable by their owner only."""

import os
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from pyarrow.parquet import read_table

from desirelines.errors import MachineError, SettingsError
from desirelines.io import exports
from desirelines.tables import NET_CHANGES

AT = datetime(2026, 3, 1, 6, 0, 0, 5, tzinfo=UTC)
ROWS = [
    {"sequence": 1, "person_id": "ann", "segment_id": 'a "big", b', "change": "enter",
     "is_primary": True, "effective_on": date(2026, 3, 1), "run_id": "r1", "published_at": AT},
    {"sequence": 2, "person_id": "zoë", "segment_id": "b", "change": "exit",
     "is_primary": None, "effective_on": None, "run_id": "r2", "published_at": AT},
]  # fmt: skip
AS_CSV = """\
sequence,person_id,segment_id,change,is_primary,effective_on,run_id,published_at
1,ann,"a ""big"", b",enter,true,2026-03-01,r1,2026-03-01T06:00:00.000005Z
2,zoë,b,exit,,,r2,2026-03-01T06:00:00.000005Z
"""
AS_JSONL = """\
{"sequence": 1, "person_id": "ann", "segment_id": "a \\"big\\", b", "change": "enter", \
"is_primary": true, "effective_on": "2026-03-01", "run_id": "r1", \
"published_at": "2026-03-01T06:00:00.000005Z"}
{"sequence": 2, "person_id": "zoë", "segment_id": "b", "change": "exit", "is_primary": null, \
"effective_on": null, "run_id": "r2", "published_at": "2026-03-01T06:00:00.000005Z"}
"""


def write(place, rows=ROWS, *, replaces=False):
    return exports.write_file(exports.checked_place(str(place)), NET_CHANGES, iter(rows),
                              replaces=replaces)  # fmt: skip


@pytest.mark.parametrize(("ending", "text"), [(".csv", AS_CSV), (".JSONL", AS_JSONL)])
def test_text_has_one_line_a_row(tmp_path, ending, text):
    place = tmp_path / f"delta{ending}"
    assert write(place) == 2
    assert place.read_bytes().decode() == text


def test_parquet_has_the_types_of_the_view_and_all_rows_beyond_a_group(tmp_path, monkeypatch):
    monkeypatch.setattr(exports, "GROUP_ROWS", 1)
    assert write(tmp_path / "delta.parquet") == 2
    found = read_table(tmp_path / "delta.parquet")
    assert found.to_pylist() == ROWS
    assert str(found.schema.field("published_at").type) == "timestamp[us, tz=UTC]"


@pytest.mark.parametrize("ending", exports.FORMATS)
def test_the_same_rows_are_the_same_bytes_and_nobody_else_reads_them(tmp_path, ending):
    place = tmp_path / f"delta{ending}"
    before = os.umask(0)
    try:
        write(place)
        first = place.read_bytes()
        place.chmod(0o644)
        assert write(place) == 2
    finally:
        os.umask(before)
    assert (place.read_bytes(), place.stat().st_mode & 0o777) == (first, 0o600)
    assert write(tmp_path / f"none{ending}", []) == 0
    assert list(tmp_path.glob(".*")) == []


def test_a_file_with_other_content_stays_unless_told(tmp_path):
    place = tmp_path / "delta.csv"
    place.write_text("mine")
    with pytest.raises(SettingsError, match=r"other content is there.*--overwrite"):
        write(place)
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("delta.csv", "mine")]
    assert write(place, replaces=True) == 2
    assert place.read_text() == AS_CSV


def test_a_file_is_whole_or_not_there(tmp_path):
    def broken():
        yield ROWS[0]
        raise OSError(28, "No space left on device")

    place = tmp_path / "delta.jsonl"
    with pytest.raises(MachineError, match=r"No space left on device[.] Nothing was changed"):
        write(place, broken())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("output", "said"),
    [
        ("s3://bucket/delta.csv", "not a file of this machine"),
        ("delta.xlsx", "the ending decides the format: .csv, .jsonl, .parquet"),
        ("delta", "the ending decides the format"),
        ("nowhere/delta.csv", "there is no folder nowhere. Create it first"),
        ("folder.csv", "this is a folder"),
    ],
)
def test_a_place_that_cannot_be_one_is_refused_at_once(tmp_path, monkeypatch, output, said):
    monkeypatch.chdir(tmp_path)
    Path("folder.csv").mkdir()
    with pytest.raises(SettingsError, match=said):
        exports.checked_place(output)
