"""Files of one folder that differ: each is read by its own header and its own types."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.support import shop
from tests.support.ingest import ingest


def csv_file(folder, name, rows, columns):
    lines = [",".join(columns), *(",".join(r.get(c, "") for c in columns) for r in rows)]
    (folder / "in").mkdir(exist_ok=True)
    (folder / "in" / name).write_text("\n".join(lines) + "\n")


@pytest.mark.integration
def test_csv_files_of_one_folder_are_each_read_by_their_own_header(spark, cli, capsys, tmp_path):
    shop.configure(tmp_path)
    rows = shop.rows(0, 6)
    parts = [rows[n::3] for n in range(3)]
    usual = list(shop.COLUMNS)
    csv_file(tmp_path, "a 1.csv", parts[0], usual)
    assert ingest(cli, capsys, tmp_path)[0] == 0
    csv_file(
        tmp_path, "b.csv", [r | {"colour": "red"} for r in parts[1]], ["colour", *reversed(usual)]
    )
    csv_file(tmp_path, "c.csv", parts[2], [c for c in usual if c != "category"])
    code, output = ingest(cli, capsys, tmp_path)
    assert code == 0
    assert "shop: 1 file with colour, which is in no mapping; not read" in output
    assert "shop: 1 file without category; read as null" in output
    events = spark.read.format("delta").load(str(tmp_path / "warehouse" / "events"))
    got = {r["event_id"]: (r["event_name"], r["category"]) for r in events.collect()}
    nameless = {r["id"] for r in parts[2]}
    assert got == {
        r["id"]: (r["event"], None if r["id"] in nameless else r["category"]) for r in rows
    }
    csv_file(tmp_path, "d.csv", shop.rows(6, 8)[::2], usual)
    csv_file(tmp_path, "e.csv", shop.rows(6, 8)[1::2], [c for c in usual if c != "at"])
    code, output = ingest(cli, capsys, tmp_path)
    assert code == 2
    assert (
        "no longer has at, and no event can be made without occurred_at. Nothing was read."
        in output
    )
    assert spark.read.format("delta").load(str(tmp_path / "warehouse" / "events")).count() == len(
        rows
    )


@pytest.mark.integration
def test_parquet_files_may_have_wider_types_or_other_ones(spark, cli, capsys, parquet_shop):
    first, second, third = (shop.rows(day, day + 2) for day in (0, 2, 4))
    for name, rows, kind in (
        ("one", first, pa.int32()),
        ("two", second, pa.int64()),
        ("three", third, pa.string()),
    ):
        values = pa.Table.from_pylist(rows)
        paid = ["12" if kind == pa.string() else 12] * len(rows)
        if kind == pa.string():
            paid[0] = "twelve"
        place = values.column_names.index("paid")
        pq.write_table(
            values.set_column(place, "paid", pa.array(paid, kind)),
            parquet_shop / "in" / f"{name}.parquet",
        )
        if name == "one":
            assert ingest(cli, capsys, parquet_shop)[0] == 0
    code, output = ingest(cli, capsys, parquet_shop)
    assert (code, "1 quarantined" in output) == (0, True)
    assert "with another type of paid" in output
    events = spark.read.format("delta").load(str(parquet_shop / "warehouse" / "events"))
    assert events.groupBy("amount").count().collect() == [(12, len(first + second + third) - 1)]
