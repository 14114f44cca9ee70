"""Mappings for common sources, each with a few synthetic rows."""

import json
from collections import Counter
from pathlib import Path

import yaml
from pyspark.sql import functions as F

from tests.data.test_public_data import table

ROOT = "conf/sources"


def ingest(cli, tmp_path, mapping, data, *given):
    conf = tmp_path / "conf.yaml"
    source = Path(__file__).parents[2] / ROOT / f"{mapping}.yaml"
    conf.write_text(f"sources: [{source}]\nwarehouse: {{path: {tmp_path / 'warehouse'}}}\n")
    return cli("ingest-events", "--conf", str(conf), "--set", f"sources.0.path={data}", *given)


def test_segment_spec_json_lines(spark, cli, tmp_path):
    context = {
        "page": {"path": "/shop/"},
        "userAgent": "Mozilla/5.0",
        "campaign": {"name": "spring"},
    }
    times = {
        "originalTimestamp": "2026-03-01T10:00:00.5Z",
        "sentAt": "2026-03-01T10:00:01Z",
        "receivedAt": "2026-03-01T10:00:01Z",
    }
    common = {"anonymousId": "a1", "context": context, **times}
    calls = [
        {"type": "page", "messageId": "m1", **common},
        {"type": "identify", "messageId": "m2", "userId": "u1",
         **common | {"context": context | {"traits": {"email": "U1@Example.com"}}}},
        {"type": "track", "event": "Product Added", "messageId": "m3",
         "properties": {"products": [{"product_id": "p1", "price": 2.5, "quantity": 2}]}, **common},
        {"type": "track", "event": "Order Completed", "messageId": "m4", "userId": "u1", **common,
         "properties": {
            "order_id": "o1", "currency": "USD",
            "products": [{"product_id": "p1", "category": "toys", "price": 2.5, "quantity": 2},
                         {"product_id": "p2", "category": "pens", "price": 1, "quantity": 3}]}},
        {"type": "screen", "name": "Home", "messageId": "m5", **common},
        {"type": "alias", "messageId": "m6", "userId": "u1", "previousId": "old1", **times},
        {"type": "group", "messageId": "m7", "groupId": "g1", **common},
    ]  # fmt: skip
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "calls.json").write_text(
        "\n".join([*map(json.dumps, calls), '{"type": "page", broken', "[1, 2]"]) + "\n"
    )
    assert ingest(cli, tmp_path, "segment-spec", folder, "--set", "site.currency=USD") == 0
    account = {r["fate"]: r["row_count"] for r in table(spark, tmp_path, "row_accounts").collect()}
    assert account == {"used": 8, "quarantined": 2}
    events = table(spark, tmp_path, "events")
    got = sorted(
        (r["kind"], r["item_id"] or "", str(r["amount"]), r["category"] or "")
        for r in events.collect()
    )
    assert got == [
        ("cart_add", "p1", "5.0000", ""), ("login", "", "None", ""), ("other", "", "None", ""),
        ("other", "", "None", ""), ("page", "", "None", ""), ("purchase", "p1", "5.0000", "toys"),
        ("purchase", "p2", "3.0000", "pens"), ("screen", "", "None", ""),
    ]  # fmt: skip
    assert {(r["page"], r["event_name"] == "alias") for r in events.collect()} == {
        ("/shop", False),
        (None, True),
    }
    assert (
        events.select("stream_id").distinct().count() == 2
    )  # the alias call has no cookie: its stream is its user's
    links = table(spark, tmp_path, "identity_links").filter(F.col("key") != F.col("other_key"))
    found = {(r["key_type"], r["other_type"], r["rule"]) for r in links.collect()}
    assert found >= {
        ("cookie", "user", "login"),
        ("user", "email", "login"),
        ("user", "user", "alias"),
    }
    reasons = (
        table(spark, tmp_path, "quarantined_events")
        .select(F.explode("reasons").alias("r"))
        .collect()
    )
    assert [r["r"] for r in reasons].count("row: cannot be read as json") == 2


