"""What is linked, and by what rule."""

from pyspark.sql import functions as F

from desirelines.identities.links import to_links, to_pairs, to_sightings
from tests.support.tables import rows_of, table

TYPES = {t: t for t in ("cookie", "user", "email")}


def links(spark, text, **more):
    return to_links(table(spark, text), TYPES, login_type="user", **more)


def test_identifiers_of_one_event_are_linked_both_ways_and_each_with_itself(spark):
    found = links(spark, """
        occurred_at      | cookie | user | email | kind
        2026-01-01 10:00 | c1     |      |       | page
        2026-01-01 11:00 | c1     | u1   |       | page
        2026-01-01 12:00 | c1     | u1   |       | page
    """).select("key", "other_key", "rule", F.hour("first_at"), F.hour("last_at"),
                "link_count")  # fmt: skip
    assert rows_of(found, *found.columns) == [
        ("c1", "c1", "itself", 10, 12, 3), ("c1", "u1", "login", 11, 12, 2),
        ("u1", "c1", "login", 11, 12, 2), ("u1", "u1", "itself", 11, 12, 2),
    ]  # fmt: skip


def test_the_rule_of_a_link_is_the_strongest_seen(spark):
    found = links(spark, """
        occurred_at      | cookie | user | email | kind     | previous
        2026-01-01 10:00 | c1     |      | e1    | page     |
        2026-01-01 11:00 | c1     |      | e1    | purchase |
        2026-01-01 12:00 | c1     | u1   |       | purchase |
        2026-01-01 13:00 |        | u1   |       | other    | u0
        2026-01-01 14:00 | c2     |      | e2    | page     |
    """, alias_column="previous")  # fmt: skip
    assert rows_of(found.filter("key < other_key"), "key", "other_key", "rule") == [
        ("c1", "e1", "order_email"), ("c1", "u1", "login"), ("c2", "e2", "same_event"),
        ("u0", "u1", "alias"),
    ]  # fmt: skip


def test_over_batches_a_pair_is_one_row_and_an_identifier_is_seen_when_it_was_seen_first(spark):
    one = links(spark, """
        occurred_at      | cookie | user | email | kind
        2026-01-02 10:00 | c1     | u1   |       | page
    """)  # fmt: skip
    two = links(spark, """
        occurred_at      | cookie | user | email | kind
        2026-01-01 10:00 | c1     | u1   |       | page
        2026-01-03 10:00 | c1     |      |       | page
    """)  # fmt: skip
    both = one.unionByName(two)
    assert rows_of(to_pairs(both), "key", "other_key", "rule_no") == [("c1", "u1", 1)]
    one_way = both.filter("key >= other_key")
    assert rows_of(to_pairs(one_way), "key", "other_key", "rule_no") == [("c1", "u1", 1)]
    seen = to_sightings(both).select("key", F.date_format("first_seen_at", "dd").alias("day"))
    assert rows_of(seen, "key", "day") == [("c1", "01"), ("u1", "01")]
