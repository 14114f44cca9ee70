"""Parquet times in nanoseconds are times, cut to microseconds."""

from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq

from desirelines.io.sources.mixed_files import read_files
from desirelines.io.sources.readers import read_schema
from tests.support.sources import source

AT = datetime(2024, 7, 1, 12, 0, 0, 123456, UTC)
NANOS = 1719835200123456789


def test_nanoseconds_with_and_without_a_zone(spark, tmp_path):
    columns = {
        "id": [NANOS, 2],  # a number, however large, is none
        "zoned": pa.array([NANOS, None], pa.timestamp("ns", "Europe/Berlin")),
        "plain": pa.array([NANOS, None], pa.timestamp("ns")),
        "micros": pa.array([NANOS // 1000, None], pa.timestamp("us", "UTC")),
    }
    pq.write_table(pa.table(columns), tmp_path / "b.parquet")
    (tmp_path / "a.parquet").write_bytes(b"broken")  # another file says which they are
    of = source(path=str(tmp_path / "*.parquet"))
    schema = read_schema(spark, of)
    rows = read_files(spark, of, [str(tmp_path / "b.parquet")], schema, of.path)
    assert rows.select("id", "zoned", "plain", "micros").dtypes == [
        ("id", "bigint"),
        ("zoned", "timestamp"),
        ("plain", "timestamp_ntz"),
        ("micros", "timestamp"),
    ]
    got = rows.select("id", "zoned", "plain", "_metadata.file_name").collect()
    assert [(r["id"], r["plain"], r["file_name"]) for r in got] == [
        (NANOS, AT.replace(tzinfo=None), "b.parquet"),
        (2, None, "b.parquet"),
    ]
    assert got[0]["zoned"].astimezone(UTC) == AT