def test_segment_calls_as_they_are_delivered(spark, cli, tmp_path):
    """Facts of a product beside the place of products, sums without lines, refunds in parts."""

    def call(number, event, **facts):
        times = (
            {} if "timestamp" in facts else {"originalTimestamp": f"2026-03-0{number}T10:00:00Z"}
        )
        who = {"anonymousId": "a1", "userId": "u1", "messageId": f"m{number}"}
        return {"type": "track", "event": event} | who | times | facts

    pen, ink = {"product_id": "pen", "price": 60}, {"product_id": "ink", "price": 20, "quantity": 2}
    calls = [
        call(1, "Product Viewed", properties={"product_id": "pen", "category": "x", "price": 60}),
        call(2, "Order Completed", properties={"order_id": "o1", "products": [pen, ink]}),
        call(3, "Order Refunded", properties={"order_id": "o1", "products": [pen | {"price": 10}]}),
        call(4, "Order Refunded", properties={"order_id": "o1", "products": [ink]}),
        call(5, "Order Completed", properties={"order_id": "o2", "revenue": 25, "total": 30}),
        call(6, "Order Refunded", properties={"order_id": "o2", "total": 30}),
        call(6, "Order Completed", properties={"order_id": "o5", "revenue": 35, "products": []}),
        call(7, "Order Completed", timestamp="2026-03-07T10:00:00Z",
             properties={"order_id": "o3", "products": [ink]}),
        call(8, "Checkout Started", properties={"order_id": "o4", "products": [ink]}),
        call(9, "Checkout Started", properties={"order_id": "o4", "products": [ink]}),
        call(9, "Order Cancelled", properties={"order_id": "o3", "products": [ink]}),
        {"type": "identify", "traits": {"email": "a@shop.example"}} | call(1, "identify"),
    ]  # fmt: skip
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "calls.json").write_text("\n".join(map(json.dumps, calls)) + "\n")
    assert ingest(cli, tmp_path, "segment-spec", folder) == 0
    account = {r["fate"]: r["row_count"] for r in table(spark, tmp_path, "row_accounts").collect()}
    assert account == {"used": 13}
    events = table(spark, tmp_path, "events").filter("event_name != 'identify'")
    got = [
        (r["on"], r["kind"], r["item_id"], r["category"], r["amount"])
        for r in events.selectExpr(
            "day(occurred_on) AS on", "kind", "item_id", "category", "cast(amount AS int) AS amount"
        ).collect()
    ]
    assert sorted(got, key=str) == [
        (1, "product_view", "pen", "x", 60),
        (2, "purchase", "ink", None, 40), (2, "purchase", "pen", None, 60),
        (3, "refund", "pen", None, 10), (4, "refund", "ink", None, 40),
        (5, "purchase", None, None, 25), (6, "purchase", None, None, 35),
        (6, "refund", None, None, 30),
        (7, "purchase", "ink", None, 40),
        (8, "checkout", "ink", None, 40), (9, "checkout", "ink", None, 40),
        (9, "refund", "ink", None, 40),
    ]  # fmt: skip
    links = table(spark, tmp_path, "identity_links").select("key_type").distinct().collect()
    assert {r["key_type"] for r in links} == {"cookie", "user", "email"}


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
        "o5,1,c2,,2026-03-02 12:00:00,p1,toys,1,10.00,1.00,USD\n"
        "o6,1,c2,,2026-03-02 12:00:00,p1,toys,1,10.00,1.00,CHF\n"
    )
    (tmp_path / "rates.csv").write_text("currency,from_on,rate\nUSD,2026-03-01,0.91\n")
    given = (
        "--set",
        f"site.rates.path={tmp_path / 'rates.csv'}",
        "--set",
        "ingest.quarantine_raw=full",
    )
    assert ingest(cli, tmp_path, "orders", folder, *given) == 0
    account = {r["fate"]: r["row_count"] for r in table(spark, tmp_path, "row_accounts").collect()}
    assert account == {"used": 3, "quarantined": 4}
    events = table(spark, tmp_path, "events").orderBy("event_id").collect()
    assert [(e["event_id"], str(e["amount"]), str(e["discount"]), e["item_id"], e["file_place"])
            for e in events] == [
        ("o1/1", "5.0000", "0.5000", "p1", 0), ("o1/2", "1.2500", "None", "p,2", 1),
        ("o5/1", "9.1000", "0.9100", "p1", 5),
    ]  # fmt: skip
    quarantined = (
        table(spark, tmp_path, "quarantined_events")
        .select(F.explode("reasons").alias("r"))
        .collect()
    )
    assert [r["r"] for r in quarantined].count("currency: no rate to EUR on its day") == 1
    raw = {r["raw"] for r in table(spark, tmp_path, "quarantined_events").collect()}
    assert "o4,1,c2" in raw


