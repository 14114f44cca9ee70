"""Which cuts hold, and what a run decides again."""

from desirelines.identities.link_decisions import cuts_in_force, to_cut_edits
from tests.support.tables import rows_of, table

CUTS = """
    key | other_key | is_cut | reason   | decided_at       | from_run
    a   | b         | true   | unique   | 2026-01-01 00:00 | r1
    a   | c         | true   | unique   | 2026-01-03 00:00 | r3
    a   | d         | true   | unlinked | 2026-01-03 00:00 | r3
    a   | e         | true   | unlinked | 2026-01-01 00:00 | r1
    a   | e         | false  | relinked | 2026-01-03 00:00 | r3
    a   | f         | true   | cap      | 2026-01-03 00:00 | r3
    a   | g         | true   | size     | 2026-01-03 00:00 | r3
"""
ERASED = """
    token | is_suppressed | active_from_at
    t     | true          | 2026-01-02 00:00
    t2    | false         | 2026-01-09 00:00
"""


def in_force(spark):
    return cuts_in_force(
        table(spark, CUTS), table(spark, ERASED).withColumnRenamed("active_from_at", "active_from")
    )


def test_a_cut_by_hand_is_held_and_so_is_one_made_before_an_erasure(spark):
    assert rows_of(in_force(spark), "key", "other_key", "reason", "is_held") == [
        ("a", "b", "unique", True), ("a", "c", "unique", False), ("a", "d", "unlinked", True),
        ("a", "f", "cap", False), ("a", "g", "size", False),
    ]  # fmt: skip


def test_only_a_changed_decision_is_written_and_only_about_what_was_looked_at(spark):
    decided = table(spark, "key | other_key | reason\na | c | cap\na | x | unique")
    judged = table(spark, "key | other_key\na | c\na | x\na | f\na | b")
    assert rows_of(
        to_cut_edits(in_force(spark), decided, judged), "key", "other_key", "is_cut", "reason"
    ) == [
        ("a", "c", True, "cap"),  # for another reason than before
        (
            "a",
            "f",
            False,
            "followed",
        ),  # nothing speaks against it any more; a–b is held, a–g was not looked at
        ("a", "x", True, "unique"),
    ]
