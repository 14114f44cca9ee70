"""The people of synthetic data: each has their own values around their persona's."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from desirelines.synthetic.chance import nudged_share
from desirelines.synthetic.habit_days import habit_values, leaves, order_place, own_trait
from desirelines.synthetic.habits import habit_no
from desirelines.synthetic.personas import persona_of, trait
from desirelines.synthetic.scope import Scope

BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"
SPREAD = {
    "visits": 0.33,
    "orders": 0.30,
    "order_place": 0.15,
    "carts": 0.30,
    "weekend": 0.35,
    "pace": 0.33,
    "stop": 0.12,
    "dwell": 0.34,
    "wander": 0.35,
    "categories": 1.4,
    "price": 3.5,
    "habit": 0.4,
    "depth": 0.04,
    "trend": 0.4,
}
"""Standard deviation of a person around the persona: of a log, of log-odds, or of the value."""


ROOTS = dict(zip(SPREAD, (2, 3, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47), strict=True))
"""A prime for each draw (not 5: the personas follow the golden ratio)."""


def to_people(spark: SparkSession, scope: Scope) -> DataFrame:
    """One row per person: `person_no`, ids, and the values behind visits, paths and baskets."""
    person = F.col("person_no")
    people = spark.range(scope.people).select(F.col("id").alias("person_no"))
    named = people.select(
        person,
        persona_of(person, scope.chance.uniform("first persona")).alias("persona_no"),
        scope.chance.token("user", person).alias("user_id"),
        F.concat(F.lit("u"), scope.chance.token("mail", person), F.lit("@example.com")).alias(
            "email"
        ),
        time_zone(scope, person).alias("time_zone"),
        shares_device(scope, person).alias("shares_device"),
        own_devices(scope, person).alias("own_devices"),
    )
    if scope.habit_weeks:
        named = named.withColumn("habit_no", habit_no(scope))
    present = named.select("*", *_presence(scope))
    people = present.select("*", login_days(scope).alias("login_days"), *_habits(scope))
    return people.withColumns(habit_values(scope)) if scope.habit_weeks else people


def time_zone(scope: Scope, person: Column) -> Column:
    """Berlin for seven of ten households, New York for three."""
    berlin = scope.chance.happens(0.7, "zone", _household(person))
    return F.when(berlin, F.lit(BERLIN)).otherwise(F.lit(NEW_YORK))


def shares_device(scope: Scope, person: Column) -> Column:
    """True for the two people of a household with a family tablet."""
    partner = person + 1 - 2 * (person % 2)
    return (partner < scope.people) & scope.chance.happens(0.03, "tablet", _household(person))


def own_devices(scope: Scope, person: Column) -> Column:
    """One device for seven of ten people, two for most others, else three."""
    drawn = scope.chance.uniform("devices", person)
    return F.lit(1) + (drawn >= 0.7).cast("int") + (drawn >= 0.94).cast("int")


def login_days(scope: Scope) -> Column:
    """A day for every device on which its person logs in there (array of int), the tablet last.

    The days are distinct. The two people of a tablet use it on days of different parity.
    """
    person, first = F.col("person_no"), F.col("starts_on")
    span = F.col("ends_on") - first
    count = F.col("own_devices") + F.col("shares_device").cast("int")

    def day(device: Column) -> Column:
        place = scope.chance.uniform("login day", person, device) * 0.07 + 0.03
        login_day = first + F.floor(span * (device * 0.1 + place)).cast("int")
        wrong_parity = F.pmod(login_day + person, F.lit(2)).cast("int")
        is_own = device < F.col("own_devices")
        return F.when(is_own, login_day).otherwise(login_day + wrong_parity)

    return F.transform(F.sequence(F.lit(0), count - 1), day)


def anonymous_id(scope: Scope, person: Column, device: Column, on_tablet: Column) -> Column:
    """The cookie or install id of a person's n-th own device, or of the household's tablet."""
    own_id = scope.chance.uuid("device", person, device)
    tablet_id = scope.chance.uuid("family tablet", _household(person))
    return F.when(on_tablet, tablet_id).otherwise(own_id)


def anonymous_ids(scope: Scope) -> Column:
    """All of a person's streams (array of string), the family tablet last."""
    person, count = F.col("person_no"), F.col("own_devices")
    devices = F.sequence(F.lit(0), count - 1 + F.col("shares_device").cast("int"))
    return F.transform(devices, lambda device: anonymous_id(scope, person, device, device >= count))


def _household(person: Column) -> Column:
    return F.floor(person / 2)


def _presence(scope: Scope) -> list[Column]:
    """When a person is present: `starts_on`, `ends_on` (days, the end excluded).

    `is_new` is true if they sign up during that time.
    """
    person, for_good = F.col("person_no"), leaves(scope)
    comes_later = scope.chance.happens(0.2, "comes later", person) & ~for_good
    arrival = scope.chance.whole(max(1, scope.days * 4 // 10), "arrival", person)
    last_sign = max(2, scope.days - 190) if scope.days > 300 else max(2, scope.days // 2)
    departure = F.lit(last_sign) - scope.chance.whole(
        max(1, min(30, last_sign // 4)), "departure", person
    )
    return [
        F.when(comes_later, arrival).otherwise(F.lit(0)).alias("starts_on"),
        F.when(for_good, departure).otherwise(F.lit(scope.days)).alias("ends_on"),
        (comes_later | scope.chance.happens(0.25, "new account", person)).alias("is_new"),
    ]


def _habits(scope: Scope) -> list[Column]:
    """The person's own values, in the units of `Persona`, rates per day."""
    person, place = F.col("person_no"), F.col("persona_no")

    def deviation(name: str) -> Column:
        return scope.chance.even(name, person, ROOTS[name]) * SPREAD[name]

    def between(low: float, value: Column, high: float) -> Column:
        return F.greatest(F.lit(low), F.least(F.lit(high), value))

    activity = F.exp(deviation("visits"))
    orders_a_year = own_trait(scope, "orders_a_year")
    discount_habit = own_trait(scope, "discount_habit")
    return [
        (trait("visits_a_week", place) / 7 * activity).alias("visits_a_day"),
        (orders_a_year / 365 * F.exp(deviation("orders"))).alias("orders_a_day"),
        order_place(
            scope, between(0.14, trait("order_place", place) + deviation("order_place"), 0.98)
        ).alias("order_place"),
        (trait("carts_a_year", place) / 365 * F.exp(deviation("carts"))).alias("carts_a_day"),
        nudged_share(trait("weekend_share", place), deviation("weekend")).alias("weekend_share"),
        (trait("trend", place) + deviation("trend")).alias("trend"),
        trait("evening", place).alias("evening"),
        (trait("pace_seconds", place) * F.exp(deviation("pace"))).alias("pace_seconds"),
        nudged_share(trait("stop", place), deviation("stop")).alias("stop"),
        nudged_share(trait("dwell", place), deviation("dwell")).alias("dwell"),
        nudged_share(trait("wander", place), deviation("wander")).alias("wander"),
        between(1, F.round(trait("categories", place) + deviation("categories")), 14)
        .cast("int")
        .alias("categories"),
        between(0, own_trait(scope, "price_tier") + deviation("price"), 39).alias("price_tier"),
        nudged_share(discount_habit, deviation("habit")).alias("discount_habit"),
        between(0.03, trait("discount_depth", place) + deviation("depth"), 0.5).alias(
            "discount_depth"
        ),
    ]
