"""Members of a segment with the evidence of the day."""

import pytest

from desirelines.history.cohorts import to_cohort
from tests.support.tables import rows_of, table


@pytest.mark.parametrize(
    ("rule_number", "expected"),
    [
        (1, [("ann", 5, 2, None, None), ("ben", None, None, None, None)]),
        (None, [("ann", None, None, 0.5, "c-2"), ("ben", None, None, None, None)]),
    ],
)
def test_a_member_has_the_evidence_of_the_rule_or_of_the_cluster(spark, rule_number, expected):
    members = table(spark, """
        person_id | n:bucket | is_primary | since_on
        ann       | 1        | true       | 2026-01-05
        ben       | 2        | true       | 2026-01-05
    """)  # fmt: skip
    evidence = table(spark, """
        person_id | ln:rule_true | ln:rule_unknown
        ann       | 0 5          | 0 2
        cat       | 1 1          | 0 0

        person_id | d:distance | second_segment_id | d:second_distance
        ann       | 0.5        | c-2               | 0.7
        cat       | 0.1        | c-2               | 0.9
    """)  # fmt: skip
    cohort = to_cohort(members, evidence, cohort="Spring", rule_number=rule_number)
    columns = ("person_id", "rule_true", "rule_unknown", "distance", "second_segment_id")
    assert rows_of(cohort, *columns) == expected
    assert {row["cohort"] for row in cohort.collect()} == {"Spring"}
