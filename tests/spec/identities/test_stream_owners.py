"""Who owns a shared device, and when."""

import pytest
from pyspark.sql import functions as F

from desirelines.identities.stream_owners import (
    to_login_people,
    to_shared_streams,
    to_stream_owners,
    with_person,
)
from tests.support.tables import rows_of, table

HOUR_US = 3_600_000_000
STREAMS = """
    stream_id | person_id | is_shared
    phone     | ann       | false
    tablet    | tablet    | true
"""
LOGINS = """
    stream_id | occurred_at      | person_id
    tablet    | 2026-01-01 10:00 | ann
    tablet    | 2026-01-01 10:20 | ann
    tablet    | 2026-01-01 11:00 | ben
    tablet    | 2026-01-05 12:00 | ben
"""


def owners(spark, attribution, hours=2):
    return to_stream_owners(
        table(spark, STREAMS),
        table(spark, LOGINS),
        attribution=attribution,
        within_us=hours * HOUR_US,
    )


@pytest.mark.parametrize(
    ("attribution", "expected"),
    [
        ("next_login",
         {"01 07:59": "tablet", "01 08:00": "ann", "01 10:30": "ben", "01 12:00": "tablet",
          "05 10:00": "ben", "05 13:00": "tablet"}),
        ("last_login",
         {"01 08:00": "tablet", "01 10:30": "ann", "01 12:59": "ben", "01 13:00": "tablet",
          "05 11:00": "tablet", "05 13:00": "ben"}),
        ("never",
         {"01 08:00": "tablet", "01 10:20": "ann", "01 10:30": "tablet", "01 11:00": "ben",
          "05 13:00": "tablet"}),
    ],
)  # fmt: skip
def test_between_logins_a_shared_device_is_whose_the_attribution_says(spark, attribution, expected):
    lines = [f"tablet | | 2026-01-{at} | {who}" for at, who in expected.items()]
    sessions = table(
        spark,
        "\n".join(
            ["stream_id | user_key | started_at | expected", *lines, "phone | | 2020-01-01 | ann"]
        ),
    )
    nobody = table(spark, "key | person_id\nx | x")
    found = with_person(sessions, nobody, owners(spark, attribution))
    assert [r["person_id"] for r in found.orderBy("started_at").collect()] == [
        "ann",
        *expected.values(),
    ]


@pytest.mark.parametrize("attribution", ["next_login", "last_login", "never"])
def test_the_intervals_of_a_stream_cover_all_time_once(spark, attribution):
    found = owners(spark, attribution).select(
        "stream_id", F.unix_micros("from_at"), F.unix_micros("to_at")
    )
    for stream in ("phone", "tablet"):
        intervals = sorted(r[1:] for r in found.collect() if r[0] == stream)
        assert intervals[0][0] == 0
        assert intervals[-1][1] is None
        assert [a[1] for a in intervals[:-1]] == [b[0] for b in intervals[1:]]


def test_a_session_with_a_login_is_that_persons_whoever_owns_the_stream(spark):
    sessions = table(spark, """
        stream_id | user_key | started_at       | expected
        tablet    | u-ben    | 2026-01-01 09:00 | ben
        tablet    |          | 2026-01-01 09:00 | ann
        unseen    |          | 2026-01-01 00:00 | unseen
    """)  # fmt: skip
    people = table(spark, "key | person_id\nu-ben | ben")
    got = with_person(sessions, people, owners(spark, "next_login")).collect()
    assert [r["person_id"] for r in got] == [r["expected"] for r in got]


def test_a_stream_is_shared_when_two_people_logged_in_on_it_not_two_logins_of_one(spark):
    pairs = table(spark, """
        key    | key_type | other_key | other_type
        phone  | cookie   | u1        | user
        phone  | cookie   | u1b       | user
        tablet | cookie   | u1        | user
        tablet | cookie   | u2        | user
        e1     | email    | phone     | cookie
    """)  # fmt: skip
    people = table(spark, "key | person_id\nu1 | ann\nu1b | ann\nu2 | ben")
    found = to_login_people(pairs, people, login_type="user")
    assert rows_of(found, "stream_id", "person_id") == [
        ("phone", "ann"),
        ("tablet", "ann"),
        ("tablet", "ben"),
    ]
    assert rows_of(to_shared_streams(found), "stream_id") == [("tablet",)]
