"""What quarantine keeps of a row: mapped columns, and identifiers as marks.

And what a mark counts for when the row is read again.
"""

import json

from pyspark.sql import functions as F

from desirelines.columns.keys import key_of, secret_pads
from desirelines.events.masking import masked_text
from desirelines.events.parse import to_mapped_events
from desirelines.io.sources.inspect import raw_of_texts
from desirelines.io.sources.readers import as_raw
from desirelines.settings import Settings
from tests.support.sources import READ_AT, SECRET, source


def raw_rows(found, of):
    return as_raw(found, of, F.lit(None).cast("string"), F.lit(None).cast("long"))


def mapped(spark, raw, of, **how):
    return to_mapped_events(raw, secret_pads(spark, SECRET), of, Settings(), read_at=READ_AT, **how)


def texts(spark, raw, of):
    rows = mapped(spark, raw, of)
    return [r[0] for r in rows.select(masked_text(rows, of, "user")).collect()]


def again(spark, of, kept, *, is_masked=True):
    stored = spark.createDataFrame(
        [(t, str(n), is_masked) for n, t in enumerate(kept)],
        "raw string, row_digest string, is_masked boolean",
    )
    return (
        mapped(spark, raw_of_texts(spark, of, stored), of, marked=F.col("file_place") == 1)
        .orderBy("file_name")
        .collect()
    )


CALL = {
    "anonymousId": "visitor-1", "userId": 4711, "previousId": "old-1",
    "note": "call ann@example.com", "event": "buy", "kind": "k",
    "context": {"traits": {"email": "Ann@Example.com", "name": "Ann"},
                "page": {"path": "https://shop.example/thanks?mail=ann@example.com"}},
    "session": "visit-9", "at": "never", "colour": "red",
    "products": [{"sku": "p1", "serial": "serial-1", "price": 2.5, "gift_for": "Ben"},
                 {"sku": "p2", "serial": "serial-2", "price": 1}],
}  # fmt: skip
OF_CALLS = {
    "format": "json", "lines": "products", "stream": ["cookie", "user"], "alias": "previousId",
    "properties": ["colour"],
    "columns": {
        "occurred_at": "at", "event_name": {"sql": "try_variant_get(row, '$.event', 'string')"},
        "page": "context.page.path", "item_id": "line.sku", "amount": "line.price",
        "session_key": "session",
    },
    "ids": {"cookie": "anonymousId", "user": "userId", "email": "context.traits.email",
            "device": "line.serial"},
}  # fmt: skip


def test_json_keeps_mapped_places_and_its_own_line_with_identifiers_as_marks(spark):
    of = source(**OF_CALLS)
    found = spark.createDataFrame(
        [(json.dumps(CALL),), ('{"anonymousId": "visitor-2", broken',)], "value string"
    ).coalesce(1)
    kept = texts(spark, raw_rows(found, of), of)
    mark = lambda t, v, **how: f"key:{t}:{key_of(SECRET, t, v, **how)}"  # noqa: E731

    def row(sku, serial, price):
        return {
            "anonymousId": mark("cookie", "visitor-1"), "userId": mark("user", "4711"),
            "previousId": mark("user", "old-1"),
            "context": {"traits": {"email": mark("email", "ann@example.com")},
                        "page": {"path": "/thanks"}},
            "session": mark("session", "visit-9"), "at": "never", "colour": "red", "event": "buy",
            "products": [{"sku": sku, "serial": mark("device", serial), "price": price}],
        }  # fmt: skip

    assert [json.loads(t) for t in kept[:2]] == [
        row("p1", "serial-1", 2.5),
        row("p2", "serial-2", 1),
    ]
    assert (
        kept[2] == '{"anonymousId": "visitor-2", broken'
    )  # what its digest is made of; `to_quarantine` drops it


def test_a_masked_row_that_is_read_again_is_the_same_event(spark):
    of = source(**OF_CALLS)
    found = spark.createDataFrame([(json.dumps(CALL),)], "value string").coalesce(1)
    raw = raw_rows(found, of)
    before = mapped(spark, raw, of).orderBy("line_no").collect()
    after = again(spark, of, texts(spark, raw, of))
    compared = [c for c in before[0].asDict() if c.startswith(("key_", "alias")) or c in (
        "stream_id", "user_key", "session_key", "page", "item_id", "amount", "event_name",
        "properties", "content_digest")]  # fmt: skip
    assert len(compared) == 14
    assert [[r[c] for c in compared] for r in after] == [[r[c] for c in compared] for r in before]


def test_a_mark_counts_in_masked_rows_only_and_for_its_own_type(spark):
    of = source(format="json", ids={"cookie": {"column": "c", "keep_value": True}, "user": "u"})
    victim = key_of(SECRET, "cookie", "victim")
    forged = json.dumps(
        {
            "c": f"key:cookie:{victim}",
            "u": f"key:cookie:{victim}",
            "t": "2026-03-01T10:00:00Z",
            "e": "look",
        }
    )
    found = spark.createDataFrame([(forged,)], "value string").coalesce(1)
    (fresh,) = mapped(spark, raw_rows(found, of), of).collect()
    (full,) = again(spark, of, [forged], is_masked=False)
    assert (
        fresh["key_cookie"]
        == full["key_cookie"]
        == key_of(SECRET, "cookie", f"key:cookie:{victim}")
    )
    (masked,) = again(spark, of, [forged])
    assert (masked["key_cookie"], masked["value_cookie"], masked["key_user"]) == (
        victim,
        None,
        None,
    )


def test_rows_with_types_keep_them_and_their_numbers_become_marks(spark):
    of = source(ids={"cookie": "c", "user": "who.id"},
                columns={"occurred_at": "t", "event_name": "e",
                         "event_id": {"sql": "concat(row.n, '/', row.who.kind)"}})  # fmt: skip
    rows = [("x", (4711, "ann@example.com", "vip"), 7, "never", "look", "secret")]
    found = spark.createDataFrame(
        rows,
        "c string, who struct<id: bigint, email: string, kind: string>, n int, t string, e string, "
        "other string",
    )
    raw = raw_rows(found, of)
    (text,) = texts(spark, raw, of)
    assert json.loads(text) == {
        "c": f"key:cookie:{key_of(SECRET, 'cookie', 'x')}",
        "who": {"id": f"key:user:{key_of(SECRET, 'user', '4711')}", "kind": "vip"},
        "n": 7, "t": "never", "e": "look",
    }  # fmt: skip


def test_rows_with_types_are_read_again_by_their_marks(spark, tmp_path):
    place = str(tmp_path / "rows")
    # and no id, which the mapping names
    columns = "u bigint, at_home struct<c: string>, paid int, t string, e string"
    spark.createDataFrame([(4711, ("x",), 7, "", "")], columns).write.parquet(place)
    of = source(path=place, stream=["cookie"], ids={"cookie": "at_home.c", "user": "u"})
    mark = key_of(SECRET, "user", "4711")
    (row,) = again(
        spark,
        of,
        ['{"u":"key:user:' + mark + '","at_home":{"c":"key:cookie:' + mark + '"},"paid":7}'],
    )
    assert (row["key_user"], row["key_cookie"], row["amount"], row["given_id"]) == (
        mark,
        mark,
        7,
        None,
    )
