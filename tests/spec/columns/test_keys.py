"""An identifier has one normal form, whether Spark or a person at the terminal makes its key."""

from pyspark.sql import functions as F

from desirelines.columns.keys import identifier_key, key_of, normal_text, normal_value, secret_pads

SECRET = b"a secret for tests only, of some length"
JUNK = ("null", "unknown")
CASES = [
    # raw value, its normal form where case counts, and where it does not
    ("Ann@Example.com", "Ann@Example.com", "ann@example.com"),
    ("  Ann \t", "Ann", "ann"),
    ("\x0bann\x0c", "ann", "ann"),
    ("\ufeff\u00a0ann", "ann", "ann"),
    ("NULL", None, None),
    (" Unknown ", None, None),
    ("000-00", None, None),
    ("", None, None),
    ("0-1", "0-1", "0-1"),
]


def test_both_ways_to_a_normal_form_agree(spark):
    rows = spark.createDataFrame([(c[0],) for c in CASES], "raw string")
    found = rows.select(
        "raw",
        normal_value("email", F.col("raw"), caseless=False, junk=JUNK).alias("cased"),
        normal_value("email", F.col("raw"), caseless=True, junk=JUNK).alias("caseless"),
    ).collect()
    assert [tuple(row) for row in found] == CASES
    for raw, cased, caseless in CASES:
        assert normal_text(raw, caseless=False, junk=JUNK) == cased
        assert normal_text(raw, caseless=True, junk=JUNK) == caseless


def test_both_ways_to_a_key_agree(spark):
    rows = spark.createDataFrame([("\x0b Ann ",)], "raw string")
    value = normal_value("user", F.col("raw"), caseless=True, junk=JUNK)
    made = rows.crossJoin(secret_pads(spark, SECRET)).select(identifier_key("user", value))
    assert made.collect()[0][0] == key_of(SECRET, "user", "\x0b Ann ", caseless=True)
