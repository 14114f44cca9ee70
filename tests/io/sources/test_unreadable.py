"""A file that cannot be read is left out, named, and counted; the others are read."""

import gzip
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyspark.sql import functions as F

from desirelines.io.sources.readers import as_raw
from desirelines.io.sources.unreadable import named_file, unreadable_file, with_unreadable
from tests.support.ingest import ingest
from tests.support.sources import source

READING = "[FAILED_READ_FILE.NO_HINT] Encountered error while reading file"


@pytest.mark.parametrize(
    ("message", "file"),
    [
        (f"{READING} file:///in/a.csv.gz.  SQLSTATE: KD001", "file:/in/a.csv.gz"),
        (f"{READING} file:/in/my%20file.csv. Could not read footer.", "file:/in/my file.csv"),
        (f"{READING} s3a://in/b.csv.  SQLSTATE: KD001", "s3a://in/b.csv"),
        (f"{READING} file:///in/other.csv.  SQLSTATE: KD001", None),
        ("Encountered error while reading file file:///in/a.csv.gz. x", None),
        ("[CAST_INVALID_INPUT] a.csv.gz", None),
    ],
)
def test_the_error_names_the_file(message, file):
    files = ["file:/in/a.csv.gz", "file:/in/my file.csv", "s3a://in/b.csv"]
    assert unreadable_file(RuntimeError(message), files) == file


def test_a_message_names_a_file_without_its_folder():
    assert named_file(RuntimeError(f"{READING} file:///in/a.csv.gz.  SQLSTATE")) == "a.csv.gz"


@pytest.mark.parametrize("file_format", ["csv", "json", "parquet"])
def test_one_broken_row_stands_for_a_file(spark, file_format):
    columns = "value string" if file_format == "json" else "id int, _desirelines_broken string"
    found = spark.createDataFrame([("{}",)] if file_format == "json" else [(1, None)], columns)
    raw = as_raw(found, source(format=file_format), F.lit("b"), F.lit(None).cast("long"))
    with_one_more = with_unreadable(raw, ["file:/in/a.gz"])
    got = with_one_more.select("raw", "is_broken", "file_name").filter("is_broken").collect()
    assert [tuple(r) for r in got] == [("the file cannot be read: a.gz", True, "a.gz")]
    assert with_one_more.count() == 2


def mapping(folder, name):
    return (
        f"name: {name}\nformat: {name}\npath: {folder / name}\nstream: [user]\n"
        "columns: {occurred_at: at, event_name: event, event_id: id}\nids: {user: user}\n"
    )


def rows(prefix):
    return [
        {"id": f"{prefix}{n}", "at": f"2026-01-05T10:{n:02}:00Z", "event": "view", "user": f"u{n}"}
        for n in range(20)
    ]


def write(folder, file_format, name, of_file):
    place = folder / file_format / name
    place.parent.mkdir(exist_ok=True)
    if file_format == "parquet":
        pq.write_table(pa.Table.from_pylist(of_file), place)
    elif file_format == "json":
        place.write_text("".join(json.dumps(row) + "\n" for row in of_file))
    else:
        lines = [",".join(of_file[0]), *(",".join(row.values()) for row in of_file)]
        place.write_text("\n".join(lines) + "\n")
    return place


@pytest.mark.integration
def test_broken_files_are_left_out_and_the_next_run_goes_on(spark, cli, capsys, tmp_path):
    (tmp_path / "conf.yaml").write_text(
        f"warehouse: {{path: {tmp_path / 'warehouse'}}}\ntracking: {{enabled: false}}\n"
        "sources: [csv.yaml, json.yaml, parquet.yaml]\n"
    )
    for file_format in ("csv", "json", "parquet"):
        (tmp_path / f"{file_format}.yaml").write_text(mapping(tmp_path, file_format))
        whole = write(tmp_path, file_format, f"b.{file_format}", rows("b"))
        content = whole.read_bytes()
        if file_format == "parquet":
            (whole.parent / "a.parquet").write_bytes(content[: len(content) // 2])
        else:
            cut = gzip.compress(content)
            (whole.parent / f"a.{file_format}.gz").write_bytes(cut[: len(cut) * 2 // 3])
    code, output = ingest(cli, capsys, tmp_path)
    assert code == 5
    for name, file in (("csv", "a.csv.gz"), ("json", "a.json.gz"), ("parquet", "a.parquet")):
        assert f"source '{name}': {file}" in output
        assert f"{name}: 21 rows read, 1 quarantined, 20 used" in output
    write(tmp_path, "csv", "c.csv", rows("c"))
    code, output = ingest(cli, capsys, tmp_path)
    assert (code, "csv: 20 rows read, 20 used" in output) == (0, True)
