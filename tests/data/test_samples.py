"""Mappings for what people have, each with a few made-up rows."""

import json

from pyspark.sql import functions as F

from tests.data.test_public_data import table

ROOT = "conf/sources"


def ingest(cli, tmp_path, mapping, data):
    from pathlib import Path

    conf = tmp_path / "conf.yaml"
    source = Path(__file__).parents[2] / ROOT / f"{mapping}.yaml"
    conf.write_text(f"sources: [{source}]\nwarehouse: {{path: {tmp_path / 'warehouse'}}}\n")
    return cli("ingest-events", "--conf", str(conf), "--set", f"sources.0.path={data}")


def test_segment_spec_json_lines(spark, cli, tmp_path):
    context = {"page": {"path": "/shop/"}, "userAgent": "Mozilla/5.0", "campaign": {"name": "spring"}}
    times = {
        "originalTimestamp": "2026-03-01T10:00:00.5Z",
        "sentAt": "2026-03-01T10:00:01Z",
        "receivedAt": "2026-03-01T10:00:01Z",
    }
    common = {"anonymousId": "a1", "context": context, **times}
    calls = [
        {"type": "page", "messageId": "m1", **common},
        {"type": "identify", "messageId": "m2", "userId": "u1", **common | {"context": context | {"traits": {"email": "U1@Example.com"}}}},
        {"type": "track", "event": "Product Added", "messageId": "m3", "properties": {"products": [{"product_id": "p1", "price": 2.5, "quantity": 2}]}, **common},
        {"type": "track", "event": "Order Completed", "messageId": "m4", "userId": "u1", **common, "properties": {
            "order_id": "o1", "currency": "USD",
            "products": [{"product_id": "p1", "category": "toys", "price": 2.5, "quantity": 2}, {"product_id": "p2", "category": "pens", "price": 1, "quantity": 3}]}},
    ]  # fmt: skip
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "calls.json").write_text("\n".join([*map(json.dumps, calls), '{"type": "page", broken', "[1, 2]"]) + "\n")
    assert ingest(cli, tmp_path, "segment-spec", folder) == 0
    account = {r["fate"]: r["row_count"] for r in table(spark, tmp_path, "row_accounts").collect()}
    assert account == {"used": 5, "quarantined": 2}
    events = table(spark, tmp_path, "events")
    got = sorted((r["kind"], r["item_id"] or "", str(r["amount"]), r["category"] or "") for r in events.collect())
    assert got == [
        ("cart_add", "p1", "5.0000", ""), ("login", "", "None", ""), ("page", "", "None", ""),
        ("purchase", "p1", "5.0000", "toys"), ("purchase", "p2", "3.0000", "pens"),
    ]  # fmt: skip
    assert {r["page"] for r in events.collect()} == {"/shop"}
    assert events.select("stream_id").distinct().count() == 1
    links = table(spark, tmp_path, "identity_links").filter(F.col("key") != F.col("other_key"))
    assert {(r["key_type"], r["other_type"]) for r in links.collect()} >= {("cookie", "user"), ("user", "email")}
    reasons = table(spark, tmp_path, "quarantined_events").select(F.explode("reasons").alias("r")).collect()
    assert [r["r"] for r in reasons].count("row: cannot be read as json") == 2


def test_orders_with_lines(spark, cli, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.csv").write_text(
        "order_id,line_no,customer_id,email,ordered_at,product_id,category,quantity,line_total,line_discount,currency\n"
        "o1,1,c1,a@example.com,2026-03-01 10:00:00,p1,toys,2,5.00,0.50,EUR\n"
        'o1,2,c1,a@example.com,2026-03-01 10:00:00,"p,2",pens,1,"1.25",,EUR\n'
        "o2,1,,,2026-03-01 11:00:00,p1,toys,1,2.50,,EUR\n"
        "o3,1,c2,,2026-03-01 12:00:00,p1,toys,one,2.50,,EUR\n"
        "o4,1,c2\n"
    )
    assert ingest(cli, tmp_path, "orders", folder) == 0
    account = {r["fate"]: r["row_count"] for r in table(spark, tmp_path, "row_accounts").collect()}
    assert account == {"used": 2, "quarantined": 3}
    events = table(spark, tmp_path, "events").orderBy("event_id").collect()
    assert [(e["event_id"], str(e["amount"]), str(e["discount"]), e["item_id"], e["file_place"]) for e in events] == [
        ("o1/1", "5.0000", "0.5000", "p1", 0), ("o1/2", "1.2500", "None", "p,2", 1),
    ]  # fmt: skip
    raw = {r["raw"] for r in table(spark, tmp_path, "quarantined_events").collect()}
    assert "o4,1,c2" in raw
