"""The rules that come with the package, each at its edges.

A row is a person: what a rule looks at, and whether they are a member; empty is unknown.
"""

from datetime import timedelta

import pytest

from desirelines.rules.percentiles import percentiles_of, resolved
from desirelines.settings.load import read_settings
from desirelines.settings.rule_conditions import each_test
from desirelines.settings.segment_rules import shipped_names
from tests.support.rules import END, answers
from tests.support.tables import table

NAMES = shipped_names()


def members(spark, name, people, *, visits=None, events=None):
    """Who is a member by the shipped rule of this name: {person: answer}."""
    others = [n for n in NAMES if n != "too_little_data"]
    settings = read_settings(sets=[f"segments.rules=[{', '.join(others)}]"])
    rules = (settings.apart_rule, *settings.rules)
    rule = next(r for r in rules if r.segment_id == name)
    tests = tuple(each_test(rule.condition))
    values = {p: r.value for p, r in resolved(people, percentiles_of(tests), {}).items()}
    found = answers(people, (rule,), sessions=visits, events=events, percentiles=values)
    return {person: of_rules[name] for person, of_rules in found.items()}


def expected(people):
    words = {"true": True, "false": False, None: None}
    return {r["person_id"]: words[r["expected"]] for r in people.collect()}


OF_FEATURES = {
    "new_buyer": """
        person_id | first_order_at      | expected
        edge      | 2026-01-31 00:00:00 | true
        before    | 2026-01-30 23:59:59 | false
        none      |                     | false
    """,
    "lapsed": """
        person_id | last_order_at       | n:lifetime_orders | n:active_weeks | expected
        lapsed    | 2025-09-01 23:59:59 | 2                 | 1              | true
        edge      | 2025-09-02 00:00:00 | 2                 | 1              | false
        once      | 2025-01-01 00:00:00 | 1                 | 1              | false
        weeks     | 2025-01-01 00:00:00 | 1                 | 2              | true
        never     |                     | 0                 | 5              | false
    """,
    "cart_abandoner": """
        person_id | open_cart_at        | expected
        open      | 2026-02-20 10:00:00 | true
        none      |                     | false
    """,
    "too_little_data": """
        person_id | d:active_days | expected
        none      | 0             | true
        one       | 1             | false
    """,
    "high_value": """
        person_id | d:monetary | d:order_value | d:frequency | expected
        a         | 10         | 5             | 2           | false
        b         | 20         | 5             | 4           | false
        c         | 30         | 6             | 5           | false
        d         | 40         | 8             | 5           | false
        e         | 50         | 25            | 2           | false
        f         | 60         | 20            | 3           | true
        nobody    | 0          |               | 0           | false
        nobody2   | 0          |               | 0           | false
        nobody3   | 0          |               | 0           | false
    """,
    "last_minute": """
        person_id | d:frequency | d:look_ahead_share | expected
        edge      | 2           | 0.6                | true
        once      | 1           | 1                  | false
        fewer     | 5           | 0.59               | false
        none      | 0           |                    | false
    """,
    "deal_hunter": """
        person_id | d:frequency | d:discounted_order_share | expected
        edge      | 2           | 0.8                      | true
        once      | 1           | 1                        | false
        fewer     | 5           | 0.79                     | false
        none      | 0           |                          | false
    """,
    "impulse": """
        person_id | d:frequency | d:hours_to_order | expected
        quick     | 2           | 0.49             | true
        edge      | 2           | 0.5              | false
        once      | 1           | 0.1              | false
        unseen    | 3           |                  |
    """,
}  # fmt: skip


@pytest.mark.parametrize("name", OF_FEATURES)
def test_a_rule_over_features(spark, name):
    people = table(spark, OF_FEATURES[name])
    assert members(spark, name, people) == expected(people)


def visits_of(spark, people):
    """One-step visits: {person: [(days before the end, kind)]}."""
    rows = [
        (person, END - timedelta(days=days), [kind], [kind], [0], True, 0)
        for person, steps in people.items()
        for days, kind in steps
    ]
    return spark.createDataFrame(
        rows,
        "person_id string, started_at timestamp, steps array<string>, step_kinds array<string>, "
        "step_offsets array<long>, is_visit boolean, order_count long",
    )


def days(*numbers, kind="page"):
    return [(n - 0.5, kind) for n in numbers]


