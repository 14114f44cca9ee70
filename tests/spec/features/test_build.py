"""The features of a person, and that nothing after as_of counts."""

from datetime import date

import pytest
from pyspark.errors import PythonException

from desirelines.catalogue import FEATURES
from desirelines.features.build import colocated_by_person, to_features
from desirelines.features.daily_aggregates import DAY_FEATURES
from desirelines.features.person_batches import to_counted_features
from desirelines.features.window import ObservationWindow
from tests.support.tables import one_block, sessions

SESSIONS = """
    person_id | started_at       | n:event_count | is_visit | d:engaged_seconds | n:order_count
    ann       | 2026-01-03 10:00 | 4             | true     | 120               | 0
    ann       | 2026-02-02 10:00 | 3             | true     | 60                | 1
    ann       | 2026-02-10 10:00 | 1             | false    |                   | 0
    ben       | 2026-02-14 10:00 | 1             | true     |                   | 0
    cat       | 2025-02-27 23:59 | 2             | true     | 30                | 1
    cat       | 2026-02-28 10:00 | 2             | true     | 30                | 0

    person_id | m:amount | m:discount | m:refunded | n:cart_add_count | n:order_placed_count
    ann       | 0        | 0          | 0          | 1                | 0
    ann       | 40       | 10         | 0          | 1                | 0
    ann       | 0        | 0          | 15         | 0                | 0
    ben       | 0        | 0          | 0          | 0                | 0
    cat       | 99       | 1          | 0          | 1                | 1
    cat       | 0        | 0          | 0          | 1                | 0

    person_id | first_order_at   | last_order_at    | last_cart_at     | l:categories
    ann       |                  |                  | 2026-01-03 10:01 | toys
    ann       | 2026-02-02 10:01 | 2026-02-02 10:01 | 2026-02-02 10:00 | toys books
    ann       |                  |                  |                  |
    ben       |                  |                  |                  |
    cat       | 2025-02-27 23:59 | 2025-02-27 23:59 | 2025-02-27 23:59 | pens
    cat       |                  |                  | 2026-02-28 10:00 | pens

    person_id | l:steps
    ann       | home view view cart
    ann       | home cart buy
    ann       | refund
    ben       | home
    cat       | home buy
    cat       | home cart
"""  # fmt: skip
AS_OF = date(2026, 3, 1)
RULES = {"cart_hours": 24, "cart_days": 30, "goal_kinds": ["purchase", "signup"], "buckets": 8}


def features(spark, text=SESSIONS, as_of=AS_OF):
    window = ObservationWindow.ending(as_of, days=365, zone="UTC")
    rows = to_features(colocated_by_person(sessions(spark, text)), window, **RULES, run_id="r")
    return {r["person_id"]: r.asDict() for r in rows.collect()}


@pytest.fixture(scope="module")
def people(spark):
    return features(spark)


@pytest.mark.parametrize(
    ("feature", "ann", "ben", "cat"),
    [
        # cat's order is a day before the window
        #                            ann                   ben    cat
        ("recency_days",             26.5826,              None,  None),
        ("frequency",                1.0,                  0.0,   0.0),
        ("monetary",                 25.0,                 0.0,   0.0),
        ("discount_share",           0.2,                  None,  None),
        ("sessions_per_week",        0.2474,               0.48,   1 / (365 / 7)),
        ("active_days",              2.0,                  1.0,   1.0),
        ("engaged_minutes",          1.5,                  None,  0.5),
        ("weekend_share",            0.5,                  1.0,   1.0),
        ("distinct_categories",      2.0,                  0.0,   1.0),
        ("path_entropy",             1.0,                  None,  0.0),
        ("self_loop_rate",           0.2,                  None,  0.0),
        ("cart_without_order_share", 0.5,                  None,  1.0),
    ],
)  # fmt: skip
def test_features_of_three_people(people, feature, ann, ben, cat):
    got = [people[p][feature] for p in ("ann", "ben", "cat")]
    assert got == [pytest.approx(v, abs=1e-4) if v is not None else None for v in (ann, ben, cat)]


