"""How often people come and stay away, on sessions small enough to count by hand."""

import math

from tests.support.features import about, of_people


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
