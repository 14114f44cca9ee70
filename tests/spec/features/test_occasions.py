"""Buying for holidays and for dates of one's own."""

from datetime import date

import pytest

from desirelines.catalogue import own_column
from desirelines.errors import SettingsError
from desirelines.features.build import colocated_by_person, to_features
from desirelines.features.labels import bought_for
from desirelines.features.occasions import (
    PersonalDays,
    days_of,
    occasion_features,
    to_personal_dates,
)
from desirelines.features.window import ObservationWindow
from desirelines.settings.features import Occasion
from tests.support.tables import sessions, table

AS_OF = date(2026, 1, 11)
WINDOW = ObservationWindow.ending(AS_OF, days=365, zone="UTC")


def test_holidays_of_a_country_and_dates_of_one_s_own():
    christmas = days_of(
        Occasion(name="christmas", country="DE", holiday="christmas day", lead_days=21), AS_OF
    )
    assert christmas.times[-2:] == (
        (date(2024, 12, 4), date(2024, 12, 25)),
        (date(2025, 12, 4), date(2025, 12, 25)),
    )
    assert len(christmas.times) == 10
    easter = days_of(
        Occasion(name="easter", country="DE", holiday="Easter Monday", lead_days=0), AS_OF
    )
    assert [t[0] for t in easter.times[-2:]] == [date(2024, 4, 1), date(2025, 4, 21)]
    new_year = days_of(
        Occasion(name="n", country="US", holiday="New Year's Day", lead_days=7), date(2025, 12, 28)
    )
    assert new_year.times[-1] == (
        date(2025, 12, 25),
        date(2026, 1, 1),
    )  # led up to before the year begins
    sale = Occasion(
        name="sale",
        dates=(date(2025, 5, 3), date(2025, 5, 1), date(2025, 9, 1)),
        lead_days=1,
        days=2,
    )
    assert days_of(sale, AS_OF).times == (
        (date(2025, 4, 30), date(2025, 5, 4)),
        (date(2025, 8, 31), date(2025, 9, 2)),
    )


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"country": "DE", "holiday": "Cristmas Day"}, "Christmas Day"),
        ({"country": "XX", "holiday": "Christmas Day"}, "no holidays are known of country 'XX'"),
    ],
)
def test_a_holiday_that_is_not_there_is_an_error_with_a_suggestion(asked, said):
    with pytest.raises(SettingsError, match=said):
        days_of(Occasion(name="o", **asked), AS_OF)


def test_orders_on_the_days_of_an_occasion_against_the_days_observed(spark):
    # Ten days of the sale in each of two years; as_of is 11 January 2026.
    sale = Occasion(name="sale", dates=(date(2025, 1, 1), date(2026, 1, 1)), lead_days=0, days=10)
    rows = to_features(colocated_by_person(sessions(spark, """
        person_id | started_at       | is_visit | order_count | first_order_at   | last_order_at
        both      | 2025-01-01 10:00 | true     | 1           | 2025-01-01 10:00 | 2025-01-01 10:00
        both      | 2026-01-10 23:59 | true     | 2           | 2026-01-10 23:59 | 2026-01-10 23:59
        both      | 2025-06-01 10:00 | true     | 1           | 2025-06-01 10:00 | 2025-06-01 10:00
        once      | 2026-01-01 10:00 | true     | 3           | 2026-01-01 10:00 | 2026-01-01 10:00
        never     | 2025-01-11 10:00 | true     | 1           | 2025-01-11 10:00 | 2025-01-11 10:00
        looks     | 2026-01-01 10:00 | true     | 0           |                  |
    """)), WINDOW, cart_hours=24, cart_days=30, goal_kinds=("purchase",), buckets=8, run_id="r",
    occasions=[days_of(sale, AS_OF)])  # fmt: skip
    columns = [own_column(f.name) for f in occasion_features("sale")]
    got = {r[0]: tuple(r)[1:] for r in rows.selectExpr("person_id", *columns).collect()}
    about = {p: tuple(None if v is None else pytest.approx(v) for v in values) for p, values in {
        "both": (0.75, 0.75 / (20 / 375), 2.0),
        "once": (1.0, 1.0, 1.0),  # seen on days of the sale only: nothing to compare with
        "never": (0.0, 0.0, 0.0),
        "looks": (None, None, None),
    }.items()}  # fmt: skip
    assert got == about
    members = {
        r["person_id"]: r["o"]
        for r in rows.select("person_id", bought_for(["sale"]).alias("o")).collect()
    }
    assert members == {"both": ["sale"], "once": [], "never": [], "looks": []}


