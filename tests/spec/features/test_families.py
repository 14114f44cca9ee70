"""Each family of features on sessions small enough to count by hand."""

import math
from datetime import date

import pytest

from desirelines.features.build import colocated_by_person, to_features
from desirelines.features.window import ObservationWindow
from tests.support.tables import sessions

AS_OF = date(2026, 3, 1)


def of_people(spark, text, *features, zone="UTC", goal_kinds=("purchase",)):
    """Each person's values of the features, in order of people."""
    window = ObservationWindow.ending(AS_OF, days=365, zone=zone)
    rows = to_features(
        colocated_by_person(sessions(spark, text)),
        window,
        cart_hours=24,
        cart_days=30,
        goal_kinds=goal_kinds,
        buckets=8,
        run_id="r",
    )
    found = rows.orderBy("person_id").select(*features).collect()
    return [tuple(row) for row in found]


def about(*rows):
    """The rows, each number to six places."""
    return [tuple(v if v is None else pytest.approx(v, abs=1e-6) for v in row) for row in rows]


def test_baskets_and_offers(spark):
    got = of_people(spark, """
        person_id | started_at       | order_count | order_line_count | m:amount
        ann       | 2026-01-01 10:00 | 2           | 5                | 90
        ann       | 2026-01-07 10:00 | 1           | 1                | 30
        ann       | 2026-01-09 10:00 | 0           | 0                | 0
        ben       | 2026-01-01 10:00 | 1           | 1                | 5
        cat       | 2026-01-01 10:00 | 0           | 0                | 0

        person_id | m:discount | m:refunded | first_order_at   | last_order_at
        ann       | 10         | 0          | 2026-01-01 10:00 | 2026-01-01 16:00
        ann       | 0          | 0          | 2026-01-07 10:00 | 2026-01-07 10:00
        ann       | 0          | 12         |                  |
        ben       | 0          | 9          | 2026-01-01 10:00 | 2026-01-01 10:00
        cat       | 0          | 0          |                  |
    """, "order_value", "lines_per_order", "days_between_orders", "discount_share",
    "discounted_order_share", "refund_share")  # fmt: skip
    assert got == about(
        (40.0, 2.0, 3.0, 10 / 130, 2 / 3, 0.1),  # three orders over six days
        (5.0, 1.0, None, 0.0, 0.0, 1.0),  # more came back than was paid
        (None, None, None, None, None, None),
    )


def test_a_look_at_products_a_day_or_two_before_the_order(spark):
    header = (
        "person_id | started_at | ended_at | product_view_count | order_count | "
        "first_order_at | last_order_at"
    )
    order = "2026-01-10 12:00 | 2026-01-10 12:00 | 0 | 1 | 2026-01-10 12:00 | 2026-01-10 12:00"
    looks = {
        "a": "2026-01-09 11:00 | 2026-01-09 12:00",  # ends a day before, to the second
        "b": "2026-01-09 12:01 | 2026-01-09 13:00",  # too late
        "c": "2026-01-08 11:00 | 2026-01-08 12:00",  # two days before, to the second
        "d": "2026-01-08 11:00 | 2026-01-08 11:59",  # too early
        "e": "2026-01-08 01:00 | 2026-01-10 11:00",  # all the time
    }
    text = header + "".join(
        f"\n{p} | {order}\n{p} | {look} | 2 | 0 | |" for p, look in looks.items()
    )
    assert of_people(spark, text, "look_ahead_share") == about(
        (1.0,), (0.0,), (1.0,), (0.0,), (1.0,)
    )


def test_what_visits_are_made_of(spark):
    got = of_people(spark, """
        person_id | started_at       | is_visit | page_count | product_view_count | search_count
        ann       | 2026-01-01 10:00 | true     | 1          | 2                  | 1
        ann       | 2026-01-02 10:00 | true     | 0          | 0                  | 0
        ann       | 2026-01-03 10:00 | true     | 0          | 0                  | 0
        ben       | 2026-01-01 10:00 | true     | 0          | 0                  | 0
        cat       | 2026-01-01 10:00 | false    | 0          | 0                  | 0

        person_id | content_play_count | feature_use_count | help_count | cart_add_count
        ann       | 0                  | 0                 | 0          | 0
        ann       | 0                  | 3                 | 1          | 0
        ann       | 0                  | 1                 | 0          | 1
        ben       | 4                  | 0                 | 0          | 0
        cat       | 0                  | 0                 | 0          | 0

        person_id | ping_count | l:steps         | l:step_kinds
        ann       | 9          |                 |
        ann       | 0          | pdf csv pdf ask | feature_use feature_use feature_use help
        ann       | 0          | csv cart        | feature_use cart_add
        ben       | 0          |                 |
        cat       | 0          |                 |

        person_id | l:categories
        ann       | toys
        ann       | toys pens
        ann       | toys
        ben       |
        cat       |
    """, "product_share", "search_share", "content_share", "feature_share", "features_used",
    "help_share", "cart_visit_share", "path_depth", "top_category_share")  # fmt: skip
    assert got == about(
        (
            0.2,
            0.1,
            0.0,
            0.4,
            2.0,
            0.1,
            1 / 3,
            10 / 3,
            0.75,
        ),  # ten steps; pings are none; three days of toys, one of pens
        (0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 4.0, None),
        (None, None, None, None, 0.0, None, None, None, None),
    )