def test_rules_over_visits(spark):
    T, F_, U = True, False, None  # noqa: N806
    people = {
        # person: tenure, features used, help share, referrals, satisfaction, visits
        "daily": (90, 9.0, 0.0, 0.0, 9.0, days(*range(1, 22))),
        "twenty": (90, 9.0, 0.0, 0.0, 8.9, days(*range(1, 21))),
        "few": (90, 1.0, 0.0, 1.0, None, days(1, 2, 3, 4)),
        "three": (90, 1.0, 0.0, 0.0, None, days(1, 2, 3)),
        "helped": (90, 5.0, 0.9, 0.0, None, days(1, 2, 3, 28)),
        "weekly": (90, 5.0, 0.0, 1.0, None, days(*range(1, 70, 7))),
        "nine": (90, 5.0, 0.0, 1.0, None, days(*range(1, 63, 7))),
        "kicker": (90, 5.0, 0.0, 0.0, None, days(1, 2, 3, 4, 5, kind="product_view")),
        "buyer": (90, 5.0, 0.0, 0.0, None, [*days(1, 2, 3, 4, 5, kind="product_view"),
                                            *days(29, kind="purchase")]),
        "new": (10, 5.0, 0.0, 0.0, None, days(1, 2, 3, 4, 5, kind="product_view")),
        "left": (90, 1.0, 0.0, 0.0, None, days(3, kind="checkout")),
        "bought": (90, 1.0, 0.0, 0.0, None, [(3, "checkout"), (2, "purchase")]),
        "leaving": (90, 1.0, 0.0, 0.0, None, [(0.9, "checkout")]),
    }  # fmt: skip
    features = spark.createDataFrame(
        [(p, float(v[0]), *v[1:5]) for p, v in people.items()],
        "person_id string, tenure_days double, features_used double, help_share double, "
        "referrals double, satisfaction double",
    )
    visits = visits_of(spark, {p: v[5] for p, v in people.items()})
    wanted = {
        "power_user": {"daily": T},
        "needs_training": {"few": T, "helped": T, "new": F_},
        "loyal_advocate": {"weekly": T, "nine": F_, "new": U},
        "tire_kicker": {"kicker": T, "buyer": F_, "new": U},
        "checkout_abandoner": {"left": T, "bought": F_, "leaving": U},
    }
    for name, of_people in wanted.items():
        got = members(spark, name, features, visits=visits)
        assert {p: got[p] for p in of_people} == of_people, name
        assert {p for p in got if got[p]} == {p for p in of_people if of_people[p]}, name


def test_weekend_binge(spark):
    """The end is Monday, 2 March: Sundays are 1, 8, 15 and 22 days before."""

    def weekends(*saturdays, plays=3):
        return [
            (d + back, "content_play")
            for d in saturdays
            for back in (0.5, 1.5)
            for _ in range(plays)
        ]

    visits = visits_of(spark, {
        "three": weekends(0, 7, 14),
        "two": weekends(0, 7),
        "fifth": weekends(0, 7, 28),
        "few": weekends(0, 7, 14, plays=2),
    })  # fmt: skip
    people = spark.createDataFrame(
        [(p, 90.0) for p in ("three", "two", "fifth", "few")],
        "person_id string, tenure_days double",
    )
    assert members(spark, "weekend_binge", people, visits=visits) == {
        "three": True, "two": False, "fifth": False, "few": False,
    }  # fmt: skip


def test_browsed_not_bought(spark):
    events = table(spark, """
        person_id | occurred_at         | kind         | category
        looked    | 2026-02-16 00:00:00 | product_view | shoes
        looked    | 2026-03-01 00:00:00 | product_view | shoes
        looked    | 2026-03-01 00:00:00 | product_view | shoes
        looked    | 2026-03-01 00:00:00 | purchase     | hats
        early     | 2026-02-15 23:59:59 | product_view | shoes
        early     | 2026-03-01 00:00:00 | product_view | shoes
        early     | 2026-03-01 00:00:00 | product_view | shoes
        bought    | 2026-03-01 00:00:00 | product_view | shoes
        bought    | 2026-03-01 00:00:00 | product_view | shoes
        bought    | 2026-03-01 00:00:00 | product_view | shoes
        bought    | 2026-03-01 00:00:00 | cart_add     | shoes
    """)  # fmt: skip
    people = table(spark, """
        person_id | d:tenure_days | expected
        looked    | 90            | true
        early     | 90            | false
        bought    | 90            | false
    """)  # fmt: skip
    assert members(spark, "browsed_not_bought", people, events=events) == expected(people)


def test_every_shipped_rule_is_tested_here():
    tested = {*OF_FEATURES, "power_user", "needs_training", "loyal_advocate", "tire_kicker",
              "checkout_abandoner", "weekend_binge", "browsed_not_bought"}  # fmt: skip
    assert tested == set(NAMES)
