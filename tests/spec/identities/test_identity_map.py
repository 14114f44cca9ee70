"""Who is who: groups, and the names of people."""

from desirelines.identities.identity_map import to_people
from tests.support.people import SHARED, resolved
from tests.support.tables import rows_of


def test_a_person_is_what_hangs_together_named_by_what_was_seen_first(spark):
    found, cut = resolved(spark, SHARED)
    assert rows_of(found, "key", "person_id", "rule") == [
        ("alone", "alone", "itself"),
        ("c1", "c1", "login"), ("c2", "c1", "login"), ("e1", "c1", "login"),
        ("e2", "e2", "itself"),
        ("tablet", "tablet", "itself"),  # of two logins it is as near to both: it goes with neither
        ("u1", "c1", "login"), ("u2", "u2", "itself"),
    ]  # fmt: skip
    assert cut == [("tablet", "u1", "unique"), ("tablet", "u2", "unique")]


def test_an_alias_makes_two_logins_one_person(spark):
    found, cut = resolved(spark, SHARED + "2026-01-07 09:00 | | | u2 | | u1 | other")
    assert {
        r["person_id"]
        for r in found.filter("key IN ('u1', 'u2', 'tablet', 'c1', 'c2', 'e1')").collect()
    } == {"c1"}
    assert cut == []


def test_on_a_tie_of_first_sight_the_order_of_types_decides(spark):
    found, _ = resolved(spark, """
        occurred_at      | cookie | device | user | email | previous | kind
        2026-01-01 10:00 | c1     |        | u1   | e1    |          | page
    """)  # fmt: skip
    assert {r["person_id"] for r in found.collect()} == {"u1"}


def test_people_are_first_seen_with_their_first_identifier(spark):
    found, _ = resolved(spark, SHARED)
    people = to_people(found).selectExpr(
        "person_id", "date_format(first_seen_at, 'dd HH:mm') AS seen"
    )
    assert rows_of(people, "person_id", "seen") == [
        ("alone", "05 09:00"), ("c1", "01 10:00"), ("e2", "06 09:00"), ("tablet", "03 09:00"),
        ("u2", "04 09:00"),
    ]  # fmt: skip
