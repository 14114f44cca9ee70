"""What habits make of visits, walks, carts and orders; without habit weeks all is as usual."""

from datetime import date

from pyspark.sql import functions as F

from desirelines.synthetic import habit_days
from desirelines.synthetic.habits import HABITS, ORDINARY
from desirelines.synthetic.personas import PERSONAS
from desirelines.synthetic.scope import Scope
from tests.support.tables import table

DAYS = 120
USUAL, SCOPE = (
    Scope(people=1, days=DAYS, seed=1, first_day=date(2025, 1, 1), habit_weeks=weeks)
    for weeks in (0, 4)
)
PLACE = {habit.persona: place for place, habit in enumerate((*HABITS, ORDINARY))}


def people(spark, text):
    """A text table with the numbers that the world counts in: ints, as in the world itself."""
    rows = table(spark, text)
    return rows.withColumns(
        {name: F.col(name).cast("int") for name, kind in rows.dtypes if kind == "bigint"}
    )


def test_without_habit_weeks_all_is_as_usual():
    usual, day = F.lit("usual"), F.col("day")
    assert habit_days.order_place(USUAL, usual) is usual
    assert habit_days.comes(USUAL, day, usual) is usual
    assert habit_days.leaves_cart(USUAL, day, usual) is usual
    assert habit_days.lived_walk(USUAL, usual, 24) is usual


def test_values_are_the_personas_until_there_are_habits(spark):
    rows = people(spark, """
        n:persona_no | n:habit_no | d:usual | d:by_habit | b:leaves_usually | b:leaves
        8            | 8          | 3.25    | 7.0        | false            | false
        8            | 10         | 3.25    | 1.5        | false            | false
        9            | 9          | 5.04    | 5.0        | true             | true
        9            | 10         | 5.04    | 1.5        | true             | false
    """)  # fmt: skip
    got = rows.select(
        "usual", "by_habit", "leaves_usually", "leaves",
        habit_days.own_trait(USUAL, "orders_a_year").alias("orders"),
        habit_days.own_trait(SCOPE, "orders_a_year").alias("habit_orders"),
        habit_days.leaves(USUAL).alias("left"), habit_days.leaves(SCOPE).alias("left_by_habit"),
    ).collect()  # fmt: skip
    for r in got:
        assert (r["orders"], r["habit_orders"]) == (r["usual"], r["by_habit"])
        assert (r["left"], r["left_by_habit"]) == (r["leaves_usually"], r["leaves"])


def test_people_come_as_usual_until_their_habit_begins(spark):
    rows = people(spark, """
        n:person_no | n:day | n:habit_from | d:habit_weekdays | d:habit_weekends | b:usual | b:comes
        1           | 95    | 96           | 1.0              | 1.0              | false   | false
        1           | 95    | 96           | 0.0              | 0.0              | true    | true
        1           | 96    | 96           | 0.0              | 1.0              | true    | false
        1           | 96    | 96           | 1.0              | 0.0              | false   | true
        1           | 101   | 96           | 0.0              | 1.0              | false   | true
        1           | 101   | 96           | 1.0              | 0.0              | true    | false
    """)  # fmt: skip
    came = habit_days.comes(SCOPE, F.col("day"), F.col("usual"))
    got = rows.select("comes", came.alias("got")).collect()
    assert [r["got"] for r in got] == [r["comes"] for r in got]


def test_a_days_first_visit_ends_with_a_ritual_and_keeps_the_length(spark):
    rows = people(spark, f"""
        n:person_no | n:day | n:habit_from | n:again | n:habit_no                | walk     | begins
        1           | 100   | 101          | 0       | {PLACE["power_user"]}     | HVSV     | HVSV
        1           | 101   | 101          | 1       | {PLACE["power_user"]}     | HVSV     | HVSV
        1           | 101   | 101          | 0       | {PLACE["power_user"]}     | HVSV     | HHSH
        1           | 101   | 101          | 0       | {PLACE["needs_training"]} | HVSV     | HHHH
        1           | 101   | 101          | 0       | {PLACE["tire_kicker"]}    | HVSVHVSV | HVSV
    """)  # fmt: skip
    walk = habit_days.lived_walk(SCOPE, F.col("walk"), 8)
    lived = rows.select("day", "again", "habit_no", "begins", walk.alias("got")).collect()
    rituals = [habit.rituals for habit in (*HABITS, ORDINARY)]
    for r in lived:
        lives = r["day"] == 101 and not r["again"]
        endings = rituals[r["habit_no"]] if lives else ("",)
        assert r["got"] in {r["begins"] + ending for ending in endings}
        assert len(r["got"]) <= 8


