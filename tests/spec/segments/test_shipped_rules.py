"""The rule segments at their edges."""

from datetime import UTC, datetime

import pytest
from pyspark.sql import functions as F

from desirelines.segments.membership import to_memberships
from desirelines.segments.shipped_rules import rule_segments, too_little_data
from desirelines.settings.model import Segments
from tests.support.tables import table


def rules():
    return rule_segments(Segments(), F.lit(datetime(2026, 3, 1, tzinfo=UTC)))


PEOPLE = """
    person_id | n:bucket | first_order_at      | last_order_at       | n:lifetime_orders
    new       | 1        | 2026-01-30 00:00:00 | 2026-02-03 00:00:00 | 1
    notnew    | 1        | 2026-01-29 23:59:59 | 2026-02-03 00:00:00 | 2
    lapsed    | 1        | 2025-01-01 00:00:00 | 2025-08-31 23:59:59 | 2
    active    | 1        | 2025-01-01 00:00:00 | 2025-09-01 00:00:00 | 2
    once      | 1        | 2025-01-01 00:00:00 | 2025-01-01 00:00:00 | 1
    weeks     | 1        | 2025-01-01 00:00:00 | 2025-01-01 00:00:00 | 1
    carter    | 1        | 2025-01-01 00:00:00 | 2025-08-01 00:00:00 | 5
    nothing   | 1        |                     |                     | 0

    person_id | n:active_weeks | open_cart_at     | expected
    new       | 1              |                  | new_buyer
    notnew    | 1              |                  |
    lapsed    | 1              |                  | lapsed
    active    | 1              |                  |
    once      | 1              |                  |
    weeks     | 2              |                  | lapsed
    carter    | 9              | 2026-02-20 10:00 | cart_abandoner lapsed
    nothing   | 0              |                  |
"""  # fmt: skip


def test_the_three_rules_at_their_edges(spark):
    people = table(spark, PEOPLE)
    assigned = people.select("person_id", "bucket", F.lit(0).cast("long").alias("cluster"))
    got = to_memberships(people, assigned, {0: "c-1"}, rules())
    by_rule = (
        got.filter(~F.col("is_primary"))
        .groupBy("person_id")
        .agg(F.array_sort(F.collect_list("segment_id")).alias("s"))
    )
    found = {r["person_id"]: " ".join(r["s"]) for r in by_rule.collect()}
    assert found == {r["person_id"]: r["expected"] for r in people.collect() if r["expected"]}
    assert got.filter("is_primary").count() == 8


@pytest.mark.parametrize(
    ("days", "words"),
    [(1, "active on no day of the window: "), (3, "active on fewer than 3 days of the window: ")],
)
def test_too_little_data_is_told_in_words(days, words, spark):
    assert too_little_data(days).definition.startswith(words)
