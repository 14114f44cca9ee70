"""A world in which people live their habits, beside the same world without them."""

from __future__ import annotations

from collections import defaultdict
from statistics import median

import pytest
from pyspark.sql import DataFrame, SparkSession, Window
from pyspark.sql import functions as F
from tests.support.worlds import fingerprint

from desirelines.synthetic import World, build_world

PEOPLE, DAYS, SEED, HABIT_WEEKS = 120, 120, 7, 8
LAST_WEEKS = ("2025-04-03", "2025-05-01")
"""The last 28 days."""
WEEKS_BEFORE = ("2025-01-30", "2025-02-27")
"""28 days before the habit weeks, which begin on 6 March."""


@pytest.fixture(scope="module")
def usual(spark: SparkSession) -> World:
    return build_world(spark, people=PEOPLE, days=DAYS, seed=SEED)


@pytest.fixture(scope="module")
def lived(spark: SparkSession) -> World:
    return build_world(spark, people=PEOPLE, days=DAYS, seed=SEED, habit_weeks=HABIT_WEEKS)


def days_with_visits(world: World, span: tuple[str, str]) -> dict[str, float]:
    """The median over each persona's people of their days with a visit within a span."""
    day = F.to_date("started_at")
    visits = world.truth["sessions"].where(day.between(span[0], F.date_sub(F.lit(span[1]), 1)))
    counts = visits.groupBy("person_no").agg(F.countDistinct(day).alias("days"))
    people = world.truth["people"].join(counts, "person_no", "left").fillna(0, ["days"])
    days = defaultdict(list)
    for row in people.collect():
        days[row.persona].append(row.days)
    return {persona: median(found) for persona, found in days.items()}


def test_habits_are_lived_in_the_last_weeks_and_not_before(usual: World, lived: World) -> None:
    with_habits = {
        # persona: days with a visit, of the last 28
        "power_user": (22, 28),
        "loyal_advocate": (9, 15),
        "tire_kicker": (8, 13),
        "needs_training": (6, 12),
        "weekend_binge_watcher": (8, 10),
        "cart_abandoner": (2, 4),
        "last_minute_buyer": (0, 4),
        "high_value_shopper": (0, 4),
        "deal_hunter": (0, 4),
        "lapsed": (0, 0),
    }
    last = days_with_visits(lived, LAST_WEEKS)
    assert set(last) == set(with_habits)
    for persona, (least, most) in with_habits.items():
        assert least <= last[persona] <= most, (persona, last[persona])
    for world, span in ((usual, LAST_WEEKS), (usual, WEEKS_BEFORE), (lived, WEEKS_BEFORE)):
        assert max(days_with_visits(world, span).values()) <= 3, span


def test_people_bots_and_what_they_get_and_ask_are_the_same(usual: World, lived: World) -> None:
    """But for those of the lapsed who slack off: they stay."""
    assert fingerprint(usual.truth["people"]) == fingerprint(lived.truth["people"])
    assert fingerprint(usual.truth["bots"]) == fingerprint(lived.truth["bots"])
    lapsed = usual.truth["people"].where("persona = 'lapsed'")

    def of_others(table: DataFrame, column: str, name: str) -> tuple[int, int]:
        others = lapsed.select(F.col(name).alias(column))
        return fingerprint(table.join(others, column, "left_anti"))

    for table, column, name in (
        ("email_events", "email", "email"),
        ("support", "customer_id", "user_id"),
    ):
        rows = [of_others(world.raw[table], column, name) for world in (usual, lived)]
        assert rows[0] == rows[1], table
        assert rows[0][0] > 0


def test_streams_rest_over_forty_minutes_between_visits_as_ever(lived: World) -> None:
    of_stream = Window.partitionBy("anonymous_id").orderBy("started_at")
    ended = F.unix_millis(F.lag("ended_at").over(of_stream))
    rest = (F.unix_millis("started_at") - ended) / 60_000
    shortest = lived.truth["sessions"].select(rest.alias("m")).agg(F.min("m")).first()
    assert shortest is not None
    assert shortest[0] > 40


def test_habits_need_as_many_weeks_as_they_last(spark: SparkSession) -> None:
    for weeks in (-1, 9):
        with pytest.raises(ValueError, match="weeks of habits do not fit into 60 days"):
            build_world(spark, people=5, days=60, seed=SEED, habit_weeks=weeks)