def test_every_feature_of_the_catalogue_is_made_once(spark):
    """By a column function over days, or as a column of what counts differently."""
    window = ObservationWindow.ending(AS_OF, days=365, zone="UTC")
    counted = to_counted_features(
        sessions(spark, SESSIONS), window, key_kinds=(), cart_hours=24, cart_days=30
    )
    names = [f.__name__ for f in DAY_FEATURES] + ["stickiness"] + counted.columns
    facts = {"person_id", "active_weeks", "window_weeks", "open_cart_at"}
    assert sorted(n for n in names if n not in facts) == sorted(f.name for f in FEATURES)


def test_facts_that_the_rules_need(people):
    assert (
        people["cat"]["lifetime_orders"],
        people["cat"]["active_weeks"],
        str(people["cat"]["last_order_at"]),
    ) == (
        1,
        2,
        "2025-02-27 18:59:00",
    )
    assert people["ann"]["open_cart_at"] is None  # an order came within the day
    assert people["cat"]["open_cart_at"] is None  # the day to answer it is not over by as_of


@pytest.mark.parametrize(
    ("cart", "order", "is_open"),
    [
        ("2026-02-27 10:00", "", True),
        ("2026-02-27 10:00", "2026-02-28 10:00", False),  # exactly a day later still answers it
        ("2026-02-27 10:00", "2026-02-28 10:01", True),
        ("2026-02-27 10:00", "2026-02-27 10:00", False),  # at the same moment: of this cart
        ("2026-02-28 00:00", "", True),  # the day ends with as_of
        ("2026-02-28 00:01", "", False),  # the day is not over yet
        ("2026-01-29 23:59", "", False),  # more than 30 days ago
    ],
)
def test_an_open_cart(spark, cart, order, is_open):
    header = one_block(SESSIONS).splitlines()[0]
    orders, ordered_at = (1, order) if order else (0, "2026-01-01 00:00")
    text = f"""{header}
    ann | {cart} | 1 | true | | 0 | 0 | 0 | 0 | 1 | 0 | | | {cart} | | cart
    ann | {ordered_at} | 1 | true | | {orders} | 0 | 0 | 0 | 0 | 0 | {order} | {order} | | | buy"""
    assert (features(spark, text)["ann"]["open_cart_at"] is not None) is is_open


def test_nothing_at_or_after_as_of_counts(spark, people):
    at = "2026-03-01 00:00"
    late = f"{at} | 9 | true | 900 | 3 | 900 | 9 | 9 | 3 | 3 | {at} | {at} | {at} | x y z | a b c"
    with_later = one_block(SESSIONS) + "".join(
        f"\n    {p} | {late}" for p in ("ann", "ben", "cat", "dan")
    )
    got = features(spark, with_later)
    assert got == people


def test_one_shuffle_of_sessions_and_one_of_people_serve_all_features(spark, two_partitions):
    window = ObservationWindow.ending(AS_OF, days=365, zone="UTC")
    together = colocated_by_person(sessions(spark, SESSIONS)).persist()
    try:
        plan = (
            to_features(together, window, **RULES, run_id="r")
            ._jdf.queryExecution()
            .executedPlan()
            .toString()
        )
    finally:
        together.unpersist()
    lines = plan.splitlines()
    shuffles = [
        n for n, line in enumerate(lines) if "Exchange" in line and "REPARTITION_BY_COL" not in line
    ]
    assert "REPARTITION_BY_COL" in plan
    assert len(shuffles) == 1, plan
    below = next(
        line for line in lines[shuffles[0] + 1 :] if "Project" not in line and "Filter" not in line
    )
    assert "MapInArrow" in below, "what is shuffled is a row per person"


def test_sums_are_the_same_to_the_last_bit_in_whatever_order_sessions_come(spark):
    header, *rows = [
        "person_id | started_at       | d:engaged_seconds",
        "ann       | 2026-02-02 10:00 | 0.1",
        "ann       | 2026-02-02 10:00 | 0.2",
        "ann       | 2026-02-02 10:00 | 0.3",  # 0.1 + 0.2 + 0.3 is not 0.3 + 0.2 + 0.1
    ]
    one, other = (features(spark, "\n".join([header, *order])) for order in (rows, rows[::-1]))
    assert one == other


def test_sessions_in_another_order_are_refused(spark):
    window, by_time = (
        ObservationWindow.ending(AS_OF, days=365, zone="UTC"),
        sessions(spark, SESSIONS).coalesce(1).sortWithinPartitions("started_at"),
    )
    with pytest.raises(PythonException, match="are not together"):
        to_features(by_time, window, **RULES, run_id="r").collect()
