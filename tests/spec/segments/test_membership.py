"""Who is in which segment: one by their cluster, and every one whose rule holds."""

from pyspark.sql import functions as F

from desirelines.segments.membership import to_memberships
from tests.support.tables import rows_of, table


def test_a_cluster_gives_the_main_segment_and_rules_give_others(spark):
    features = table(spark, """
        person_id | n:bucket | n:orders | expected
        ann       | 1        | 0        | c-1
        ben       | 2        | 5        | c-2 and buyer
        cat       | 3        |          | c-1, of whom the rule knows nothing
        dan       | 4        | -1       | apart
    """)  # fmt: skip
    assigned = table(spark, "person_id | n:bucket | n:cluster\nann|1|0\nben|2|1\ncat|3|0")
    rules = {"apart": F.expr("orders < 0"), "buyer": F.expr("orders > 0")}
    got = to_memberships(features, assigned, {0: "c-1", 1: "c-2"}, rules, primary=["apart"])
    assert rows_of(got, "person_id", "bucket", "segment_id", "is_primary") == [
        ("ann", 1, "c-1", True),
        ("ben", 2, "buyer", False),
        ("ben", 2, "c-2", True),
        ("cat", 3, "c-1", True),
        ("dan", 4, "apart", True),
    ]