# mapping: format of the sample, fates of its rows, and how often each kind was used
SAMPLES = {
    "rudderstack-tracks": ("csv", {"used": 7, "duplicate": 1, "quarantined": 2}, {
        "product_view": 1, "cart_add": 1, "login": 1, "purchase": 1, "search": 1, "refund": 1,
        "other": 1}),
    "ga4-export": ("json", {"used": 9, "duplicate": 1, "quarantined": 4}, {
        "page": 1, "product_view": 1, "cart_add": 1, "login": 1, "purchase": 3, "refund": 1,
        "other": 1}),
    "snowplow-canonical": ("csv", {
        "used": 6, "duplicate": 1, "conflict": 1, "late": 1, "quarantined": 1}, {
        "page": 3, "search": 1, "purchase": 1, "other": 1}),
    "wide-table": ("csv", {"used": 7, "quarantined": 3}, {
        "page": 3, "product_view": 1, "cart_add": 1, "purchase": 1, "refund": 1}),
    "email-engagement": ("json", {"used": 6, "duplicate": 1, "quarantined": 3}, {
        "email_sent": 2, "email_opened": 1, "email_clicked": 1, "other": 2}),
    "support-tickets": ("csv", {"used": 5, "duplicate": 1, "conflict": 1, "quarantined": 3},
                        {"support": 5}),
    "nps-survey": ("csv", {"used": 6, "duplicate": 1, "quarantined": 3}, {"survey": 6}),
    "crm-snapshot": ("csv", {"used": 6, "unchanged": 2, "quarantined": 2}, {"other": 6}),
}  # fmt: skip


def test_the_other_mappings_each_on_some_made_up_rows(spark, cli, tmp_path):
    """One run reads all samples; rows of a purchase with two items count twice, as two lines."""
    here, mappings = Path(__file__).parent / "samples", Path(__file__).parents[2] / ROOT
    conf = tmp_path / "conf.yaml"
    sources = ", ".join(str(mappings / f"{name}.yaml") for name in SAMPLES)
    conf.write_text(f"sources: [{sources}]\nwarehouse: {{path: {tmp_path / 'warehouse'}}}\n")
    email = f"sources.{list(SAMPLES).index('crm-snapshot')}.ids.email"
    sets = ["--set", f"{email}={{column: email, keep_value: true}}"]
    for place, (name, (written, _, _)) in enumerate(SAMPLES.items()):
        sets += [
            "--set",
            f"sources.{place}.path={here / name}.{written}",
            "--set",
            f"sources.{place}.format={written}",
        ]
    assert cli("ingest-events", "--conf", str(conf), *sets) == 0
    names = {
        name: yaml.safe_load((mappings / f"{name}.yaml").read_text())["name"] for name in SAMPLES
    }
    accounts = table(spark, tmp_path, "row_accounts").collect()
    events = (
        table(spark, tmp_path, "events")
        .withColumn("occurred_at", F.col("occurred_at").cast("string"))
        .collect()
    )
    for name, (_, fates, kinds) in SAMPLES.items():
        assert {
            r["fate"]: r["row_count"] for r in accounts if r["source"] == names[name]
        } == fates, name
        assert Counter(e["kind"] for e in events if e["source"] == names[name]) == kinds, name

    def values_of(name, column, **of):
        rows = [
            e
            for e in events
            if e["source"] == names[name] and all(e[k] == v for k, v in of.items())
        ]
        return sorted(str(e[column]) for e in rows)

    assert values_of("rudderstack-tracks", "occurred_at", kind="search") == [
        "2026-03-01 09:00:00"
    ]  # sent 2 h fast
    assert values_of("ga4-export", "page", kind="page") == ["/toys"]
    assert values_of("ga4-export", "amount", kind="purchase") == ["12.5000", "3.0000", "5.0000"]
    assert values_of("ga4-export", "amount", kind="refund") == ["10.0000"]
    assert values_of("ga4-export", "occurred_at", kind="login") == ["2026-03-01 10:01:30"]
    assert values_of("snowplow-canonical", "amount", kind="purchase") == ["19.9000"]
    assert (
        len(set(values_of("email-engagement", "stream_id", campaign="spring"))) == 3
    )  # Ann is one in either spelling
    assert values_of("nps-survey", "score") == ["0.0", "10.0", "6.5", "7.0", "8.0", "9.0"]
    cities = sorted(json.loads(p)["city"] for p in values_of("crm-snapshot", "properties"))
    assert cities == ["Bern"] * 3 + ["Bonn"] * 2 + ["Rome"]  # Bonn comes again, after Bern
    kept = table(spark, tmp_path, "identifiers").collect()
    assert [(r["key_type"], r["value"], r["source"]) for r in kept] == [
        ("email", "ann@example.com", "crm_snapshot")
    ]
    links = table(spark, tmp_path, "identity_links").filter(
        "source = 'crm_snapshot' AND key_type = 'email'"
    )
    assert {r["key"] for r in kept} == {r["key"] for r in links.collect()}
    tagged = table(spark, tmp_path, "stream_tags").collect()
    assert [(t["source"], t["reason"]) for t in tagged] == [
        (names["snowplow-canonical"], "bot_agent")
    ]
