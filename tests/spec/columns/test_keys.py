"""An identifier has one normal form, whether Spark or a person at the terminal makes its key."""

from pyspark.sql import functions as F

from desirelines.columns.keys import identifier_key, key_of, normal_text, normal_value, secret_pads
from desirelines.settings.identity import Identity

SECRET = b"a secret for tests only, of some length"
JUNK = ("null", "unknown", "noreply@")
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
    ("(Unknown)", None, None),
    ("'NULL'", None, None),
    ("#unknown", None, None),
    ("Unknown@Example.com", "Unknown@Example.com", "unknown@example.com"),
    ("NoReply@Example.com", None, None),
    ("<noreply@example.com>", None, None),
    ("\u200b", None, None),
    ("{}", None, None),
    ("0.0", None, None),
    ("''", None, None),
    ("(ann)", "(ann)", "(ann)"),
    ("ann\u200d", "ann", "ann"),
    # numbers as floats and decimals are written
    ("12345678.0", "12345678", "12345678"),
    ("12345678.0000000000", "12345678", "12345678"),
    ("007.0", "007", "007"),
    ("1.2345678E7", "12345678", "12345678"),
    ("1.234567E7", "12345670", "12345670"),
    ("1e+05", "100000", "100000"),
    ("9.007199254740991E15", "9007199254740991", "9007199254740991"),
    ("1.23457E+12", None, None),
    ("9.007199254740992E15", None, None),
    ("1.5E0", None, None),
    ("1e5", "1e5", "1e5"),
    ("1.2.0", "1.2.0", "1.2.0"),
    ("1.20", "1.20", "1.20"),
    ("v1.0", "v1.0", "v1.0"),
]


def test_both_ways_to_a_normal_form_agree(spark):
    rows = spark.createDataFrame([(c[0],) for c in CASES], "raw string")
    found = rows.select(
        "raw",
        normal_value(F.col("raw"), caseless=False, junk=JUNK).alias("cased"),
        normal_value(F.col("raw"), caseless=True, junk=JUNK).alias("caseless"),
    ).collect()
    assert [tuple(row) for row in found] == CASES
    for raw, cased, caseless in CASES:
        assert normal_text(raw, caseless=False, junk=JUNK) == cased
        assert normal_text(raw, caseless=True, junk=JUNK) == caseless


def test_both_ways_to_a_key_agree(spark):
    rows = spark.createDataFrame([("\x0b Ann ",)], "raw string")
    value = normal_value(F.col("raw"), caseless=True, junk=JUNK)
    made = rows.crossJoin(secret_pads(spark, SECRET)).select(identifier_key("user", value))
    assert made.collect()[0][0] == key_of(SECRET, "user", "\x0b Ann ", caseless=True)


def test_words_for_nobody_are_no_identifiers_as_systems_write_them():
    written = """
    \\N NULL None (null) <null> (not~set) #N/A NaN [object~Object] guest -1 0 n/a false true
    00000000-0000-0000-0000-000000000000 undefined not_authenticated distinct_id id email '' ""
    - -- ? nobody unknown 0.0 {} [] noreply@shop.example null@null.com (not~provided) Anonymous
    """
    junk = Identity().junk_values
    written += """
    notset no_id not-set opted_out {{user_id}} ${user.id} %user_id% *|EMAIL|* #REF! #VALUE! %00 \\0
    Gast invité гость ゲスト 访客 게스트 anónimo 匿名 unbekannt inconnu неизвестно null~null -999
    FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF 02:00:00:00:00:00 d41d8cd98f00b204e9800998ecf8427e
    — … • \x00 \u3164 \u2800 \u202e
    """
    for word in written.split():
        assert normal_text(word.replace("~", " "), caseless=False, junk=junk) is None, word
    for name in (
        "ann",
        "u1",
        "id7",
        "0x1F",
        "test12",
        "true.love@x.org",
        "mail@x.org",
        "null7",
        "u-1",
        "ka",
        "k-a",
        "9999",
    ):
        assert normal_text(name, caseless=False, junk=junk) == name
