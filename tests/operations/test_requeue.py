"""Requeueing rejected rows: rows that a fixed setting can use go in once; the rest stay."""

import json

import pytest

from tests.support import shop

pytestmark = pytest.mark.integration


@pytest.mark.parametrize("format_", ["csv", "json"])
def test_rows_go_in_once_a_setting_was_mended_and_the_rest_stay(
    spark, cli, capsys, tmp_path, format_
):
    conf = shop.configure(tmp_path)
    rows = shop.rows(0, 4) + shop.mess()
    if format_ == "csv":
        shop.write(tmp_path / "in", "first.csv", rows)
    else:
        (tmp_path / "in").mkdir()
        (tmp_path / "in" / "first.json").write_text("\n".join(json.dumps(r) for r in rows))
        mapping = tmp_path / "shop.yaml"
        mapping.write_text(mapping.read_text().replace("format: csv", "format: json"))
    given = ("--conf", str(conf), "--format", "json")
    table = lambda name: spark.read.format("delta").load(str(tmp_path / "warehouse" / name))  # noqa: E731
    assert cli("ingest-events", *given, "--set", "ingest.floor_date=2026-01-07") == 0
    early = [r for r in rows if r["at"][:10] < "2026-01-07"]
    waiting = table("quarantined_events").filter("fate = 'quarantined'").count()
    assert waiting > len(early) * 0.9
    capsys.readouterr()
    assert cli("requeue", *given, "--source", "shp") == 2
    assert "did you mean 'shop'?" in capsys.readouterr().err
    assert cli("requeue", *given) == 0
    counts = json.loads(capsys.readouterr().out)["rows"]["shop"]
    good = {r["id"] for r in rows if not r["id"].startswith(("bad", "future", "nobody"))}
    assert {r["event_id"] for r in table("events").select("event_id").collect()} == good
    assert table("events").count() == len(good)
    late_comers = {r["id"] for r in early} & good
    assert counts["used"] == len(late_comers)
    assert table("quarantined_events").filter("fate = 'quarantined'").count() == 7
    accounts = table("row_accounts").groupBy("ingest_batch").sum("row_count").collect()
    read = {r["ingest_batch"]: r["rows_read"] for r in table("row_accounts").collect()}
    assert {r[0]: r[1] for r in accounts} == read
    assert cli("requeue", *given) == 0
    assert json.loads(capsys.readouterr().out)["rows"] == {}
    assert table("events").count() == len(good)
