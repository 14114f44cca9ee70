"""Instants from text: a zone in the text wins, the source's holds otherwise, each applied once."""

from datetime import UTC, datetime

import pytest
from pyspark.sql import functions as F

from desirelines.events.instants import to_instant, within_calendar

BERLIN = "Europe/Berlin"


def instants(spark, texts, pattern, zone):
    rows = spark.createDataFrame([(t,) for t in texts], "text string")
    at = within_calendar(to_instant(F.col("text"), pattern, zone))
    found = rows.select("text", at.alias("at")).collect()
    return {
        r["text"]: r["at"] and f"{r['at'].astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"[:23].rstrip("0.:")
        for r in found
    }


def at(text):
    return f"{datetime.fromisoformat(text):%Y-%m-%d %H:%M:%S.%f}"[:23].rstrip("0.:")


ISO = {
    # text of a source in Berlin, and the instant in UTC
    "2024-07-01T12:00:00Z": "2024-07-01 12:00",
    "2024-07-01T12:00:00+02:00": "2024-07-01 10:00",
    "2024-07-01 12:00:00+0200": "2024-07-01 10:00",
    "2024-07-01 12:00:00+02": "2024-07-01 10:00",
    "2024-07-01 12:00:00-05": "2024-07-01 17:00",
    "2024-07-01 12:00:00+05:30": "2024-07-01 06:30",
    "2024-07-01 12:00:00 UTC": "2024-07-01 12:00",
    "2024-07-01 12:00:00 GMT": "2024-07-01 12:00",
    "2024-07-01 12:00:00 GMT+02:00": "2024-07-01 10:00",
    "2024-07-01 12:00:00 America/New_York": "2024-07-01 16:00",
    "2024-07-01 12:00:00": "2024-07-01 10:00",
    "2024-07-01T12:00:00.123": "2024-07-01 10:00:00.123",
    "2024-07-01T12:00": "2024-07-01 10:00",
    "2024-07-01T12:00Z": "2024-07-01 12:00",
    "2024-07-01T12:00+02:00": "2024-07-01 10:00",
    "2024-07-01 12:00-0500": "2024-07-01 17:00",
    "2024-07-01 12:00 UTC": "2024-07-01 12:00",
    "2024-07-01 12:00:00,123": "2024-07-01 10:00:00.123",
    "2024-07-01T12:00:00,123Z": "2024-07-01 12:00:00.123",
    "2024-12-01": "2024-11-30 23:00",
    "2024-7-1": "2024-06-30 22:00",
    "2024-10-27 02:30:00": "2024-10-27 00:30",  # the first of two
    "2024-03-31 02:30:00": "2024-03-31 01:30",  # none: the clock jumps
}
NO_INSTANTS = [
    "10:15:00", "T10:15", "2024", "2024-06", "20240701", "20240701T120000Z", "45474", "1719835200",
    "20204-07-01 12:05:00", "+2024-07-01", "2024-07-01 12:00:00z", "2024-13-01", "2024-02-30",
    "2024-W27", "yesterday", "2024-07-01 12:00 PM", "2024-07-01 12:00+",
    "2024-07-01 1:00,5", "", "-", "0000-00-00 00:00:00",
]  # fmt: skip


def test_a_text_of_iso_8601(spark):
    assert instants(spark, ISO, None, BERLIN) == {t: at(i) for t, i in ISO.items()}
    in_utc = {t: t for t in ("2024-07-01 12:00:00", "2024-12-01")}
    assert instants(spark, in_utc, None, "UTC") == {t: at(i) for t, i in in_utc.items()}


@pytest.mark.parametrize("zone", ["UTC", BERLIN])
def test_what_is_no_day_with_its_year_is_no_instant(spark, zone):
    assert instants(spark, NO_INSTANTS, None, zone) == dict.fromkeys(NO_INSTANTS)


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("dd-MM-yyyy", "01-07-2024", "2024-06-30 22:00"),
        ("HH:mm dd-MM-yyyy", "12:00 01-07-2024", "2024-07-01 10:00"),
        ("yyyyMMdd-HHmm", "20240701-1200", "2024-07-01 10:00"),
        ("MMM dd HH:mm:ss Z yyyy", "Jul 01 12:00:00 +0000 2024", "2024-07-01 12:00"),
        ("yyyy-MM-dd HH:mm:ss z", "2024-07-01 12:00:00 CEST", "2024-07-01 10:00"),
        ("dd/MM/yyyy HH:mm", "01/07/2024 12:00", "2024-07-01 10:00"),
        ("yyyy-MM-dd HH:mm[XXX]", "2024-07-01 12:00", "2024-07-01 10:00"),
        ("yyyy-MM-dd HH:mm[XXX]", "2024-07-01 12:00+05:00", "2024-07-01 07:00"),
        ("yyyy-MM-dd HH:mm[XXX]", "2024-07-01 12:00Z", "2024-07-01 12:00"),
        ("yyyy-MM-dd'T'HH:mm'Z'", "2024-07-01T12:00Z", "2024-07-01 12:00"),
        ("epoch_seconds", "1719835200", "2024-07-01 12:00"),
        ("epoch_seconds", "1719835200.25", "2024-07-01 12:00:00.25"),
        ("epoch_seconds", "1.7198352E9", "2024-07-01 12:00"),
        ("epoch_millis", "1719835200123.5", "2024-07-01 12:00:00.123"),
        ("epoch_millis", "1719835200123", "2024-07-01 12:00:00.123"),
        ("epoch_micros", "1719835200123000", "2024-07-01 12:00:00.123"),
    ],
)
def test_a_text_of_a_pattern(spark, pattern, text, expected):
    assert instants(spark, [text], pattern, BERLIN) == {text: at(expected)}


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("dd-MM-yyyy", "2024-07-01"),
        ("epoch_seconds", "1719835260000"),
        ("epoch_seconds", "9223372036854775807"),
        ("epoch_seconds", "1e300"),
        ("epoch_seconds", "2024-07-01"),
        (None, "0001-01-01 00:00:00"),
        (None, "9999-12-31 23:59:59"),
    ],
)
def test_another_form_or_unit_or_a_year_that_python_has_not_is_no_instant(spark, pattern, text):
    assert instants(spark, [text], pattern, "America/New_York") == {text: None}


def test_instants_of_a_source_end_with_the_calendar(spark):
    years = ["0000-12-31", "0001-01-02", "9999-12-30", "10000-01-01"]
    rows = spark.createDataFrame([(y,) for y in years], "text string")
    found = rows.select(within_calendar(F.expr("CAST(text AS TIMESTAMP)")).cast("string")).collect()
    assert [row[0] is not None for row in found] == [False, True, True, False]
