"""What a person did on a day of the site, on sessions small enough to count by hand."""

import math

from tests.support.features import about, of_people


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
