"""Why somebody is in a rule segment or not."""

from datetime import UTC, date, datetime, timedelta

import pytest
from pyspark.sql import functions as F

from desirelines import tables
from tests.support.published import conf, configure, read, result

pytestmark = pytest.mark.integration


def somebody(spark, folder, condition):
    features = read(spark, folder, tables.FEATURES)
    newest = features.agg({"as_of": "max"}).collect()[0][0]
    people = features.filter(features["as_of"] == newest).filter(condition)
    return people.orderBy("person_id").first()["person_id"]


def reason(cli, capsys, folder, person, segment):
    capsys.readouterr()
    assert cli("why", person, "--segment", segment, *conf(folder)) == 0
    return result(capsys)


def test_a_member_and_somebody_else_are_told_why(spark, cli, capsys, published_shop):
    buyer = somebody(spark, published_shop, "frequency > 0")
    browser = somebody(spark, published_shop, "frequency = 0")
    known = reason(cli, capsys, published_shop, buyer, "new_buyer")
    assert known["is_member"]
    (condition,) = known["conditions"]
    assert (condition["condition"], condition["answer"]) == (
        "first_order_at within 30 days", "true",
    )  # fmt: skip
    assert condition["value"].startswith("2026-01-")
    at = known["conditions"][0]["value"]
    until = date.fromisoformat(at[:10]) + timedelta(days=30)
    assert known["change"] == [
        f"first_order_at within 30 days: {at[:10]} now: out of the window on {until}"
    ]

    other = reason(cli, capsys, published_shop, browser, "lapsed")
    assert not other["is_member"]
    assert {c["condition"]: (c["answer"], c["value"]) for c in other["conditions"]} == {
        "last_order_at before 6 months": ("false", None),
        "lifetime_orders >= 2": ("false", "0"),
        "active_weeks >= 2": ("true", "5"),
    }
    # Two active weeks are there: the last order alone would have to be different.
    assert other["change"] == ["last_order_at before 6 months: false now, true needed"]
    assert cli("why", browser, "--segment", "lapsd", *conf(published_shop)) == 2
    assert "did you mean 'lapsed'?" in capsys.readouterr().err


def test_of_a_rule_that_was_edited_since_the_answers_of_then_are_told(
    spark, cli, capsys, published_shop
):
    buyer = somebody(spark, published_shop, "frequency > 0")
    configure(published_shop, "segments: {new_buyer_days: 5}")
    known = reason(cli, capsys, published_shop, buyer, "new_buyer")
    (condition,) = known["conditions"]
    assert (condition["condition"], condition["answer"]) == (
        "first_order_at within 30 days", "true",
    )  # fmt: skip
    assert condition["value"].startswith("2026-01-")


def test_counts_show_their_events_and_how_many_more_are_needed(spark, cli, capsys, published_shop):
    rules = "[{segment: eager, name: Eager, when: at least 99 cart_add in 20 days}]"
    configure(published_shop, f"segments: {{rules: {rules}}}")
    assert cli("run", *conf(published_shop)) == 0
    buyer = somebody(spark, published_shop, "frequency > 0")
    known = reason(cli, capsys, published_shop, buyer, "eager")
    (condition,) = known["conditions"]
    begin = datetime(2026, 2, 4, tzinfo=UTC) - timedelta(days=20)
    mine = read(spark, published_shop, tables.SESSIONS).select("stream_id", "user_key").distinct()
    keys = read(spark, published_shop, tables.IDENTITY_MAP).filter(F.col("person_id") == buyer)
    own = mine.join(keys, mine["user_key"] == keys["key"]).select("stream_id").distinct()
    adds = (
        read(spark, published_shop, tables.EVENTS)
        .join(own, "stream_id")
        .filter((F.col("kind") == "cart_add") & (F.col("occurred_at") >= begin))
        .orderBy("occurred_at")
        .collect()
    )
    assert [e["event_id"] for e in condition["events"]] == [r["event_id"] for r in adds]
    assert condition["value"] == str(len(adds))
    until = (adds[0]["occurred_at"] + timedelta(days=20)).date()
    assert known["change"] == [
        f"at least 99 cart_add in 20 days: {len(adds)} now, {99 - len(adds)} more needed "
        f"before {until}"
    ]


def test_an_older_run_is_explained_by_its_own_evidence_and_members(
    spark, cli, capsys, published_shop
):
    buyer = somebody(spark, published_shop, "frequency > 0")
    capsys.readouterr()
    assert cli("why", buyer, "--run", "first", *conf(published_shop)) == 0
    then = result(capsys)
    changes = read(spark, published_shop, tables.SEGMENT_CHANGES).filter(
        (F.col("run_id") == "first") & (F.col("person_id") == buyer)
    )
    assert (then["run_id"], then["as_of"]) == ("first", "2026-01-29")
    assert {s["segment_id"] for s in then["segments"]} == {
        r["segment_id"] for r in changes.collect()
    }
    assert cli("why", buyer, "--run", "furst", *conf(published_shop)) == 2
    assert "(did you mean 'first'?)" in capsys.readouterr().err


def test_as_text_it_is_a_table_and_a_sentence(spark, cli, capsys, published_shop):
    browser = somebody(spark, published_shop, "frequency = 0")
    capsys.readouterr()
    file = str(published_shop / "conf.yaml")
    assert cli("why", browser, "--segment", "new_buyer", "--conf", file) == 0
    out = capsys.readouterr().out
    assert out.startswith("not in New buyers (new_buyer)\n")
    assert "in if: first_order_at within 30 days: false now, true needed" in out
