"""Features and words of a whole shop."""

import json

import pytest
from pyspark.sql import functions as F

from desirelines import tables
from tests.support import shop
from tests.support.published import FIRST, SECOND, TO_FEATURES, conf, read


def test_everybody_has_words(spark, first_template):
    labels = {
        r["person_id"]: r for r in read(spark, first_template, tables.PERSON_LABELS).collect()
    }
    assert set(labels) == {
        r["person_id"] for r in read(spark, first_template, tables.FEATURES).collect()
    }
    orders = {
        r["person_id"]: r["lifetime_orders"]
        for r in read(spark, first_template, tables.FEATURES).collect()
    }
    assert {r["journey_stage"] for p, r in labels.items() if orders[p]} == {
        "loyal"
    }  # eight orders each
    assert {r["journey_stage"] for p, r in labels.items() if not orders[p]} == {
        "consider",
        "intent",
    }


OWN = """
features:
  path_words: 3
  own:
    - {name: adds, meaning: things put in the cart, unit: things, over: events, aggregate: count,
       where: kind = 'cart_add'}
    - {name: longest, meaning: longest session, unit: events, aggregate: max, of: event_count}
  occasions:
    # the day of a person's newest event stands for a date of theirs
    - {name: visit, property: at, lead_days: 0}
"""


@pytest.mark.integration
def test_one_delivery_gives_the_same_tables_as_two_and_features_of_the_settings(
    spark, published_template, cli, tmp_path
):
    shop.configure(tmp_path, OWN)
    mapping = tmp_path / "shop.yaml"
    mapping.write_text(mapping.read_text() + "properties: [at]\n")
    shop.write(tmp_path / "in", "all.csv", shop.rows(FIRST[0], SECOND[1]) + shop.mess())
    for stage in TO_FEATURES:
        assert cli(stage, *conf(tmp_path)) == 0, stage
    for table, columns in (
        (tables.SESSIONS, tables.SESSIONS.column_names),
        (
            tables.FEATURES,
            [
                c
                for c in tables.FEATURES.column_names
                if c not in ("run_id", "own_names", "own_values")
            ],
        ),
        (tables.PEOPLE, ["person_id", "first_seen_at", "bucket"]),
    ):
        newest = "as_of = '2026-02-04'" if table is tables.FEATURES else "true"
        one = (
            read(spark, tmp_path, table)
            .filter(newest)
            .select(*columns)
            .orderBy(*table.key)
            .collect()
        )
        two = (
            read(spark, published_template, table)
            .filter(newest)
            .select(*columns)
            .orderBy(*table.key)
            .collect()
        )
        assert one == two, table.name
    people = read(spark, tmp_path, tables.FEATURES).collect()
    words = json.loads(
        read(spark, tmp_path, tables.RUN_PARAMETERS)
        .filter("name = 'path_words'")
        .collect()[0]["value"]
    )
    occasion = ["visit_share", "visit_lift", "visit_times"]
    assert all(
        r["own_names"] == [*occasion, "adds", "longest", *sorted(words["people"])] for r in people
    )
    added = (
        read(spark, tmp_path, tables.SESSIONS)
        .agg(F.sum("cart_add_count"), F.max("event_count"))
        .collect()[0]
    )
    assert (
        sum(r["own_values"][3] for r in people),
        max(r["own_values"][4] for r in people),
    ) == tuple(added)
    buyers = {1 / r["frequency"] for r in people if r["frequency"]}
    assert {
        r["own_values"][0] for r in people if r["frequency"]
    } == buyers  # the last visit, of all that ended in an order
    assert {r["own_values"][2] for r in people} == {1.0, None}
    assert len(words["people"]) == 3


def test_an_order_that_two_devices_of_a_person_tell_is_one_order(spark, cli, tmp_path):
    bought = {"event": "buy", "url": "https://shop.example/thanks", "category": "toys",
              "order": "o1", "paid": "20.00", "agent": "Mozilla/5.0"}  # fmt: skip
    days = {
        "laptop": ("ann", "2026-01-05T09:00:00Z"),
        "phone": ("ann", "2026-01-06T20:00:00Z"),
        "tablet": ("bob", "2026-01-06T20:00:00Z"),
    }
    shop.configure(tmp_path)
    shop.write(
        tmp_path / "in",
        "orders.csv",
        [bought | {"id": cookie, "cookie": cookie, "user": user, "at": at}
         for cookie, (user, at) in days.items()],
    )  # fmt: skip
    for stage in TO_FEATURES:
        assert cli(stage, *conf(tmp_path)) == 0, stage
    people = read(spark, tmp_path, tables.FEATURES).collect()
    assert {(r["frequency"], r["monetary"], r["lines_per_order"]) for r in people} == {(1, 20, 1)}
    assert len(people) == 2
    first, other = sorted(r["recency_days"] for r in people)
    assert 1 < other - first < 2  # ann's order is that of the laptop