def test_who_leaves_carts_leaves_one_in_every_so_many_days(spark):
    """Of the usual carts few are left once the habit weeks have begun; before, all of them."""
    every = HABITS[PLACE["cart_abandoner"]].cart_every
    days = spark.range(DAYS).select(F.col("id").cast("int").alias("day"))
    crowd = spark.range(200).select(F.col("id").alias("person_no"))

    def carts(persona, usual):
        lived = (
            crowd.crossJoin(days)
            .withColumns({"habit_no": F.lit(PLACE[persona]), "habit_from": F.lit(92)})
            .where(habit_days.leaves_cart(SCOPE, F.col("day"), F.lit(usual)))
        )
        return [tuple(r) for r in lived.select("person_no", "day").collect()]

    planned = carts("cart_abandoner", usual=False)
    last = DAYS - 1 - habit_days.OPEN_DAYS
    assert all(92 <= day <= last for _, day in planned)
    turns = [(person, (last - day) // every) for person, day in planned]
    assert len(turns) == len(set(turns))
    newest = sum(turn == 0 for _, turn in turns)
    assert 0.9 * 200 < newest < 200
    assert carts("power_user", usual=False) == []
    usual = carts("power_user", usual=True)
    assert sum(day < SCOPE.habits_begin for _, day in usual) == 200 * SCOPE.habits_begin
    assert 0 < sum(day >= SCOPE.habits_begin for _, day in usual) < 0.06 * 200 * 28


def test_the_certain_order_is_as_long_ago_as_the_habit_says(spark):
    rows = people(spark, """
        n:person_no | n:habit_no | n:starts_on | n:ends_on | n:latest | n:earliest
        1           | 5          | 0           | 400       | 30       | 184
        2           | 5          | 150         | 400       | 30       | 184
        3           | 2          | 0           | 400       | 2        | 170
        4           | 5          | 0           | 60        | 30       | 52
        5           | 10         | 0           | 400       | 2        | 200
    """)  # fmt: skip
    span = F.col("ends_on") - F.col("starts_on")
    place = habit_days.order_place(SCOPE, F.lit(0.5))
    ordered = F.col("starts_on") + F.floor(span * place).cast("int")
    got = rows.select("latest", "earliest", (F.col("ends_on") - ordered).alias("ago")).collect()
    assert all(r["latest"] <= r["ago"] <= r["earliest"] for r in got)


def test_a_persons_own_habit_began_within_the_habit_weeks(spark):
    crowd = spark.range(2_000).select(
        F.col("id").alias("person_no"), (F.col("id") % len(PERSONAS)).cast("int").alias("habit_no")
    )
    lived = crowd.withColumns(habit_days.habit_values(SCOPE)).collect()
    for r in lived:
        habit = HABITS[r["habit_no"]]
        weeks = (DAYS - r["habit_from"]) / 7 / SCOPE.habit_weeks
        assert habit.shortest - 0.04 <= weeks <= habit.longest
        assert (r["habit_weekdays"] == 0) == (habit.weekdays == 0)
    keen = {r["habit_weekdays"] for r in lived if r["habit_no"] == PLACE["power_user"]}
    assert len(keen) == 200
    assert 0.85 < min(keen) < HABITS[PLACE["power_user"]].weekdays < max(keen) < 1


def test_who_looks_ahead_looks_at_every_line(spark):
    rows = people(spark, """
        n:line_count | views
        1            | V
        2            | VV
        3            | VVV
    """)  # fmt: skip
    got = rows.select(
        "views", habit_days.looks(SCOPE).alias("looks"), habit_days.looks(USUAL).alias("usual")
    ).collect()
    assert [r["looks"] for r in got] == [r["views"] for r in got]
    assert {r["usual"] for r in got} == {""}


def test_only_some_ever_recommend_beside_the_advocates(spark):
    crowd = spark.range(1_000).withColumnRenamed("id", "person_no")
    walked = crowd.withColumns(
        {
            "day": F.lit(10),
            "habit_from": F.lit(95),
            "again": F.lit(0),
            "habit_no": F.when(F.col("person_no") < 500, PLACE["loyal_advocate"]).otherwise(
                PLACE["tire_kicker"]
            ),
        }
    )
    walk = habit_days.lived_walk(SCOPE, F.lit("VI"), 8)
    found = walked.groupBy("habit_no", walk.alias("walk")).count().collect()
    counts = {(r["habit_no"], r["walk"]): r["count"] for r in found}
    assert counts.pop((PLACE["loyal_advocate"], "VI")) == 500
    assert (
        counts.pop((PLACE["tire_kicker"], "VI")) + counts.pop((PLACE["tire_kicker"], "VH")) == 500
    )
    assert counts == {}
