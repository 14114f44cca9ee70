"""Instants from what a source writes: a zone in the text wins, and the source's holds otherwise."""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F
from pyspark.sql import types as T

from desirelines.settings.time_patterns import tells_zone, without_optional_zone

EPOCH_UNITS_US = {"epoch_seconds": 1_000_000, "epoch_millis": 1000, "epoch_micros": 1}
"""Patterns for times that count from 1970, and how many microseconds one unit has."""
_FIRST, _LAST = "0001-01-02 00:00:00", "9999-12-30 23:59:59.999999"
_REST = ("", ":00", ":00:00", " 00:00:00")
"""What is missing to a time of day with seconds, from nothing to all of it."""


def to_instant(text: Column, pattern: str | None, zone: str) -> Column:
    """The instant of a trimmed text, in any year that Spark knows; null where it is none.

    Without a pattern it is ISO 8601 with a day: a time alone, a year or a month is no instant. A
    zone or offset in the text wins over the source's `zone`, and is applied once.
    """
    if pattern in EPOCH_UNITS_US:
        return F.timestamp_micros(_since_epoch(text, EPOCH_UNITS_US[pattern]))
    if pattern is not None:
        return _by_pattern(text, pattern, zone)
    return F.when(_begins_with_day(text), _iso(_as_spark_reads(text), zone))


def _since_epoch(text: Column, unit_us: int) -> Column:
    """Microseconds of a number of units; a number with a fraction is read only where it is none."""
    whole = F.try_multiply(text.try_cast(T.LongType()), F.lit(unit_us))
    exact = F.try_multiply(text.try_cast(T.DecimalType(28, 9)), F.lit(unit_us))
    return F.coalesce(whole, exact.try_cast(T.LongType()))


def within_calendar(instant: Column) -> Column:
    """The instant; null outside the years 1 to 9999, which is all that others can read."""
    return F.when(instant.between(_at(_FIRST), _at(_LAST)), instant)


def _at(text: str) -> Column:
    return F.lit(text).cast("timestamp")


def _begins_with_day(text: Column) -> Column:
    """Whether the text begins with a year of four digits, a month and a day.

    Spark takes the time 10:15 for today's, and 2024 for New Year. A regular expression would cost
    more than the parsing.
    """
    return (F.substring(text, 5, 1) == "-") & F.substring(text, 6, 3).contains("-")


def _as_spark_reads(text: Column) -> Column:
    """A text of ISO 8601 in the forms that Spark reads: with a point, and seconds before a zone."""
    comma = F.substring(text, 20, 1) == ","
    has_zone = (F.substring(text, 14, 1) == ":") & F.substring(text, 17, 1).isin("Z", "+", "-", " ")
    return (
        F.when(comma, F.overlay(text, F.lit("."), 20, 1))
        .when(has_zone, F.overlay(text, F.lit(":00"), 17, 0))
        .otherwise(text)
    )


def _iso(text: Column, zone: str) -> Column:
    parsed = text.try_cast(T.TimestampType())
    if zone == "UTC":
        return parsed
    # A text with a zone cannot be read with a second one, and one with a zone needs its seconds.
    in_zone = (
        F.concat(text, F.lit(f"{rest} {zone}")).try_cast(T.TimestampType()) for rest in _REST
    )
    # Most texts tell a zone in one of two ways, and need one attempt instead of five.
    tells_offset = F.substring(text, -6, 1).isin("+", "-") & (F.substring(text, -3, 1) == ":")
    return F.when(text.endswith("Z") | tells_offset, parsed).otherwise(F.coalesce(*in_zone, parsed))


def _by_pattern(text: Column, pattern: str, zone: str) -> Column:
    parsed = F.try_to_timestamp(text, F.lit(pattern))
    if zone == "UTC" or tells_zone(pattern):
        return parsed
    plain = without_optional_zone(pattern)
    in_zone = F.to_utc_timestamp(F.try_to_timestamp(text, F.lit(plain)), zone)
    return in_zone if plain == pattern else F.coalesce(in_zone, parsed)