def test_mail_surveys_recommendations_and_support(spark):
    got = of_people(spark, """
        person_id | started_at       | is_visit | email_sent_count | email_opened_count
        ann       | 2026-01-01 00:00 | false    | 4                | 1
        ann       | 2026-01-05 10:00 | false    | 0                | 1
        ann       | 2026-02-05 10:00 | true     | 0                | 0
        ben       | 2026-02-05 10:00 | true     | 0                | 0
        cat       | 2025-01-05 10:00 | true     | 0                | 0
        cat       | 2025-03-05 10:00 | false    | 0                | 1

        person_id | email_clicked_count | support_count | referral_count | d:score
        ann       | 0                   | 0             | 0              |
        ann       | 1                   | 0             | 0              | 9
        ann       | 0                   | 1             | 2              | 6
        ben       | 0                   | 2             | 0              |
        cat       | 0                   | 0             | 0              | 3
        cat       | 0                   | 1             | 0              |
    """, "email_open_share", "email_click_share", "satisfaction", "referrals",
    "support_contacts")  # fmt: skip
    quarter = 1 / 4
    assert got == about(
        (0.5, 0.25, 7.5, 2.0, 1 / quarter),  # seen for 59 days, so a quarter counts
        (None, None, None, 0.0, 2 / quarter),
        (None, None, None, 0.0, 1.0),  # her survey was before the window; observed for all of it
    )


def test_the_time_of_day_and_of_the_week_are_the_site_s(spark):
    text = """
        person_id | started_at       | is_visit
        ann       | 2026-01-03 05:00 | true
        ann       | 2026-01-05 17:00 | true
        ann       | 2026-01-05 23:00 | false
        ben       | 2026-01-05 11:00 | true
        ben       | 2026-01-05 05:00 | true
    """
    # five hours behind: ann comes at midnight on Saturday and at noon, ben at six and at midnight
    zone = "America/New_York"
    got = of_people(spark, text, "hour_sin", "hour_cos", "weekend_share", zone=zone)
    assert got == about((0.0, 0.0, 0.5), (0.5, 0.5, 0.0))
    assert of_people(spark, text, "hour_sin") == about(
        ((math.sin(2 * math.pi * 5 / 24) + math.sin(2 * math.pi * 17 / 24)) / 2,),
        ((math.sin(2 * math.pi * 11 / 24) + math.sin(2 * math.pi * 5 / 24)) / 2,),
    )


def test_how_a_person_comes_and_stays_away(spark):
    days = [
        "2026-02-28",
        "2026-02-27",
        "2026-02-01",
        "2026-01-31",
    ]  # of the mask: the second and the third
    often = [
        f"2026-01-{d:02d}" for d in range(2, 26, 3)
    ]  # eight in the 56 days before the last fourteen
    lines = [f"ann | {day} 10:00 | true" for day in days] + [
        f"ben | {day} 10:00 | true" for day in often
    ]
    lines += [f"ben | 2026-02-{d} 10:00 | true" for d in (16, 20)] + [
        "cat | 2024-03-01 00:00 | true"
    ]
    got = of_people(
        spark, "person_id | started_at | is_visit\n" + "\n".join(lines),
        "regular_days", "days_since_active", "tenure_days", "activity_change",
    )  # fmt: skip
    ten_o_clock = 14 / 24
    assert got == about(
        (2.0, ten_o_clock, 28 + ten_o_clock, None),
        (2.0, 8 + ten_o_clock, 57 + ten_o_clock, math.log(2.5 / 14 / (8.5 / 56))),
        (0.0, 730.0, 730.0, None),
    )


