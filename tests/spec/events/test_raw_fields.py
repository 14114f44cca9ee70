"""Fields of a raw row, whatever they are called."""

from pyspark.sql import functions as F
from pyspark.sql import types as T

from desirelines.events.raw_fields import RawRows, raw_text, with_point
from desirelines.io.sources.readers import as_raw
from tests.support.sources import raw_rows, source
from tests.support.tables import table


def test_columns_of_any_name_are_reached(spark):
    found = spark.createDataFrame(
        [("1", "2", "3", "4")],
        T.StructType([T.StructField(n, T.StringType()) for n in ("a`b", "a.b", "ä\"'", "")]),
    )
    raw = as_raw(found, source(), F.lit(None).cast("string"), F.lit(None).cast("long"))
    rows = RawRows(raw, source())
    assert raw.select(
        rows.field("a`b").alias("x"),
        rows.field("ä\"'").alias("y"),
        raw_text(source()).alias("text"),
    ).collect() == [("1", "3", '{"a`b":"1","a.b":"2","ä\\"\'":"3","":"4"}')]


def test_the_first_of_several_columns_that_is_not_empty_counts(spark):
    of = source(
        columns={
            "occurred_at": {"first_of": ["t", "u"]},
            "event_name": "e",
            "category": {"first_of": ["a", "b"]},
        },
        time_zone="Europe/Berlin",
    )
    rows = RawRows(
        raw_rows(spark, """
        id | t                | u                    | a    | b    | at_text | written    | category
        1  | 2026-03-01 10:00 | 2026-03-01T12:00:00Z | toys | pens | 09:00 | true       | toys
        2  |                  | 2026-03-01T12:00:00Z |      | pens | 12:00 | true       | pens
        3  | never            | 2026-03-01T12:00:00Z |      | pens |       | true       | pens
        4  |                  |                      |      |      |       | false      |
        """, of), of)  # fmt: skip
    time = of.columns.occurred_at
    got = rows.rows.select(
        F.date_format(rows.instant(time), "HH:mm").alias("at_text"),
        rows.is_written(time).cast("string").alias("written"),
        rows.text(of.columns.category).alias("category"),
        F.struct("row.at_text", "row.written", "row.category").alias("expected"),
    ).collect()
    assert [tuple(r)[:3] for r in got] == [tuple(r["expected"]) for r in got]


def test_a_line_without_a_quantity_is_of_one_piece(spark):
    of = source(
        columns={
            "occurred_at": "t",
            "event_name": "e",
            "quantity": "pieces",
            "amount": {"product": ["pieces", "price"]},
        }
    )
    rows = RawRows(
        raw_rows(spark, """
        id | pieces | price | amount  | broken
        1  | 2      | 2.50  | 5.0000  | false
        2  |        | 2.50  | 2.5000  | false
        3  | 2      |       |         | false
        4  | two    | 2.50  |         | true
        5  |        | free  |         | true
        6  | 9e9    | 9e9   |         | true
        """, of), of)  # fmt: skip
    amount = of.columns.amount
    got = rows.rows.select(
        rows.number(amount).cast("string").alias("amount"),
        rows.number_is_broken(amount).cast("string").alias("broken"),
        F.struct("row.amount", "row.broken").alias("expected"),
    ).collect()
    assert [tuple(r)[:2] for r in got] == [tuple(r["expected"]) for r in got]


def test_a_dot_in_a_name_is_part_of_it_in_backticks(spark):
    found = spark.createDataFrame(
        [(("nested",), "flat")],
        T.StructType(
            [
                T.StructField("a", T.StructType([T.StructField("b", T.StringType())])),
                T.StructField("a.b", T.StringType()),
            ]
        ),
    )
    raw = as_raw(found, source(), F.lit(None).cast("string"), F.lit(None).cast("long"))
    rows = RawRows(raw, source())
    got = raw.select(rows.field("a.b").alias("x"), rows.field("`a.b`").alias("y")).collect()
    assert [tuple(r) for r in got] == [("nested", "flat")]


def test_a_dot_in_a_key_of_json_is_part_of_it_in_backticks_or_where_nothing_is_nested(spark):
    of = source(format="json")
    texts = [
        # row, a.b, `a.b`
        ('{"a":{"b":"nested"},"a.b":"flat"}', "nested", "flat"),
        ('{"a.b":"flat"}', "flat", "flat"),
        ('{"a":{"b":"nested"}}', "nested", None),
        ('{"a":{"c":1}}', None, None),
    ]
    found = spark.createDataFrame([(text,) for text, *_ in texts], "value string").coalesce(1)
    raw = as_raw(found, of, F.lit(None).cast("string"), F.lit(None).cast("long"))
    rows = RawRows(raw, of)
    got = raw.select("raw", rows.field("a.b").alias("x"), rows.field("`a.b`").alias("y")).collect()
    assert [tuple(r) for r in got] == texts


def test_a_decimal_comma(spark):
    numbers = table(spark, """
        written     | expected
        12,50       | 12.50
        -1.234,5    | -1234.5
        1.234.567   | 1234567
        1 234,56    | 1234.56
        1'234,56    | 1234.56
        1234        | 1234
        12.50       |
        1.23,4      |
        12,         |
        abc         |
    """)  # fmt: skip
    got = numbers.select("written", with_point(F.col("written")).alias("n"), "expected").collect()
    assert {r["written"]: r["n"] for r in got} == {r["written"]: r["expected"] for r in got}


def test_an_identifier_with_lost_bytes_is_known(spark):
    of = source(alias="id")
    raw = raw_rows(spark, """
        id     | t | e | c      | u    | paid | expected
        x      | t | e | J\ufffdrg | u   | 1    | true
        x      | t | e | Jörg   |      | 1    | false
        J\ufffd | t | e | x     | u    | 1    | true
        x      | t | J\ufffd | x | u   | 1    | false
    """, of)  # fmt: skip
    got = raw.select(RawRows(raw, of).has_lost_identifier.alias("is_lost")).collect()
    assert [r["is_lost"] for r in got] == [True, False, True, False]