def test_orders_around_a_date_of_each_person(spark):
    birthday = days_of(Occasion(name="birthday", property="born", lead_days=10, days=1), AS_OF)
    assert isinstance(birthday, PersonalDays)
    events = table(spark, """
        person_id | source | event_id | occurred_at      | properties
        summer    | crm    | 1        | 2025-01-01 10:00 | {"born":"1990-06-20"}
        summer    | crm    | 2        | 2025-01-02 10:00 | {"born":"1990-06-10"}
        summer    | crm    | 3        | 2025-01-03 10:00 | {"born":"unknown"}
        winter    | crm    | 4        | 2025-01-01 10:00 | {"born":"--01-02"}
        leap      | crm    | 5        | 2025-01-01 10:00 | {"born":"2000-02-29T08:00:00"}
        secret    | crm    | 6        | 2025-01-01 10:00 |
    """)  # fmt: skip
    dates = to_personal_dates(events, [birthday])
    assert {r["person_id"]: str(r[birthday.column]) for r in dates.collect()} == {
        "summer": "1990-06-10", "winter": "2000-01-02", "leap": "2000-02-29",
    }  # fmt: skip
    rows = to_features(colocated_by_person(sessions(spark, """
        person_id | started_at       | is_visit | order_count | first_order_at   | last_order_at
        summer    | 2024-06-10 10:00 | true     | 1           | 2024-06-10 10:00 | 2024-06-10 10:00
        summer    | 2025-05-31 10:00 | true     | 1           | 2025-05-31 10:00 | 2025-05-31 10:00
        summer    | 2025-05-30 10:00 | true     | 1           | 2025-05-30 10:00 | 2025-05-30 10:00
        summer    | 2025-06-11 10:00 | true     | 1           | 2025-06-11 10:00 | 2025-06-11 10:00
        winter    | 2025-12-31 10:00 | true     | 2           | 2025-12-31 10:00 | 2025-12-31 10:00
        winter    | 2026-01-02 10:00 | true     | 2           | 2026-01-02 10:00 | 2026-01-02 10:00
        leap      | 2025-02-28 10:00 | true     | 1           | 2025-02-28 10:00 | 2025-02-28 10:00
        leap      | 2025-03-01 10:00 | true     | 1           | 2025-03-01 10:00 | 2025-03-01 10:00
        secret    | 2025-06-10 10:00 | true     | 1           | 2025-06-10 10:00 | 2025-06-10 10:00
    """)), WINDOW, cart_hours=24, cart_days=30, goal_kinds=("purchase",), buckets=8, run_id="r",
    occasions=[birthday], personal_dates=dates)  # fmt: skip
    columns = [own_column(f.name) for f in occasion_features("birthday")]
    got = {r[0]: tuple(r)[1:] for r in rows.selectExpr("person_id", *columns).collect()}
    wanted = {
        "summer": (
            0.5,
            0.5 / (12 / 580),
            2.0,
        ),  # its last day in 2024, eleven days in 2025, of 580 since first seen
        "winter": (
            1.0,
            1.0 / (3 / 11),
            1.0,
        ),  # 31 December to 2 January; an anniversary of the next year
        "leap": (0.5, 0.5 / (1 / 317), 1.0),  # no 29 February in 2025: the 28th
        "secret": (None, None, None),  # nobody knows their date
    }
    assert got == {
        p: tuple(None if v is None else pytest.approx(v) for v in values)
        for p, values in wanted.items()
    }
