"""Who is in which segments together."""

from desirelines.segments.overlap import to_overlaps
from tests.support.tables import rows_of, table


def test_people_are_counted_in_pairs_and_by_the_number_of_rule_segments(spark):
    memberships = table(spark, """
        person_id | segment_id
        ann       | a
        ann       | buyers
        ann       | lapsed
        ben       | a
        ben       | buyers
        cat       | b
        dan       | b
    """)  # fmt: skip
    counts = to_overlaps(memberships, main=["a", "b"])
    columns = ("segment_id", "other_segment_id", "rule_segments", "people_count")
    assert rows_of(counts, *columns) == [
        (None, None, 0, 2),  # cat and dan
        (None, None, 1, 1),
        (None, None, 2, 1),
        ("a", "buyers", None, 2),
        ("a", "lapsed", None, 1),
        ("buyers", "lapsed", None, 1),
    ]
