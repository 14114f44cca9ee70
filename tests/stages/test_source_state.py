"""The state of the sources: nothing there, or other columns and rows than before."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.support import shop
from tests.support.attempts import attempt
from tests.support.ingest import ingest


def test_an_empty_source(cli, capsys, small_shop):
    shop.write(small_shop / "in", "first.csv", [])
    code, output = attempt(cli, capsys, small_shop)
    assert code == 4
    assert "source 'shop' is empty" in output
    assert not (small_shop / "warehouse" / "events").exists()


def test_no_source_at_all(cli, capsys, small_shop):
    code, output = attempt(cli, capsys, small_shop, "--set", "sources=[]")
    assert (code, "no source is configured" in output) == (4, True)


def deliver(folder, name, rows, *, without=(), more=None):
    for old in (folder / "in").glob("*.parquet"):
        old.unlink()
    pq.write_table(
        pa.Table.from_pylist(
            [{k: v for k, v in r.items() if k not in without} | (more or {}) for r in rows]
        ),
        folder / "in" / name,
    )


@pytest.mark.integration
def test_columns_come_and_go(spark, cli, capsys, parquet_shop):
    deliver(parquet_shop, "one.parquet", shop.rows(0, 2))
    assert ingest(cli, capsys, parquet_shop)[0] == 0
    second = shop.rows(2, 4)
    deliver(
        parquet_shop, "two.parquet", second, without=("category", "user"), more={"colour": "red"}
    )
    code, output = ingest(cli, capsys, parquet_shop)
    assert code == 0
    assert "shop: category, user is no longer there; read as null" in output
    assert "shop: colour is new and in no mapping; not read" in output
    events = spark.read.format("delta").load(str(parquet_shop / "warehouse" / "events"))
    ids = [r["id"] for r in second]
    assert events.filter(events["event_id"].isin(ids)).filter(
        "category IS NULL AND user_key IS NULL"
    ).count() == len(ids)
    assert events.filter("category IS NULL").count() == len(ids)
    deliver(parquet_shop, "three.parquet", shop.rows(4, 5), without=("at",))
    code, output = ingest(cli, capsys, parquet_shop)
    assert code == 2
    assert (
        "no longer has at, and no event can be made without occurred_at. Nothing was read."
        in output
    )
    assert spark.read.format("delta").load(
        str(parquet_shop / "warehouse" / "events")
    ).count() == len(shop.rows(0, 4))
