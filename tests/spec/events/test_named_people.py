"""Rows of a source are found by the keys that ingest gives their identifiers."""

import pytest

from desirelines.columns.keys import key_of, secret_pads
from desirelines.events.named_people import identifier_places, to_named
from desirelines.settings import Settings
from tests.support.sources import SECRET, source

IDENTITY = Settings().identity
COLUMNS = "n string, c string, u double, m struct<address: string, `b.c`: string>, was string"
ROWS = [
    ("cookie", " Ann ", None, (None, None), None),
    ("cookie_again", " Ann ", None, (None, None), None),
    ("other_case", "ann", None, (None, None), None),
    ("number", None, 4711.0, (None, None), None),
    ("nested", "Ben", None, ("ANN@b.c ", None), None),
    ("dotted", None, None, (None, "Ann"), None),
    ("second", "", None, (None, "Ann"), None),
    ("hidden", "Ben", None, (None, "Ann"), None),
    ("alias", "Ben", 1.0, (None, None), "4711"),
    ("junk", "(not set)", None, ("null", None), "0"),
    ("nobody", None, None, None, None),
    ("other", "Ben", 2.0, ("ben@b.c", None), "3"),
]
MAPPING = source(
    format="delta",
    lines="products",
    ids={"cookie": {"first_of": ["c", "m.`b.c`"]}, "user": "u", "email": "m.address"},
    columns={"occurred_at": "t", "event_name": "e", "order_id": "line.order", "currency": "x"},
    alias="was",
    stream=["cookie"],
)


def named(spark, *keys):
    rows = spark.createDataFrame(ROWS, COLUMNS)
    frame = spark.createDataFrame([(key,) for key in keys], "key string")
    return rows, to_named(rows, frame, secret_pads(spark, SECRET), MAPPING, IDENTITY)


def found(spark, *pairs):
    """Names of the rows that have a combination, and how many rows there should be."""
    keys = [key_of(SECRET, t, v, caseless=t == "email") for t, v in pairs]
    rows, frame = named(spark, *keys)
    places = list(identifier_places(MAPPING))
    combinations = frame.select(*places, "row_count").distinct().collect()
    columns = [rows["c"], rows["m"]["b.c"], rows["u"], rows["m"]["address"], rows["was"]]
    values = {
        r["n"]: tuple(r[p] for p in places)
        for r in rows.select("n", *(c.alias(p) for c, p in zip(columns, places, strict=True)))
        .collect()
    }  # fmt: skip
    wanted = {tuple(c[p] for p in places) for c in combinations}
    names = {n for n, v in values.items() if v in wanted}
    assert sum(c["row_count"] for c in combinations) == len(names)
    return names


@pytest.mark.parametrize(
    ("pair", "names"),
    [
        (("cookie", "Ann"), {"cookie", "cookie_again", "dotted", "second"}),
        (("cookie", "ann"), {"other_case"}),
        (("user", "4711"), {"number", "alias"}),
        (("email", "ann@b.c"), {"nested"}),
        (("user", "Ann"), set()),
    ],
)
def test_rows_are_found_as_ingest_keys_them(spark, pair, names):
    assert found(spark, pair) == names


def test_a_row_of_two_names_is_found_by_each_and_counted_once(spark):
    assert found(spark, ("user", "4711"), ("user", "1"), ("cookie", "Ben")) == {
        "number", "nested", "hidden", "alias", "other",
    }  # fmt: skip


def test_the_identifiers_come_as_the_source_writes_them(spark):
    keys = [key_of(SECRET, "email", "ann@b.c"), key_of(SECRET, "user", "4711")]
    _, frame = named(spark, *keys)
    values = {(r["id_type"], r["value"]) for r in frame.collect()}
    assert values == {("email", "ANN@b.c"), ("user", "4711")}


def test_no_plan_holds_an_identifier_or_a_key(spark):
    key = key_of(SECRET, "cookie", "Ann")
    _, frame = named(spark, key)
    plan = frame._jdf.queryExecution().toString()
    assert key not in plan
    assert "4711" not in plan
    assert SECRET.hex() not in plan