def test_loops_and_returns_inside_sessions(spark):
    got = of_people(spark, """
        person_id | started_at       | l:steps         | l:step_kinds | ln:step_offsets
        ann       | 2026-01-01 10:00 | a b a a c a     | x x x x x x  | 0 1000 2000 3000 4000 10000
        ann       | 2026-01-02 10:00 | a b             | x x          | 0 4000
        ben       | 2026-01-02 10:00 | a               | x            | 0
    """, "backtrack_rate", "revisit_rate", "self_loop_rate", "pace_seconds")  # fmt: skip
    # ann: of four steps that two follow, a b a and a c a; of eight steps three were taken before;
    # 14 s over six transitions
    assert got == about((2 / 4, 3 / 8, 1 / 6, 14 / 6), (None, 0.0, None, None))


def test_the_first_step_of_a_goal_from_the_first_session_ever(spark):
    text = """
        person_id | started_at       | signup_count | purchase_count
        ann       | 2024-01-01 00:00 | 0            | 0
        ann       | 2024-01-03 00:00 | 1            | 2
        ben       | 2026-01-01 00:00 | 0            | 0

        person_id | l:steps  | l:step_kinds       | ln:step_offsets
        ann       | home     | page               | 0
        ann       | go in in | page signup signup | 0 43200000 50000000
        ben       | home     | page               | 0
    """
    assert of_people(spark, text, "days_to_goal", goal_kinds=["signup", "referral"]) == about(
        (2.5,), (None,)
    )
    assert of_people(spark, text, "days_to_goal", goal_kinds=["referral"]) == [(None,), (None,)]


def test_the_time_from_the_first_look_to_the_order(spark):
    got = of_people(spark, """
        person_id | started_at       | ended_at         | product_view_count | page_count
        ann       | 2026-01-01 10:00 | 2026-01-01 10:30 | 1                  | 3
        ann       | 2026-01-01 22:00 | 2026-01-01 22:30 | 1                  | 0
        ann       | 2026-01-03 10:00 | 2026-01-03 11:00 | 1                  | 0
        ann       | 2026-01-09 10:00 | 2026-01-09 11:00 | 0                  | 1
        ben       | 2026-01-01 10:00 | 2026-01-01 10:30 | 1                  | 0
        ben       | 2026-02-01 10:00 | 2026-02-01 10:30 | 0                  | 1

        person_id | is_visit | order_count | first_order_at   | last_order_at
        ann       | true     | 0           |                  |
        ann       | true     | 1           | 2026-01-01 22:00 | 2026-01-01 22:00
        ann       | true     | 1           | 2026-01-03 11:00 | 2026-01-03 11:00
        ann       | true     | 1           | 2026-01-09 11:00 | 2026-01-09 11:00
        ben       | true     | 0           |                  |
        ben       | true     | 1           | 2026-02-01 10:00 | 2026-02-01 10:00
    """, "hours_to_order", "steps_per_order")  # fmt: skip
    # Twelve hours, one hour, and an order without a look; of two the lower is the median.
    # Ben's look is 31 days old.
    assert got == about((1.0, 7 / 3), (None, 2.0))


def test_days_of_a_week_and_time_of_a_week(spark):
    got = of_people(spark, """
        person_id | started_at       | is_visit | d:engaged_seconds
        ann       | 2026-02-02 10:00 | true     | 600
        ann       | 2026-02-03 10:00 | true     | 600
        ann       | 2026-02-16 00:00 | true     | 1200
        ben       | 2026-02-28 10:00 | true     | 60
        cat       | 2026-02-28 10:00 | false    |
    """, "stickiness", "engaged_minutes_per_week")  # fmt: skip
    weeks = (27 - 10 / 24) / 7  # from 2 February, 10:00
    assert got == about((3 / 14, 40 / weeks), (1 / 7, 1.0), (None, 0.0))


def test_push_text_and_app(spark):
    got = of_people(spark, """
        person_id | started_at       | is_visit | push_sent_count | push_opened_count
        ann       | 2026-02-02 10:00 | true     | 4               | 1
        ben       | 2026-02-28 10:00 | true     | 0               | 1

        person_id | sms_sent_count | sms_clicked_count | screen_count | page_count
        ann       | 2              | 3                 | 3            | 1
        ben       | 0              | 0                 | 0            | 0
    """, "push_open_share", "sms_click_share", "app_share", "path_depth")  # fmt: skip
    assert got == about((0.25, 1.0, 0.75, 4.0), (None, None, None, 0.0))
