"""Habits as data, and who lives them."""

from datetime import date

from pyspark.sql import functions as F

from desirelines.synthetic.habits import HABITS, ORDINARY, SLACK_SHARE, habit_no, of_habit
from desirelines.synthetic.paths import EVENTS, MAX_STEPS
from desirelines.synthetic.personas import PERSONAS
from desirelines.synthetic.scope import Scope
from tests.support.tables import table

SCOPE = Scope(people=1, days=120, seed=1, first_day=date(2025, 1, 1), habit_weeks=12)
OF_A_BASKET = set("ARKOUG")
"""Letters that stand for carts, orders and logins: a habit has them by its purposes alone."""


def test_there_is_one_habit_for_each_persona_in_their_order():
    assert [habit.persona for habit in HABITS] == [persona.name for persona in PERSONAS]


def test_habits_hold_what_a_visit_may_hold():
    for habit in (*HABITS, ORDINARY):
        letters = set("".join(habit.rituals) + habit.avoids)
        assert letters <= set(EVENTS) - OF_A_BASKET, habit.persona
        assert not set(habit.avoids) & set("".join(habit.rituals)), habit.persona
        assert max(map(len, habit.rituals)) < MAX_STEPS
        assert 0 <= habit.shortest <= habit.longest <= 1, habit.persona
        assert habit.ordered_ago[0] <= habit.ordered_ago[1], habit.persona


def test_the_ordinary_come_after_the_last_habit(spark):
    rows = table(spark, """
        n:place | n:days | persona
        0       | 0      | weekend_binge_watcher
        4       | 14     | cart_abandoner
        10      | 0      | ''
    """)  # fmt: skip
    place = F.col("place").cast("int")
    got = rows.select(
        "days", "persona", of_habit("cart_every", place).alias("every"),
        of_habit("persona", place).alias("of"),
    ).collect()  # fmt: skip
    assert [(r["every"], r["of"]) for r in got] == [(r["days"], r["persona"]) for r in got]


def test_a_few_of_every_persona_slack_off(spark):
    people = spark.range(20_000).select(
        F.col("id").alias("person_no"), (F.col("id") % len(HABITS)).cast("int").alias("persona_no")
    )
    slack = people.select("persona_no", (habit_no(SCOPE) == len(HABITS)).alias("slacks"))
    shares = slack.groupBy("persona_no").agg(F.avg(F.col("slacks").cast("int")).alias("share"))
    found = [r["share"] for r in shares.collect()]
    assert len(found) == len(HABITS)
    assert all(0.5 * SLACK_SHARE < share < 1.6 * SLACK_SHARE for share in found)
