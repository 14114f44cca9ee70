"""Who is in which segments together."""

from desirelines.segments.overlap import to_combinations, to_coverage, to_pairs
from tests.support.tables import rows_of, table


def test_people_are_counted_in_pairs_and_by_the_number_of_rule_segments(spark):
    combinations = to_combinations(table(spark, """
        person_id | segment_id
        ann       | a
        ann       | buyers
        ann       | lapsed
        ben       | a
        ben       | buyers
        cat       | b
        dan       | b
    """))  # fmt: skip
    assert rows_of(to_pairs(combinations), "segment_id", "other_segment_id", "people_count") == [
        ("a", "buyers", 2),
        ("a", "lapsed", 1),
        ("buyers", "lapsed", 1),
    ]
    coverage = to_coverage(combinations, main=["a", "b"])
    assert rows_of(coverage, "rule_segments", "people_count") == [(0, 2), (1, 1), (2, 1)]
