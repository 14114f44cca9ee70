"""The guards that keep people apart."""

import pytest

from desirelines.identities.link_limits import to_capped, to_separated
from desirelines.identities.links import to_links, to_pairs
from tests.support.people import SHARED, TYPES, resolved
from tests.support.tables import rows_of, table


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
