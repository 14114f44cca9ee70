"""RFM: equal values score alike, each cell is one segment; and coinciding quantiles."""

import pytest

from desirelines.features.rfm import cut_points, to_rfm_scores
from desirelines.settings.rfm import Rfm
from tests.support.tables import rows_of, table

PEOPLE = """
    as_of      | person_id | n:bucket | d:recency_days | d:frequency | d:monetary |n:lifetime_orders
    2026-03-01 | ann       | 1        | 1              | 9           | 900        | 9
    2026-03-01 | ben       | 1        | 10             | 7           | 500        | 7
    2026-03-01 | cat       | 1        | 10             | 5           | 500        | 5
    2026-03-01 | dan       | 1        | 40             | 3           | 100        | 3
    2026-03-01 | eve       | 1        | 200            | 1           | -5         | 1
    2026-03-01 | fay       | 1        |                | 0           | 0          | 0
    2026-03-01 | gus       | 1        |                | 0           | 0          | 22
"""
COLUMNS = (
    "person_id",
    "recency_score",
    "frequency_score",
    "monetary_score",
    "rfm_segment",
    "is_nothing_paid",
)


def test_scores_of_five_buyers_and_one_who_never_bought(spark):
    people = table(spark, PEOPLE)
    cuts = cut_points(people, Rfm())
    assert (cuts.frequency, cuts.is_fixed) == (pytest.approx((2.6, 4.2, 5.8, 7.4)), False)
    assert rows_of(to_rfm_scores(people, cuts, Rfm(), run_id="r"), *COLUMNS) == [
        ("ann", 5, 5, 5, "champions", False),
        ("ben", 4, 4, 3, "loyal", False),  # as lately and as much money as cat: the same scores
        ("cat", 4, 3, 3, "active", False),
        ("dan", 2, 2, 2, "at_risk", False),
        ("eve", 1, 1, 1, "dormant", True),
        ("fay", None, None, None, "prospects", False),
        ("gus", None, None, None, "past_buyers", False),
    ]


def test_where_most_order_once_the_fixed_cuts_stand_in(spark):
    orders = [1, 1, 1, 1, 2, 4, 5, 10]
    lines = [
        f"2026-03-01 | p{n} | 1 | {n} | {count} | {count} | {count}"
        for n, count in enumerate(orders)
    ]
    people = table(
        spark,
        "as_of | person_id | n:bucket | d:recency_days | d:frequency | d:monetary"
        " | n:lifetime_orders\n" + "\n".join(lines),
    )
    cuts = cut_points(people, Rfm())
    assert (cuts.frequency, cuts.is_fixed) == ((1.0, 2.0, 4.0, 9.0), True)
    for closed in ("right", "left"):
        got = (
            to_rfm_scores(people, cuts, Rfm(closed=closed), run_id="r")
            .orderBy("person_id")
            .collect()
        )
        assert [r["frequency_score"] for r in got] == [1, 1, 1, 1, 2, 3, 4, 5]


def test_nobody_ever_bought(spark):
    people = table(spark, PEOPLE).filter("person_id = 'fay'")
    assert cut_points(people, Rfm()) is None
    assert rows_of(to_rfm_scores(people, None, Rfm(), run_id="r"), *COLUMNS) == [
        ("fay", None, None, None, "prospects", False)
    ]
