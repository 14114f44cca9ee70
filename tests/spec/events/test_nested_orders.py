"""Orders with their lines inside are compared whole."""

from pyspark.sql import functions as F

from desirelines.columns.keys import secret_pads
from desirelines.events.fates import LOOK_UP, with_fates
from desirelines.events.parse import to_mapped_events
from desirelines.io.sources.readers import FILE, ROW, SPLIT
from desirelines.io.sources.stream import with_places
from desirelines.settings import Settings
from tests.support.sources import READ_AT, SECRET, source

OF = source(
    format="delta", lines="items", identity="occurrence", stream=["cookie"], ids={"cookie": "c"},
    columns={"occurred_at": "t", "event_name": "e", "order_id": "o", "item_id": "line.item",
             "amount": "line.paid"},
    kinds={"buy": "purchase", "refund": "refund", "look": "page"},
)  # fmt: skip
SCHEMA = "c string, t string, e string, o string, items array<struct<item: string, paid: string>>"
AT = "2026-03-01T10:00:00Z"


def order(number, *lines, event="buy", at=AT):
    return ("x", at, event, number, [tuple(line.split()) for line in lines])


def fates(spark, orders, known=None, **how):
    found = spark.createDataFrame(orders, SCHEMA).coalesce(1)
    raw = with_places(
        found.select(F.struct("*").alias(ROW), F.lit(None).alias(FILE), F.lit(None).alias(SPLIT)),
        OF,
    )
    rows = to_mapped_events(raw, secret_pads(spark, SECRET), OF, Settings(), read_at=READ_AT)
    return with_fates(
        rows.withColumn("is_suppressed", F.lit(False)), OF, known, **how
    ).localCheckpoint()


def lines_with_fates(rows):
    return sorted((r["order_id"] or "", r["event_name"], r["item_id"], str(r["amount"])[:4],
                   r["fate"]) for r in rows.collect())  # fmt: skip


FIRST = [
    order("1", "pen 2.00", "pen 2.00", "ink 5.00"),  # two equal lines are two lines
    order("1", "ink 5.00", "pen 2.00", "pen 2.00"),  # the same order, sent twice
    order("2", "pen 2.00", "ink 5.00"),
    order("2", "pen 2.00", "ink 5.00", event="refund"),  # says something else of the order
    order("3", "pen 2.00"),
    order("3", "pen 2.00", "ink 5.00", at="2026-03-01T11:00:00Z"),  # another version, later
    order(None, "pen 2.00"),  # no order number: lines stand for themselves
    order(None, "pen 2.00", "ink 5.00"),
]


def test_the_first_version_of_an_order_stands_and_a_line_never_comes_twice(spark):
    assert lines_with_fates(fates(spark, FIRST)) == [
        ("", "buy", "ink", "5.00", "used"), ("", "buy", "pen", "2.00", "used"),
        ("", "buy", "pen", "2.00", "used"),
        ("1", "buy", "ink", "5.00", "duplicate"), ("1", "buy", "ink", "5.00", "used"),
        ("1", "buy", "pen", "2.00", "duplicate"), ("1", "buy", "pen", "2.00", "duplicate"),
        ("1", "buy", "pen", "2.00", "used"), ("1", "buy", "pen", "2.00", "used"),
        ("2", "buy", "ink", "5.00", "used"), ("2", "buy", "pen", "2.00", "used"),
        ("2", "refund", "ink", "5.00", "used"), ("2", "refund", "pen", "2.00", "used"),
        ("3", "buy", "ink", "5.00", "conflict"), ("3", "buy", "pen", "2.00", "conflict"),
        ("3", "buy", "pen", "2.00", "used"),
    ]  # fmt: skip


def test_later_deliveries_are_held_against_the_order_that_stands(spark):
    known = fates(spark, FIRST).filter("fate = 'used'").select(*LOOK_UP)
    second = fates(spark, [
        order("1", "pen 2.00", "ink 5.00", "pen 2.00"),
        order("2", "pen 2.00"),  # fewer lines
        order("3", "pen 2.00", "bag 9.00"),  # one line more
        order("4", "pen 2.00"),
    ], known)  # fmt: skip
    assert lines_with_fates(second) == [
        ("1", "buy", "ink", "5.00", "duplicate"), ("1", "buy", "pen", "2.00", "duplicate"),
        ("1", "buy", "pen", "2.00", "duplicate"),
        ("2", "buy", "pen", "2.00", "conflict"),
        ("3", "buy", "bag", "9.00", "conflict"), ("3", "buy", "pen", "2.00", "conflict"),
        ("4", "buy", "pen", "2.00", "used"),
    ]  # fmt: skip


def test_an_order_is_refunded_in_parts_and_other_events_name_it_as_often_as_they_like(spark):
    refund = order("1", "pen 2.00", event="refund")
    later = order("1", "pen 2.00", event="refund", at="2026-03-02T10:00:00Z")
    first = fates(spark, [
        refund, refund, later,
        order("(none)", "pen 2.00", event="look"),
        order("(none)", "ink 5.00", event="look", at="2026-03-01T11:00:00Z"),
    ])  # fmt: skip
    assert lines_with_fates(first) == [
        ("", "look", "ink", "5.00", "used"), ("", "look", "pen", "2.00", "used"),
        ("1", "refund", "pen", "2.00", "duplicate"), ("1", "refund", "pen", "2.00", "used"),
        ("1", "refund", "pen", "2.00", "used"),
    ]  # fmt: skip
    known = first.filter("fate = 'used'").select(*LOOK_UP)
    third = order("1", "ink 1.00", event="refund", at="2026-03-03T10:00:00Z")
    checkout = [order("1", "pen 2.00", event="look", at=f"2026-03-01T1{n}:00:00Z") for n in (2, 3)]
    assert lines_with_fates(fates(spark, [later, third, *checkout], known)) == [
        ("1", "look", "pen", "2.00", "used"), ("1", "look", "pen", "2.00", "used"),
        ("1", "refund", "ink", "1.00", "used"), ("1", "refund", "pen", "2.00", "duplicate"),
    ]  # fmt: skip


def test_a_line_from_quarantine_joins_its_order(spark):
    rejected = fates(spark, [order("1", "pen 2.00", "ink five")])
    assert lines_with_fates(rejected) == [
        ("1", "buy", "ink", "None", "quarantined"),
        ("1", "buy", "pen", "2.00", "used"),
    ]
    known = rejected.filter("fate = 'used'").select(*LOOK_UP)
    mended = fates(spark, [order("1", "pen 2.00", "ink 5.00")], known, orders_are_whole=False)
    assert lines_with_fates(mended) == [
        ("1", "buy", "ink", "5.00", "used"),
        ("1", "buy", "pen", "2.00", "duplicate"),
    ]
