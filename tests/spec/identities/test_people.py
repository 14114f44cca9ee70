"""Who is who, in the simple tier: a login makes a person; what was seen with a login belongs to the last one seen with it."""

from pyspark.sql import functions as F

from desirelines.identities.links import to_links
from desirelines.identities.people import to_identity_map, to_people, to_stream_owners, with_person
from tests.support.tables import rows_of, table

ORDER = ("user", "email", "cookie")
EVENTS = """
    occurred_at      | cookie | user | email
    2026-01-01 10:00 | c1     |      |
    2026-01-01 11:00 | c1     | u1   |
    2026-01-02 09:00 | c2     | u1   | e1
    2026-01-03 09:00 | tablet | u1   |
    2026-01-04 09:00 | tablet | u2   |
    2026-01-05 09:00 | alone  |      |
    2026-01-06 09:00 |        |      | e2
"""


def links(spark, text=EVENTS):
    return to_links(table(spark, text), {t: t for t in ("cookie", "user", "email")})


def test_identifiers_of_one_event_are_linked_both_ways_and_each_with_itself(spark):
    found = links(spark, """
        occurred_at      | cookie | user | email
        2026-01-01 10:00 | c1     |      |
        2026-01-01 11:00 | c1     | u1   |
        2026-01-01 12:00 | c1     | u1   |
    """).select("key", "other_key", F.hour("first_at"), F.hour("last_at"), "link_count")  # fmt: skip
    assert rows_of(found, *found.columns) == [
        ("c1", "c1", 10, 12, 3), ("c1", "u1", 11, 12, 2), ("u1", "c1", 11, 12, 2), ("u1", "u1", 11, 12, 2),
    ]  # fmt: skip


def test_a_person_is_the_key_seen_first_of_what_belongs_to_the_login(spark):
    found = to_identity_map(links(spark), login_type="user", type_order=ORDER)
    assert rows_of(found, "key", "person_id", "rule") == [
        ("alone", "alone", "itself"),
        ("c1", "c1", "login"), ("c2", "c1", "login"), ("e1", "c1", "login"),
        ("e2", "e2", "itself"),
        ("tablet", "tablet", "login"),  # seen with both, with u2 last
        ("u1", "c1", "itself"), ("u2", "tablet", "itself"),
    ]  # fmt: skip


def test_on_a_tie_of_first_sight_the_order_of_types_decides(spark):
    found = to_identity_map(links(spark, """
        occurred_at      | cookie | user | email
        2026-01-01 10:00 | c1     | u1   | e1
    """), login_type="user", type_order=ORDER)  # fmt: skip
    assert {r["person_id"] for r in found.collect()} == {"u1"}


def test_the_map_does_not_depend_on_batches_or_their_order(spark):
    one = links(spark)
    lines = EVENTS.strip().splitlines()
    head, rows = lines[0], lines[1:]
    parts = [links(spark, "\n".join([head, *rows[n::3]])) for n in range(3)]
    split = parts[2].unionByName(parts[0]).unionByName(parts[1])
    wanted = to_identity_map(one, login_type="user", type_order=ORDER)
    got = to_identity_map(split.repartition(5), login_type="user", type_order=ORDER)
    assert rows_of(got, *wanted.columns) == rows_of(wanted, *wanted.columns)


def test_a_session_belongs_to_its_login_else_to_the_owner_of_the_stream_else_to_the_stream(spark):
    found = to_identity_map(links(spark), login_type="user", type_order=ORDER)
    sessions = table(spark, """
        stream_id | user_key | started_at       | expected
        tablet    | u1       | 2026-01-03 09:00 | c1
        tablet    |          | 2026-01-03 10:00 | tablet
        c2        |          | 2026-01-01 00:00 | c1
        unseen    |          | 2026-01-01 00:00 | unseen
    """)  # fmt: skip
    got = with_person(sessions, found, to_stream_owners(found))
    assert [r["person_id"] for r in got.collect()] == [r["expected"] for r in got.collect()]


def test_people_are_first_seen_with_their_first_identifier(spark):
    people = to_people(to_identity_map(links(spark), login_type="user", type_order=ORDER))
    got = rows_of(
        people.select("person_id", F.date_format("first_seen_at", "dd HH:mm").alias("seen")), "person_id", "seen"
    )
    assert got == [("alone", "05 09:00"), ("c1", "01 10:00"), ("e2", "06 09:00"), ("tablet", "03 09:00")]
