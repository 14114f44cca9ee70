"""The proof of an erasure fails wherever something is left, and says where."""

import re

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyspark.sql import functions as F

from desirelines import tables
from desirelines.columns.keys import key_of
from desirelines.io.tables.maintenance import write_checkpoint
from desirelines.io.tables.store import Warehouse
from desirelines.settings import read_settings
from desirelines.stages import erasure_rows, erasure_steps
from tests.support import shop
from tests.support.published import conf, path, read, result

SOMEONE = shop.mess()[0]["cookie"]
STATISTICS = "delta.dataSkippingStatsColumns"
PLACES = (
    r"\bevents/_delta_log/\d{20}\.json ",
    r"\bevents/_delta_log/\d{20}\.crc ",
    r"\bevents/_delta_log/\d{20}\.checkpoint\S*\.parquet ",
    r"\bquarantined_events/\S+\.parquet ",
    r"\b_mlflow/artifacts/example\.json ",
    r"\b_checkpoints/shop/offsets/0 ",
    r"\b_scratch/_scratch_died_0/part\.parquet ",
    r"\breport\.html ",
    r"\bmlruns/tags/person ",
)


def write_key_into_statistics(spark, folder, key):
    """Rows of the person again, written while the table has statistics of keys; a checkpoint."""
    address = f"delta.`{path(folder, 'events')}`"
    for columns in ("stream_id", tables.EVENTS.properties[STATISTICS]):
        spark.sql(f"ALTER TABLE {address} SET TBLPROPERTIES ('{STATISTICS}' = '{columns}')")
        if columns == "stream_id":
            again = read(spark, folder, tables.EVENTS).filter(F.col("stream_id") == key).limit(1)
            again = again.withColumn("event_id", F.concat("event_id", F.lit("-again")))
            again.coalesce(1).write.format("delta").mode("append").save(path(folder, "events"))
    settings = read_settings((folder / "conf.yaml",), ())
    write_checkpoint(Warehouse(spark, settings.warehouse), tables.EVENTS)


@pytest.mark.integration
def test_whatever_is_left_is_found_and_named(
    spark, published_shop, cli, capsys, tmp_path, monkeypatch, secret_files
):
    key = key_of(secret_files["data"].read_bytes().strip(), "cookie", SOMEONE)
    warehouse, mlruns = published_shop / "warehouse", tmp_path / "mlruns"
    write_key_into_statistics(spark, published_shop, key)
    monkeypatch.setattr(erasure_rows, "_in_quarantine", lambda *_: iter(()))
    for place, text in (
        (warehouse / "_mlflow" / "artifacts" / "example.json", f'{{"person": "{key}"}}'),
        (warehouse / "_checkpoints" / "shop" / "offsets" / "0", f"in/{SOMEONE}.csv"),
        (mlruns / "tags" / "person", SOMEONE),
    ):
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    scratch = warehouse / "_scratch" / "_scratch_died_0"
    scratch.mkdir(parents=True)
    pq.write_table(pa.table({"person_id": [key]}), scratch / "part.parquet")
    report = published_shop / "report.html"
    report.write_text(report.read_text() + f"<!-- {key} -->")

    monkeypatch.setattr(erasure_steps, "FILES_NAMED", 1_000)
    request = tmp_path / "request"
    request.write_text(f"cookie:{SOMEONE}")
    words = (
        "--request", str(request), "--now", *conf(published_shop),
        "--set", f"erasure.inbox={tmp_path / 'inbox'}",
        "--set", "tracking.enabled=true", "--set", f"tracking.tracking_uri=file://{mlruns}",
    )  # fmt: skip
    assert cli("erase", *words) == 5
    (state,) = result(capsys)
    assert state["state"] == "failed"
    assert [p for p in PLACES if not re.search(p, f" {state['note']}")] == []
    assert not (warehouse / tables.ERASURE_RECEIPTS.name).exists()
