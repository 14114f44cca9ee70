"""Rows held and rows computed again, compared by key."""

import pytest

from desirelines.history.sameness import to_sameness
from tests.support.tables import table

HELD = """
    person_id | segment_id | share | note
    ann       | s1         | 0.5          | a
    ben       | s1         | 0.5          |
    cem       | s1         | 0.5          | c
    dee       | s1         |              | d
"""
AGAIN = """
    person_id | segment_id | share   | note
    ann       | s1         | 0.5            | a
    ben       | s1         | 0.500000000001 |
    cem       | s2         | 0.5            | c
    dee       | s1         | 0.0            | d
"""


@pytest.mark.parametrize(
    ("nearly", "equal", "different"),
    [((), 1, 2), (("share",), 2, 1)],
    ids=["every bit", "last digits"],
)
def test_rows_are_equal_different_missing_or_extra(spark, nearly, equal, different):
    counts = to_sameness(
        table(spark, HELD),
        table(spark, AGAIN),
        key=("person_id", "segment_id"),
        values=("share", "note"),
        nearly=nearly,
    )
    (row,) = counts.collect()
    assert row.asDict() == {
        "rows": 4, "equal": equal, "different": different, "missing": 1, "extra": 1,
    }  # fmt: skip
