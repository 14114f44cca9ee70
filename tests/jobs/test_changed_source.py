"""A source whose columns change: what is new is told, what is gone is null, what cannot be done without stops the run."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.support import shop


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
        pa.Table.from_pylist([{k: v for k, v in r.items() if k not in without} | (more or {}) for r in rows]),
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
    code, told = ingest(cli, capsys, folder)
    assert code == 0
    assert "shop: category, user is no longer there; read as null" in told
    assert "shop: colour is new and in no mapping; not read" in told
    events = spark.read.format("delta").load(str(folder / "warehouse" / "events"))
    ids = [r["id"] for r in second]
    assert events.filter(events["event_id"].isin(ids)).filter("category IS NULL AND user_key IS NULL").count() == len(
        ids
    )
    assert events.filter("category IS NULL").count() == len(ids)
    deliver(folder, "three.parquet", shop.rows(4, 5), without=("at",))
    code, told = ingest(cli, capsys, folder)
    assert code == 2
    assert "no longer has at, and no event can be made without occurred_at. Nothing was read." in told
    assert spark.read.format("delta").load(str(folder / "warehouse" / "events")).count() == len(shop.rows(0, 4))


def test_a_source_that_was_rewritten_is_read_on_and_nobody_comes_back(spark, cli, capsys, tmp_path):
    shop.configure(tmp_path)
    mapping = tmp_path / "shop.yaml"
    mapping.write_text(mapping.read_text().replace("format: csv", "format: delta"))
    source, write = str(tmp_path / "in"), lambda rows: spark.createDataFrame(rows).coalesce(1).write.format("delta").mode("append").save(str(tmp_path / "in"))  # fmt: skip
    first, second, third = shop.rows(0, 2), shop.rows(2, 3), shop.rows(3, 4)
    write(first)
    assert ingest(cli, capsys, tmp_path)[0] == 0
    erased = [r for r in first if r["cookie"] == "cookie0"]
    assert erased
    spark.sql(f"DELETE FROM delta.`{source}` WHERE cookie = 'cookie0'")
    write(second)
    spark.sql(f"OPTIMIZE delta.`{source}`").collect()
    code, told = ingest(cli, capsys, tmp_path)
    assert code == 0
    assert f"shop: DELETE at version 1 took away or changed {len(erased)} rows; nothing is read twice\n" in told
    assert f"shop: {len(second)} rows read, {len(second)} used" in told
    spark.createDataFrame([*third, second[0] | {"url": "/elsewhere"}]).createOrReplaceTempView("brought")
    spark.sql(
        f"MERGE INTO delta.`{source}` t USING brought b ON t.id = b.id WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *"
    )
    code, told = ingest(cli, capsys, tmp_path)
    assert code == 0
    assert f"what it added ({len(third) + 1}) was not read: run `desirelines ingest-events --resync shop`" in told
    capsys.readouterr()
    assert cli("ingest-events", "--conf", str(tmp_path / "conf.yaml"), "--resync", "shop") == 0
    there = len(first) - len(erased) + len(second)
    assert f"{there - 1} duplicate, 1 conflict, {len(third)} used" in capsys.readouterr().err
    code, told = ingest(cli, capsys, tmp_path)
    assert (code, "rows read" in told, "MERGE" in told) == (0, False, False)
    assert spark.read.format("delta").load(str(tmp_path / "warehouse" / "events")).count() == len(
        first + second + third
    )
