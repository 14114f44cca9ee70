"""Who a request is about, and what is others' as well."""

from desirelines.erasure.subjects import (
    to_ids_ever,
    to_own_keys,
    to_owned_events,
    to_people_of,
    to_shared_keys,
)
from tests.support.tables import table

IDENTITY_MAP = """
    key     | key_type | person_id | from_run | to_run
    ann     | user     | ann       | r1       | r2
    ann     | user     | phone     | r2       |
    phone   | cookie   | phone     | r1       |
    ben     | user     | ben       | r1       |
    tablet  | cookie   | tablet    | r2       |
    tablet  | cookie   | ann       | r1       | r2
"""
LINKS = """
    key    | key_type | other_key | other_type
    phone  | cookie   | ann       | user
    tablet | cookie   | ann       | user
    tablet | cookie   | ben       | user
    tablet | cookie   | tablet    | cookie
    ann    | user     | ann       | user
"""
OWNERS = """
    stream_id | person_id | from_at             | to_at
    phone     | phone     | 1970-01-01 00:00:00 |
    tablet    | tablet    | 1970-01-01 00:00:00 | 2026-01-01 00:00:00
    tablet    | phone     | 2026-01-01 00:00:00 | 2026-01-02 00:00:00
    tablet    | ben       | 2026-01-02 00:00:00 |
"""


def values(rows):
    return {row[0] for row in rows.collect()}


def subject(spark, *keys):
    identities = table(spark, IDENTITY_MAP)
    asked = spark.createDataFrame([(k,) for k in keys], "key string")
    people = to_people_of(asked, identities)
    own = to_own_keys(asked, people, identities)
    shared = to_shared_keys(
        own, people, table(spark, LINKS), table(spark, OWNERS), login_type="user"
    )
    return values(people), values(own), values(shared), values(to_ids_ever(own, identities))


def test_a_login_brings_what_is_theirs_and_their_earlier_ids(spark):
    # The tablet is somebody else's, but ann was logged in on it, and owned it for a day.
    assert subject(spark, "ann") == ({"phone"}, {"ann", "phone"}, {"tablet"}, {"ann", "phone"})


def test_a_shared_tablet_is_not_theirs_alone(spark):
    people, own, shared, ids = subject(spark, "tablet")
    assert (people, own, shared) == ({"tablet"}, {"tablet"}, {"tablet"})
    assert ids == {"tablet", "ann"}  # under ann's id are rows made of both


def test_somebody_unknown_is_asked_for_all_the_same(spark):
    assert subject(spark, "nobody") == (set(), {"nobody"}, set(), set())


def test_of_a_shared_stream_goes_what_they_owned(spark):
    events = table(spark, """
        event_id | stream_id | user_key | occurred_at
        before   | tablet    |          | 2025-12-31 23:59:59
        first    | tablet    |          | 2026-01-01 00:00:00
        last     | tablet    |          | 2026-01-01 23:59:59
        bens     | tablet    | ben      | 2026-01-01 12:00:00
        after    | tablet    |          | 2026-01-02 00:00:00
        other    | phone     |          | 2026-01-01 12:00:00
    """)  # fmt: skip
    intervals = table(spark, OWNERS).filter("stream_id = 'tablet' AND person_id = 'phone'")
    assert values(to_owned_events(events, intervals).select("event_id")) == {"first", "last"}
