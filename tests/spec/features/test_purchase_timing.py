"""What people look at before they order, on sessions small enough to count by hand."""

from tests.support.features import about, of_people


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
