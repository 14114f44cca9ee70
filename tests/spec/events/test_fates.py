"""The fate of a row."""

import pytest
from pyspark.sql import functions as F

from desirelines.columns.keys import key_of, secret_pads
from desirelines.events.fates import (
    suppressed_at,
    to_quarantine,
    with_fates,
    with_suppressed,
    with_text_of_conflicts,
)
from desirelines.events.raw_fields import raw_text
from tests.support.sources import READ_AT, SECRET, mapped, source
from tests.support.tables import table

TOKEN_SECRET = b"another secret that only the tests use"
HOUR = "2026-03-01T10"


def fates(spark, text, of, known=None):
    rows = mapped(spark, text, of).withColumn("is_suppressed", F.lit(False))
    return with_fates(rows, of, known)


def by_id(rows):
    return sorted((r["given_id"] or "", r["event_name"], r["fate"]) for r in rows.collect())


def test_equal_ids_with_equal_content_are_duplicates_and_with_other_content_conflicts(spark):
    of = source(
        columns={"occurred_at": "t", "event_name": "e", "event_id": "id", "received_at": "r"}
    )
    rows = fates(spark, f"""
        id | c | u | t               | r               | e
        1  | x |   | {HOUR}:00:00Z   | {HOUR}:00:01Z   | look
        1  | x |   | {HOUR}:00:00Z   | {HOUR}:00:09Z   | look
        1  | x |   | {HOUR}:00:00Z   | {HOUR}:00:05Z   | buy
        1  | y |   | {HOUR}:00:00Z   | {HOUR}:00:05Z   | buy
        2  | x |   | {HOUR}:00:00Z   | {HOUR}:00:05Z   | buy
        3  | x |   | never           | {HOUR}:00:05Z   | buy
    """, of)  # fmt: skip
    assert by_id(rows) == [
        ("1", "buy", "conflict"),  # the first arrived stays
        ("1", "buy", "used"),  # the same id in another stream is another event
        ("1", "look", "duplicate"), ("1", "look", "used"), ("2", "buy", "used"),
        ("3", "buy", "quarantined"),
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["parquet", "csv"])  # rows of Parquet tell no file
def test_an_empty_id_merges_nothing(spark, kind):
    rows = fates(spark, f"""
        id | c | u | t             | e    | paid | file_name
           | x |   | {HOUR}:00:00Z | look |      | a
           | x |   | {HOUR}:00:00Z | look |      | a
        '' | x |   | {HOUR}:00:00Z | look |      | a
        7  | x |   | {HOUR}:00:00Z | look |      | a
        7  | x |   | {HOUR}:00:00Z | look |      | a
    """, source(format=kind))  # fmt: skip
    assert by_id(rows) == [("", "look", "used")] * 3 + [
        ("7", "look", "duplicate"),
        ("7", "look", "used"),
    ]
    assert rows.select("event_id").distinct().count() == 4


@pytest.mark.parametrize(
    ("identity", "expected"),
    [
        ("content", ["duplicate", "duplicate", "used"]),
        (
            "occurrence",
            ["duplicate", "used", "used"],
        ),  # twice in one file is twice; the same line of another file is a redelivery
    ],
)
def test_what_makes_an_event_one_is_the_mappings_to_say(spark, identity, expected):
    of = source(
        identity=identity,
        format="csv",
        ordered=True,
        columns={"occurred_at": "t", "event_name": "e"},
    )
    rows = fates(spark, f"""
        c | u | t             | e    | file_name | n:file_place
        x |   | {HOUR}:00:00Z | look | a.csv     | 0
        x |   | {HOUR}:00:00Z | look | a.csv     | 1
        x |   | {HOUR}:00:00Z | look | b.csv     | 0
    """, of)  # fmt: skip
    assert sorted(r["fate"] for r in rows.collect()) == expected


