"""Patterns of times: which are read, which zone they tell, and what was meant instead."""

import pytest

from desirelines.settings.time_patterns import known_pattern, tells_zone, without_optional_zone


@pytest.mark.parametrize(
    "pattern",
    [
        "yyyy-MM-dd", "d/M/yyyy H:mm", "dd.MM.yy HH:mm", "yyyyMMdd-HHmm",
        "yyyy-MM-dd'T'HH:mm:ssXXX",
        "MMM dd HH:mm:ss Z yyyy", "yyyy-MM-dd HH:mm:ss[.SSS][XXX]", "yyyy-DDD",
        "h:mm a, d MMMM yyyy",
        "yyyy-MM-dd 'o''clock' HH", "yyyy-MM-dd HH:mm:ss VV", "epoch_seconds", "epoch_micros",
    ],
)  # fmt: skip
def test_what_spark_reads_is_kept(pattern):
    assert known_pattern(pattern) == pattern


@pytest.mark.parametrize(
    ("pattern", "reason", "meant"),
    [
        ("YYYY-MM-DD", "Spark reads no YYYY", "yyyy-MM-dd"),
        ("YYYY-MM-dd HH:mm", "Spark reads no YYYY", "yyyy-MM-dd HH:mm"),
        ("%Y-%m-%d", "its codes are those of C", "yyyy-MM-dd"),
        ("%Y-%m-%dT%H:%M:%S%z", "its codes are those of C", "yyyy-MM-dd'T'HH:mm:ssZ"),
        ("epoch_second", "Spark reads no e", "epoch_seconds"),
        ("unix_ms", "Spark reads no u", "epoch_millis"),
        ("ISO8601", "Spark reads no I", "no pattern at all: ISO 8601 is read without one"),
        ("E MMM dd HH:mm:ss Z yyyy", "Spark reads no E", "MMM dd HH:mm:ss Z yyyy"),
        ("yyyy-MM-ddTHH:mm", "Spark reads no T", "yyyy-MM-dd'T'HH:mm"),
        ("yyyy-'W'ww", "Spark reads no ww", ""),
        ("HH:mm:ss", "it names no day", ""),
        ("yyyy-MM", "it names no day", ""),
        ("yyyy-MM-dd HH:mm:ss.SSSSSSSSSS", "is too long, at most 9 S", ""),
        ("yyyy-MM-dd [HH:mm", "its square brackets do not match", ""),
        ("yyyy-MM-dd HH'h", "a quotation mark is not closed", ""),
        ("yyyy-MM-dd {HH}", "{ has no meaning there", ""),
    ],
)
def test_what_spark_does_not_read_is_refused_with_what_was_meant(pattern, reason, meant):
    with pytest.raises(ValueError, match="is no pattern of a time") as refused:
        known_pattern(pattern)
    assert reason in str(refused.value)
    assert ("did you mean" in str(refused.value)) == bool(meant)
    assert meant in str(refused.value)


@pytest.mark.parametrize(
    ("pattern", "tells", "without"),
    [
        ("dd-MM-yyyy", False, "dd-MM-yyyy"),
        ("MMM dd HH:mm:ss Z yyyy", True, "MMM dd HH:mm:ss Z yyyy"),
        ("yyyy-MM-dd HH:mm[XXX]", False, "yyyy-MM-dd HH:mm"),
        ("yyyy-MM-dd[ HH:mm] z", True, "yyyy-MM-dd[ HH:mm] z"),
        ("yyyy-MM-dd HH:mm'Z'", True, "yyyy-MM-dd HH:mm'Z'"),
    ],
)
def test_a_zone_is_told_always_never_or_at_choice(pattern, tells, without):
    assert tells_zone(pattern) == tells
    assert without_optional_zone(pattern) == without
