"""The log scanner finds a value in every form, and nothing that is not there."""

import gzip
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.support.needles import Needles, is_data, scan

KEY, OTHER = "0123456789abcdef0123456789abcdef", "f" * 32
RAW = 'ann "o" é@example.com'
NEEDLES = Needles({KEY}, {"user1", RAW})


@pytest.mark.parametrize(
    "text",
    [
        f"key = '{KEY}'",
        f"key = {KEY.upper()}",
        f"aaaa{KEY}bb",  # inside of a longer run of hex digits
        json.dumps({"a": KEY}),
        "path/user1/x", "USER1", "[user1]", "user1@shop", "x=user1&y",
    ],
)  # fmt: skip
def test_a_needle_is_seen_in_a_text(text):
    assert len(NEEDLES.in_text(text)) == 1


@pytest.mark.parametrize("text", [KEY[:-1], OTHER, "user12", "superuser1", "auser1b", ""])
def test_what_is_no_needle_is_not_seen(text):
    assert NEEDLES.in_text(text) == set()


def nested(value, depth):
    """A JSON text in a JSON text, so many times."""
    for _ in range(depth):
        value = json.dumps({"stats": value})
    return value


def checkpoint(value):
    rows = pa.table({"add": [{"path": "p", "stats": value}] * 50, "n": list(range(50))})
    sink = pa.BufferOutputStream()
    pq.write_table(rows, sink, compression="zstd", write_statistics=False)
    return sink.getvalue().to_pybytes()


def footer(value):
    """Nothing in the rows; the value in the file's own notes, and as a statistic."""
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table({"a": [1]}).replace_schema_metadata({"note": value}), sink)
    return sink.getvalue().to_pybytes()


def statistics(value):
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table({"a": [value]}), sink, compression="zstd")
    return sink.getvalue().to_pybytes()


@pytest.mark.parametrize("value", [KEY, RAW])
@pytest.mark.parametrize(
    "written",
    [
        lambda v: v.encode(),
        lambda v: json.dumps({"commitInfo": {"predicate": f"key = {v}"}}).encode(),
        lambda v: nested(f"[{v}]", 3).encode(),
        lambda v: ("{}\n" + nested(v, 2)).encode(),  # the second line
        lambda v: gzip.compress(nested(v, 1).encode()),
        checkpoint,
        lambda v: checkpoint(nested(v, 2)),
        footer,
        statistics,
    ],
)
def test_a_needle_is_found_however_it_is_written(tmp_path, written, value):
    file = tmp_path / "t" / "_delta_log" / "00000000000000000001.json"
    file.parent.mkdir(parents=True)
    file.write_bytes(written(value))
    assert scan(tmp_path, NEEDLES) == {"t/_delta_log/00000000000000000001.json": {value}}
    assert scan(tmp_path, Needles({OTHER}, {"nobody"})) == {}


def test_names_are_read_and_data_files_are_not(tmp_path):
    log = tmp_path / "t" / "_delta_log"
    log.mkdir(parents=True)
    (tmp_path / "t" / "day=1").mkdir()
    (tmp_path / "t" / "day=1" / "part-0.zstd.parquet").write_bytes(checkpoint(KEY))
    (tmp_path / "t" / "day=1" / ".part-0.zstd.parquet.crc").write_text(KEY)
    assert scan(tmp_path, NEEDLES) == {}
    (tmp_path / "t" / f"person={KEY}").mkdir()
    (tmp_path / "_checkpoints" / "user1%2Ecsv").mkdir(parents=True)
    (tmp_path / "loose.parquet").write_bytes(checkpoint(KEY))  # of no table
    (log / "1.checkpoint.parquet").write_bytes(checkpoint(KEY))
    assert {p: len(n) for p, n in scan(tmp_path, NEEDLES).items()} == {
        f"t/person={KEY}": 1, "_checkpoints/user1%2Ecsv": 1, "loose.parquet": 1,
        "t/_delta_log/1.checkpoint.parquet": 1,
    }  # fmt: skip
    assert not is_data(log / "1.checkpoint.parquet", tmp_path)


def test_what_was_scanned_before_is_left_out_until_it_changes(tmp_path):
    seen = set()
    (tmp_path / "a").write_text("nothing")
    assert scan(tmp_path, NEEDLES, seen=seen) == {}
    (tmp_path / "b").write_text(KEY)
    assert scan(tmp_path, NEEDLES, seen=seen) == {"b": {KEY}}
    assert scan(tmp_path, NEEDLES, seen=seen) == {}