def test_what_earlier_batches_brought_is_known(spark):
    first = fates(spark, f"""
        id | c | u | t             | e    | paid
        1  | x |   | {HOUR}:00:00Z | look |
        2  | x |   | {HOUR}:00:00Z | look |
    """, source())  # fmt: skip
    known = first.select("stream_id", "event_id", "content_digest").localCheckpoint()
    second = fates(spark, f"""
        id | c | u | t             | e    | paid
        1  | x |   | {HOUR}:00:00Z | look |
        2  | x |   | {HOUR}:00:00Z | buy  | 9
        3  | x |   | {HOUR}:00:00Z | look |
    """, source(), known)  # fmt: skip
    assert by_id(second) == [
        ("1", "look", "duplicate"),
        ("2", "buy", "conflict"),
        ("3", "look", "used"),
    ]


def test_a_suppressed_row_is_suppressed_before_anything_else_of_it_is_looked_at(spark):
    rows = mapped(spark, f"""
        id | c | u   | t             | e    | paid
        1  | x |     | {HOUR}:00:00Z | look |
        2  | y | ann | never         |      |
        3  | z | ann | {HOUR}:00:00Z | look |
        4  | y |     | {HOUR}:00:00Z | look |
    """, source())  # fmt: skip
    pads = secret_pads(spark, TOKEN_SECRET)
    from desirelines.columns.keys import keyed_digest

    key = spark.createDataFrame([(key_of(SECRET, "user", "ann"),)], "key string")
    tokens = key.crossJoin(pads).select(keyed_digest(F.col("key")).alias("token"))
    rows = with_suppressed(rows, tokens, pads, ["key_cookie", "key_user"])
    got = sorted((r["given_id"], r["fate"]) for r in with_fates(rows, source(), None).collect())
    assert got == [("1", "used"), ("2", "suppressed"), ("3", "suppressed"), ("4", "used")]


def test_the_newest_statement_about_a_token_holds(spark):
    list_ = table(spark, """
        token | is_suppressed | active_at
        a     | true          | 2026-01-01
        b     | true          | 2026-01-01
        b     | false         | 2026-02-01
        c     | false         | 2026-01-01
        c     | true          | 2026-02-01
    """).withColumnRenamed("active_at", "active_from")  # fmt: skip
    assert sorted(r["token"] for r in suppressed_at(list_, READ_AT).collect()) == ["a", "c"]


def test_quarantine_keeps_the_raw_row_with_all_reasons_and_numbers_equal_rows(spark):
    rows = fates(spark, f"""
        id | c | u | t             | e    | paid
        1  | x |   | never         |      | 1
        1  | x |   | never         |      | 1
        2  | x |   | {HOUR}:00:00Z | look |
        2  | x |   | {HOUR}:00:00Z | buy  |
    """, source())  # fmt: skip
    kept = sorted(
        (r["fate"], r["ordinal"], tuple(r["reasons"]))
        for r in to_quarantine(
            rows, source(), secret_pads(spark, SECRET), is_masked=False
        ).collect()
    )
    assert kept == [
        ("conflict", 1, ("event_id: another event has the same id and other content",)),
        ("quarantined", 1, ("occurred_at: not a time", "event_name: missing")),
        ("quarantined", 2, ("occurred_at: not a time", "event_name: missing")),
    ]


def test_the_raw_text_stays_with_rows_held_back_and_conflicts_get_theirs(spark):
    of = source()
    rows = mapped(spark, f"""
        id | c | u | t             | e    | paid
        1  | x |   | never         | look |
        2  | x |   | {HOUR}:00:00Z | look |
        2  | x |   | {HOUR}:01:00Z | buy  | 5
        3  | x |   | {HOUR}:00:00Z | look |
    """, of).withColumns({
        "is_suppressed": F.lit(False), "raw": F.lit(None).cast("string")})  # fmt: skip
    classified = with_fates(rows, of, None).localCheckpoint()
    before = {(r["given_id"], r["fate"]): r["raw"] for r in classified.collect()}
    row_1 = '{"id":"1","c":"x","t":"never","e":"look"}'
    assert before == {
        ("1", "quarantined"): row_1,
        ("2", "used"): None,
        ("2", "conflict"): None,
        ("3", "used"): None,
    }
    after = {
        (r["given_id"], r["fate"]): r["raw"]
        for r in with_text_of_conflicts(classified, rows, raw_text(of)).collect()
    }
    row_2 = f'{{"id":"2","c":"x","t":"{HOUR}:01:00Z","e":"buy","paid":"5"}}'
    assert after == before | {("2", "conflict"): row_2}
