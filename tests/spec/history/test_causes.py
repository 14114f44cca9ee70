"""Every change of membership has one cause, the first that fits."""

import pytest

from desirelines.history.causes import CAUSES, Counterfactuals, to_causes, to_regrouped
from tests.support.tables import rows_of, table

BEFORE = """
    person_id | segment_id | is_primary
    ann       | c-1        | true
    ben       | c-1        | true
    cat       | c-1        | true
    cat       | rich       | false
    dan       | c-1        | true
    dan       | rich       | false
    eva       | c-1        | true
    eva       | rich       | false
    gone      | c-1        | true
    two       | c-1        | true
    said      | c-1        | true
    said      | rich       | false
"""
NOW = """
    person_id | segment_id | is_primary
    ann       | c-2        | true
    ben       | c-2        | true
    cat       | c-1        | true
    dan       | c-1        | true
    eva       | c-1        | true
    new       | c-2        | true
    two       | c-2        | true
    said      | c-1        | true
"""


@pytest.fixture(scope="module")
def causes(spark):
    """The earlier model has ann still in c-1; cuts of then would keep cat rich, the rule dan."""
    would_be = Counterfactuals(
        by_model=table(
            spark, "person_id | expected_segment_id\nann|c-1\nben|c-2\ntwo|c-2\nnew|c-1\ncat|c-1"
        ),
        by_cuts=table(spark, "person_id | segment_id\ncat|rich"),
        by_rules=table(spark, "person_id | segment_id\ncat|rich\ndan|rich"),
    )
    found = to_causes(
        table(spark, BEFORE),
        table(spark, NOW),
        would_be,
        clusters=["c-1", "c-2"],
        regrouped=table(spark, "person_id\ntwo"),
        stated=table(spark, "person_id\nsaid\ntwo"),
    )
    return rows_of(found, "person_id", "segment_id", "change", "cause")


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        ("ann", [("c-1", "left", "model"), ("c-2", "entered", "model")]),
        ("ben", [("c-1", "left", "behaviour"), ("c-2", "entered", "behaviour")]),
        ("cat", [("rich", "left", "cut_point")]),
        ("dan", [("rich", "left", "rule_edit")]),
        ("eva", [("rich", "left", "behaviour")]),
        ("gone", [("c-1", "left", "population")]),
        ("new", [("c-2", "entered", "population")]),
        ("two", [("c-1", "left", "identity"), ("c-2", "entered", "identity")]),
        ("said", [("rich", "left", "consent")]),
    ],
)
def test_the_first_cause_that_fits(causes, person, expected):
    assert [row[1:] for row in causes if row[0] == person] == expected


def test_every_change_has_one_cause_and_nothing_else_has(causes):
    assert len(causes) == 12
    assert {cause for *_, cause in causes} == set(CAUSES)


def test_identifiers_that_changed_hands_concern_both_people(spark):
    identities = table(spark, """
        key      | person_id | from_run | to_run
        mail-1   | ann       | r1       | r3
        mail-1   | ben       | r3       |
        mail-2   | cat       | r3       |
        mail-3   | dan       | r1       | r2
        mail-3   | eva       | r2       |
        mail-4   | eva       | r1       | r3
        mail-4   | eva       | r3       |
    """)  # fmt: skip
    owners = table(spark, """
        stream_id | person_id | from_run | to_run
        cookie-1  | fay       | r3       |
        cookie-2  | gus       | r3       |
    """)  # fmt: skip
    people = table(spark, "person_id\ncookie-1\nfay")  # cookie-1 stood for itself
    found = to_regrouped(identities, owners, people, table(spark, "run_id\nr3"))
    assert rows_of(found, "person_id") == [("ann",), ("ben",), ("cookie-1",), ("fay",)]
