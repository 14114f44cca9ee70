"""A source whose columns change: new ones are reported, missing ones are null.

A missing column that the run needs stops it.
"""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.support import shop

pytestmark = pytest.mark.integration


@pytest.fixture
def folder(tmp_path):
    conf = shop.configure(tmp_path)
    mapping = tmp_path / "shop.yaml"
    mapping.write_text(mapping.read_text().replace("format: csv", "format: parquet"))
    (tmp_path / "in").mkdir()
    assert conf.exists()
    return tmp_path


def deliver(folder, name, rows, *, without=(), more=None):
    for old in (folder / "in").glob("*.parquet"):
        old.unlink()
    pq.write_table(
        pa.Table.from_pylist(
            [{k: v for k, v in r.items() if k not in without} | (more or {}) for r in rows]
        ),
        folder / "in" / name,
    )


def ingest(cli, capsys, folder):
    capsys.readouterr()
    code = cli("ingest-events", "--conf", str(folder / "conf.yaml"))
    return code, capsys.readouterr().err


def test_columns_come_and_go(spark, cli, capsys, folder):
    deliver(folder, "one.parquet", shop.rows(0, 2))
    assert ingest(cli, capsys, folder)[0] == 0
    second = shop.rows(2, 4)
    deliver(folder, "two.parquet", second, without=("category", "user"), more={"colour": "red"})
    code, output = ingest(cli, capsys, folder)
    assert code == 0
    assert "shop: category, user is no longer there; read as null" in output
    assert "shop: colour is new and in no mapping; not read" in output
    events = spark.read.format("delta").load(str(folder / "warehouse" / "events"))
    ids = [r["id"] for r in second]
    assert events.filter(events["event_id"].isin(ids)).filter(
        "category IS NULL AND user_key IS NULL"
    ).count() == len(ids)
    assert events.filter("category IS NULL").count() == len(ids)
    deliver(folder, "three.parquet", shop.rows(4, 5), without=("at",))
    code, output = ingest(cli, capsys, folder)
    assert code == 2
    assert (
        "no longer has at, and no event can be made without occurred_at. Nothing was read."
        in output
    )
    assert spark.read.format("delta").load(str(folder / "warehouse" / "events")).count() == len(
        shop.rows(0, 4)
    )


def test_a_source_that_was_rewritten_is_read_on_and_nobody_comes_back(spark, cli, capsys, tmp_path):
    shop.configure(tmp_path)
    mapping = tmp_path / "shop.yaml"
    mapping.write_text(mapping.read_text().replace("format: csv", "format: delta"))
    source = str(tmp_path / "in")

    def write(rows):
        spark.createDataFrame(rows).coalesce(1).write.format("delta").mode("append").save(source)

    first, second, third = shop.rows(0, 2), shop.rows(2, 3), shop.rows(3, 4)
    write(first)
    assert ingest(cli, capsys, tmp_path)[0] == 0
    erased = [r for r in first if r["cookie"] == "cookie0"]
    assert erased
    spark.sql(f"DELETE FROM delta.`{source}` WHERE cookie = 'cookie0'")
    write(second)
    spark.sql(f"OPTIMIZE delta.`{source}`").collect()
    code, output = ingest(cli, capsys, tmp_path)
    assert code == 0
    assert (
        f"shop: DELETE at version 1 deleted or changed {len(erased)} rows; "
        "nothing is read twice\n" in output
    )
    assert f"shop: {len(second)} rows read, {len(second)} used" in output
    spark.createDataFrame([*third, second[0] | {"url": "/elsewhere"}]).createOrReplaceTempView(
        "brought"
    )
    spark.sql(
        f"MERGE INTO delta.`{source}` t USING brought b ON t.id = b.id WHEN MATCHED "
        "THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *"
    )
    code, output = ingest(cli, capsys, tmp_path)
    assert code == 0
    assert (
        f"the rows it added ({len(third) + 1}) were not read: "
        "run `desirelines ingest-events --resync shop`" in output
    )
    capsys.readouterr()
    assert cli("ingest-events", "--conf", str(tmp_path / "conf.yaml"), "--resync", "shop") == 0
    there = len(first) - len(erased) + len(second)
    assert f"{there - 1} duplicate, 1 conflict, {len(third)} used" in capsys.readouterr().err
    code, output = ingest(cli, capsys, tmp_path)
    assert (code, "rows read" in output, "MERGE" in output) == (0, False, False)
    assert spark.read.format("delta").load(str(tmp_path / "warehouse" / "events")).count() == len(
        first + second + third
    )


def csv_file(folder, name, rows, columns):
    lines = [",".join(columns), *(",".join(r.get(c, "") for c in columns) for r in rows)]
    (folder / "in").mkdir(exist_ok=True)
    (folder / "in" / name).write_text("\n".join(lines) + "\n")


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


def test_parquet_files_may_have_wider_types_or_other_ones(spark, cli, capsys, folder):
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
            folder / "in" / f"{name}.parquet",
        )
        if name == "one":
            assert ingest(cli, capsys, folder)[0] == 0
    code, output = ingest(cli, capsys, folder)
    assert (code, "1 quarantined" in output) == (0, True)
    assert "with another type of paid" in output
    events = spark.read.format("delta").load(str(folder / "warehouse" / "events"))
    assert events.groupBy("amount").count().collect() == [(12, len(first + second + third) - 1)]
