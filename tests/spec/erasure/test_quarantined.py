"""Rejected rows are found by any identifier in them, raw or masked."""

from desirelines.columns.keys import key_of, secret_pads
from desirelines.erasure.quarantined import (
    to_rows_with_keys,
    to_rows_with_texts,
    to_rows_with_values,
)

SECRET = b"a secret for tests only"
KEY = key_of(SECRET, "user", "ann")
RAW = {
    "plain": '{"uid": "ann"}',
    "nested": '{"a": {"b": ["x", {"c": "ann"}]}}',
    "escaped": '{"a": "\\u0061nn"}',
    "padded": '{"a": "  ann "}',
    "number": '{"id": 4711, "n": 47110}',
    "masked": f'{{"uid": "key:user:{KEY}"}}',
    "mail": '{"m": "ANN@b.c"}',
    "within": '{"text": "from ann@B.C, sent"}',
    "other_case": '{"uid": "Ann"}',
    "longer": '{"uid": "annabel"}',
    "others": '{"uid": "ben"}',
    "broken": '{"uid": "ann", "a": ',
}


def rejected(spark):
    return spark.createDataFrame(list(RAW.items()), "name string, raw string")


def names(rows):
    return {row["name"] for row in rows.collect()}


def with_keys(spark, *pairs):
    keys = [(key_of(SECRET, t, v, caseless=t == "email"),) for t, v in pairs]
    rows = to_rows_with_keys(
        rejected(spark),
        spark.createDataFrame(keys, "key string"),
        secret_pads(spark, SECRET),
        {"user", "email"},
        caseless=("email",),
        junk=(),
    )
    return names(rows)


def test_a_whole_value_is_found_wherever_it_stands(spark):
    assert with_keys(spark, ("user", "ann")) == {
        "plain", "nested", "escaped", "padded", "masked", "broken",
    }  # fmt: skip
    assert with_keys(spark, ("user", "4711")) == {"number"}
    assert with_keys(spark, ("email", "ann@b.c")) == {"mail"}
    assert with_keys(spark, ("user", "nobody")) == set()


def test_a_row_is_found_by_the_value_of_what_is_theirs(spark):
    def with_values(*values):
        frame = spark.createDataFrame([(v,) for v in values], "text string")
        return names(to_rows_with_values(rejected(spark), frame))

    assert with_values("4711") == {"number"}
    assert with_values("ben", "annabel", "o-1") == {"others", "longer"}
    assert with_values("from ann") == {"within"}
    assert with_values("from anna", "rom ann") == set()  # no word of it is there
    assert with_values("ann@B.C") == {"within"}


def test_a_text_is_found_anywhere_unless_it_is_short(spark):
    def with_texts(*texts):
        frame = spark.createDataFrame([(t,) for t in texts], "text string")
        return names(to_rows_with_texts(rejected(spark), frame))

    assert with_texts("ann@b.c") == {"mail", "within"}
    assert with_texts("ann") == set()
