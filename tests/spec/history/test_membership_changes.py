"""Membership over runs: rows that say what changed, and what holds after a run."""

from datetime import UTC, date, datetime

from pyspark.sql import functions as F

from desirelines.history.freshness import Freshness
from desirelines.history.membership_changes import (
    to_changes,
    to_interval_edits,
    to_members,
    to_moves,
)
from tests.support.tables import rows_of, table

BEFORE = """
    person_id | segment_id | is_primary | n:bucket
    ann       | a          | true       | 1
    ann       | rule       | false      | 1
    ben       | a          | true       | 2
    cat       | b          | true       | 3
"""
NOW = """
    person_id | segment_id | is_primary | n:bucket
    ann       | b          | true       | 1
    ann       | rule       | false      | 1
    ben       | a          | true       | 2
    ben       | rule       | false      | 2
    dan       | b          | true       | 4
"""
NOBODY = "person_id | segment_id | is_primary | n:bucket\n"


def test_entering_leaving_and_staying(spark):
    got = to_changes(table(spark, BEFORE), table(spark, NOW), run_id="r2", as_of=date(2026, 3, 1))
    assert rows_of(got, "person_id", "segment_id", "change", "is_primary") == [
        ("ann", "a", "left", False), ("ann", "b", "entered", True),
        ("ben", "rule", "entered", False),
        ("cat", "b", "left", False),
        ("dan", "b", "entered", True),
    ]  # fmt: skip


def test_primary_changed_is_a_change_of_its_own(spark):
    before = table(spark, "person_id | segment_id | is_primary | n:bucket\nann | a | true | 1")
    now = table(spark, "person_id | segment_id | is_primary | n:bucket\nann | a | false | 1")
    got = to_changes(before, now, run_id="r", as_of=date(2026, 3, 1))
    assert rows_of(got, "person_id", "change", "is_primary") == [("ann", "primary_changed", False)]


def test_the_changes_of_a_chain_of_runs_give_the_members_after_it(spark):
    nobody, before, now = table(spark, NOBODY), table(spark, BEFORE), table(spark, NOW)
    first = to_changes(nobody, before, run_id="r1", as_of=date(2026, 2, 1))
    second = to_changes(before, now, run_id="r2", as_of=date(2026, 3, 1))
    third = to_changes(now, before, run_id="r3", as_of=date(2026, 4, 1))
    elsewhere = to_changes(nobody, now, run_id="never published", as_of=date(2026, 3, 1))
    changes = third.unionByName(elsewhere).unionByName(first).unionByName(second)

    def after(*runs):
        chain = spark.createDataFrame(
            [(r, n) for n, r in enumerate(runs, start=1)], "run_id string, place long"
        )
        return rows_of(
            to_members(changes, chain, run_id=runs[-1]),
            "person_id",
            "segment_id",
            "is_primary",
            "since_on",
            "run_id",
        )

    fresh = Freshness(datetime(2026, 2, 1, 6, tzinfo=UTC), date(2026, 1, 31), None)
    chain = spark.createDataFrame([("r1", 1)], "run_id string, place long")
    members = to_members(changes, chain, run_id="r1", fresh=fresh)
    assert set(rows_of(members, F.unix_seconds("computed_at"), "data_through", "expires_at")) == {
        (1769925600, date(2026, 1, 31), None)
    }

    feb, mar, apr = (date(2026, m, 1) for m in (2, 3, 4))
    assert after("r1", "r2") == [
        ("ann", "b", True, mar, "r2"), ("ann", "rule", False, feb, "r2"),
        ("ben", "a", True, feb, "r2"), ("ben", "rule", False, mar, "r2"),
        ("dan", "b", True, mar, "r2"),
    ]  # fmt: skip
    assert after("r1", "r2", "r3") == [
        ("ann", "a", True, apr, "r3"), ("ann", "rule", False, feb, "r3"),
        ("ben", "a", True, feb, "r3"), ("cat", "b", True, apr, "r3"),
    ]  # fmt: skip


def test_people_are_counted_by_main_segment_then_and_now(spark):
    lines = [f"p{n} | {'a' if n < 25 else 'b'} | true | 1" for n in range(30)]
    before = table(spark, "person_id | segment_id | is_primary | n:bucket\n" + "\n".join(lines))
    lines = [f"p{n} | {'a' if n < 12 else 'c'} | true | 1" for n in range(30)] + [
        f"q{n} | c | true | 1" for n in range(11)
    ]
    now = table(spark, "person_id | segment_id | is_primary | n:bucket\n" + "\n".join(lines))
    got = to_moves(before, now, None)
    assert rows_of(got, "from_segment_id", "to_segment_id", "people_count", "model_count") == [
        ("a", "a", 12, 0), ("a", "c", 13, 0), ("b", "c", 5, 0), ("new", "c", 11, 0),
    ]  # fmt: skip


def test_a_move_is_the_person_s_when_the_model_before_tells_it_as_well(spark):
    header = "person_id | segment_id | is_primary | n:bucket\n"
    before = table(spark, header + "\n".join(f"p{n} | a | true | 1" for n in range(50)))
    now = table(
        spark,
        header
        + "\n".join(
            f"p{n} | {'b' if n < 25 else 'c' if n < 40 else 'a'} | true | 1" for n in range(50)
        ),
    )
    # Of those in b the model before leaves ten in a; of those in c five.
    old_model = ["a"] * 10 + ["b"] * 15 + ["a"] * 5 + ["d"] * 10 + ["a"] * 10
    expected = table(
        spark,
        "person_id | expected_segment_id\n"
        + "\n".join(f"p{n} | {s}" for n, s in enumerate(old_model)),
    )
    got = to_moves(before, now, expected)
    assert rows_of(got, "to_segment_id", "people_count", "model_count") == [
        ("a", 10, 10),
        ("b", 25, 10),
        ("c", 15, 5),
    ]


def test_an_interval_is_closed_and_opened_where_the_value_changed_and_nowhere_else(spark):
    still_open = table(spark, """
        key | person | from_run | to_run
        k1  | ann    | r1       |
        k2  | ben    | r1       |
        k3  | cat    | r1       |
        k5  | eve    | r2       |
    """)  # fmt: skip
    wanted = table(spark, """
        key | person
        k1  | ann
        k2  | bob
        k4  | dan
        k5  | eva
    """)  # fmt: skip
    got = to_interval_edits(still_open, wanted, key=("key",), values=("person",), run_id="r2")
    assert rows_of(got, "key", "person", "from_run", "to_run") == [
        ("k2", "ben", "r1", "r2"), ("k2", "bob", "r2", None),
        ("k3", "cat", "r1", "r2"),
        ("k4", "dan", "r2", None),
        ("k5", "eva", "r2", None),  # opened by this very run: corrected in place
    ]  # fmt: skip
