"""Changes since a published run, summed up."""

import pytest

from desirelines.history.net_changes import to_net_changes
from desirelines.tables import NET_CHANGES
from tests.support.tables import rows_of, table

CHANGES = """
    n:sequence | person_id | segment_id | change          | is_primary
    1          | ann       | a          | entered         | true
    1          | ben       | a          | entered         | true
    1          | cat       | a          | entered         | false
    2          | ann       | a          | left            | false
    2          | cat       | a          | primary_changed | true
    2          | dan       | a          | entered         | true
    3          | ann       | a          | entered         | true
    3          | dan       | a          | left            | false

    n:sequence | run_id | effective_on | published_at
    1          | r1     | 2026-03-01   | 2026-03-01 06:00:00
    1          | r1     | 2026-03-01   | 2026-03-01 06:00:00
    1          | r1     | 2026-03-01   | 2026-03-01 06:00:00
    2          | r2     | 2026-03-02   | 2026-03-02 06:00:00
    2          | r2     | 2026-03-02   | 2026-03-02 06:00:00
    2          | r2     | 2026-03-02   | 2026-03-02 06:00:00
    3          | r3     | 2026-03-02   | 2026-03-02 18:00:00
    3          | r3     | 2026-03-02   | 2026-03-02 18:00:00
"""
AGAIN_AND_LESS = """
    n:sequence | person_id | segment_id | change  | is_primary | run_id | effective_on
    1          | ann       | a          | entered | true       | r1     | 2026-03-01
    2          | ann       | a          | left    | false      | r2     | 2026-03-02
    3          | ann       | a          | entered | false      | r3     | 2026-03-03

    n:sequence | published_at
    1          |
    2          |
    3          |
"""


@pytest.mark.parametrize(
    ("after", "until", "expected"),
    [
        (0, 1, [(1, "ann", "enter", True), (1, "ben", "enter", True), (1, "cat", "enter", False)]),
        (1, 2, [(2, "ann", "exit", False), (2, "cat", "changed", True), (2, "dan", "enter", True)]),
        (2, 3, [(3, "ann", "enter", True), (3, "dan", "exit", False)]),
        (1, 3, [(2, "cat", "changed", True)]),  # ann is back, dan never stayed
        (0, 3, [(1, "ben", "enter", True), (2, "cat", "enter", True), (3, "ann", "enter", True)]),
        (3, 3, []),
    ],
)
def test_a_change_is_what_differs_in_the_end(spark, after, until, expected):
    got = to_net_changes(table(spark, CHANGES), after=after, until=until)
    assert rows_of(got, "sequence", "person_id", "change", "is_primary") == expected
    assert got.columns == NET_CHANGES.column_names


def test_somebody_who_came_back_in_another_way_has_changed(spark):
    got = to_net_changes(table(spark, AGAIN_AND_LESS), after=1, until=3)
    assert rows_of(got, "sequence", "change", "is_primary", "run_id") == [
        (3, "changed", False, "r3")
    ]
