"""Who is who: groups, the guards that keep people apart, and the names of people."""

import pytest

from desirelines.identities.identity_map import to_identity_map, to_people
from desirelines.identities.link_limits import to_capped, to_separated
from desirelines.identities.links import to_links, to_pairs, to_sightings
from tests.support.tables import rows_of, table

TYPES = {t: t for t in ("cookie", "device", "email", "user")}
ORDER = ("user", "email", "cookie")


def resolved(spark, text, **rules):
    links = to_links(table(spark, text), TYPES, login_type="user", alias_column="previous")
    pairs = to_pairs(links)
    judged = to_separated(pairs, **({"unique_types": ("user",), "most_keys": 500} | rules))
    cut = judged.filter("reason IS NOT NULL")
    followed = pairs.join(cut, ["key", "other_key"], "left_anti")
    found = to_identity_map(
        to_sightings(links), judged.filter("reason IS NULL"), followed, type_order=ORDER
    )
    return found, rows_of(cut, "key", "other_key", "reason")


SHARED = """
    occurred_at      | cookie | device | user | email | previous | kind
    2026-01-01 10:00 | c1     |        |      |       |          | page
    2026-01-01 11:00 | c1     |        | u1   |       |          | page
    2026-01-02 09:00 | c2     |        | u1   | e1    |          | page
    2026-01-03 09:00 | tablet |        | u1   |       |          | page
    2026-01-04 09:00 | tablet |        | u2   |       |          | page
    2026-01-05 09:00 | alone  |        |      |       |          | page
    2026-01-06 09:00 |        |        |      | e2    |          | page
"""


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


def test_an_identifier_goes_with_the_login_it_is_nearest_to(spark):
    """u1 – c1 – d – e1 – c2 – u2: d is two links from u1 and three from u2."""
    found, cut = resolved(spark, """
        occurred_at      | cookie | device | user | email | previous | kind
        2026-01-01 10:00 | c1     |        | u1   |       |          | page
        2026-01-01 11:00 | c1     | d      |      |       |          | page
        2026-01-01 12:00 |        | d      |      | e1    |          | page
        2026-01-01 13:00 | c2     |        |      | e1    |          | page
        2026-01-01 14:00 | c2     |        | u2   |       |          | page
    """)  # fmt: skip
    person = {r["key"]: r["person_id"] for r in found.collect()}
    assert (person["d"], person["e1"]) == (person["u1"], person["u2"])
    assert person["u1"] != person["u2"]
    assert cut == [("d", "e1", "unique")]


def test_a_group_that_is_too_large_loses_its_weakest_links(spark):
    text = """
        occurred_at      | cookie | device | user | email | previous | kind
        2026-01-01 10:00 | c1     |        | u1   |       |          | page
        2026-01-01 11:00 | c1     | kiosk  |      |       |          | page
        2026-01-01 12:00 | c2     | kiosk  |      |       |          | page
        2026-01-01 13:00 | c3     | kiosk  |      |       |          | page
    """
    found, cut = resolved(spark, text, most_keys=4)
    assert {r["person_id"] for r in found.filter("key IN ('c1', 'u1')").collect()} == {"u1"}
    assert cut == [("c1", "kiosk", "size"), ("c2", "kiosk", "size"), ("c3", "kiosk", "size")]
    assert resolved(spark, text, most_keys=5)[1] == []


def test_an_identifier_seen_with_too_many_others_links_nobody(spark):
    pairs = table(spark, """
        key | key_type | other_key | other_type | n:rule_no
        c1  | cookie   | desk      | email      | 2
        c2  | cookie   | desk      | email      | 2
        c2  | cookie   | u2        | user       | 1
        c3  | cookie   | desk      | email      | 2
    """)  # fmt: skip
    over = [("c1", "desk", "cap"), ("c2", "desk", "cap"), ("c3", "desk", "cap")]
    assert rows_of(to_capped(pairs, {"email": 2}), "key", "other_key", "reason") == over
    assert rows_of(to_capped(pairs, {"email": 3}), "key", "other_key", "reason") == []
    assert rows_of(to_capped(pairs, {"cookie": 1}), "key", "other_key", "reason") == [
        ("c2", "desk", "cap"),
        ("c2", "u2", "cap"),
    ]


@pytest.mark.parametrize("most_local", [0, 2])
def test_a_graph_too_large_for_one_task_gives_the_same_people(spark, most_local):
    pairs = to_pairs(
        to_links(table(spark, SHARED), TYPES, login_type="user", alias_column="previous")
    )
    rules = {"unique_types": ("user",), "most_keys": 500}
    columns = ("key", "other_key", "group_key", "component_key", "reason")
    wanted = rows_of(to_separated(pairs, **rules), *columns)
    assert (
        rows_of(to_separated(pairs.repartition(5), **rules, most_local=most_local), *columns)
        == wanted
    )
    assert {r[3] for r in wanted if r[4] is None} == {
        "c1"
    }  # before anything is cut, the tablet joins all that is linked


def test_people_are_first_seen_with_their_first_identifier(spark):
    found, _ = resolved(spark, SHARED)
    people = to_people(found).selectExpr(
        "person_id", "date_format(first_seen_at, 'dd HH:mm') AS seen"
    )
    assert rows_of(people, "person_id", "seen") == [
        ("alone", "05 09:00"), ("c1", "01 10:00"), ("e2", "06 09:00"), ("tablet", "03 09:00"),
        ("u2", "04 09:00"),
    ]  # fmt: skip
