"""Features that are sums over a person's days, on sessions small enough to count by hand."""

from tests.support.features import about, of_people


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
