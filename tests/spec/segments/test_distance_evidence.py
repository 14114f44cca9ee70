"""Why a person is in their cluster."""

from desirelines.segments.distance_evidence import to_evidence
from desirelines.tables import SEGMENT_EVIDENCE
from tests.support.tables import rows_of, table


def test_clusters_are_told_by_their_segments_and_a_second_may_be_missing(spark):
    assigned = table(spark, """
        person_id | n:bucket | n:cluster | d:distance | n:second_cluster | d:second_distance
        ann       | 1        | 0         | 0.5        | 1                | 2.5
        ben       | 2        | 1         | 0          | 0                | 3
        cat       | 3        | 0         | 1          |                  |
    """)  # fmt: skip
    answers = table(spark, """
        person_id | n:bucket | ln:rule_true | ln:rule_unknown
        ann       | 1        | 1 0          | 0 0
        ben       | 2        | 0 3          | 0 0
        cat       | 3        | 0 0          | 1 0
        dan       | 4        | 1 1          | 0 0
    """)  # fmt: skip
    got = to_evidence(answers, assigned, {0: "c-a", 1: "c-b"}, run_id="r")
    assert got.columns == SEGMENT_EVIDENCE.column_names
    assert rows_of(got, "person_id", "segment_id", "second_segment_id", "second_distance") == [
        ("ann", "c-a", "c-b", 2.5),
        ("ben", "c-b", "c-a", 3.0),
        ("cat", "c-a", None, None),
        ("dan", None, None, None),  # in no cluster
    ]
    assert [r[1] for r in rows_of(got, "person_id", "rule_true")] == [
        [1, 0], [0, 3], [0, 0], [1, 1],
    ]  # fmt: skip
