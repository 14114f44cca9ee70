"""Who lives in a world: every person's own values around their persona's."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from desirelines.synthetic.chance import nudged_share
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
"""Standard deviation of a person around the persona: of a logarithm, of log-odds, or of the value itself."""


ROOTS = dict(zip(SPREAD, (2, 3, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47), strict=True))
"""A prime for each draw (not 5: the personas are walked along the golden ratio)."""


def to_people(spark: SparkSession, scope: Scope) -> DataFrame:
    """One row per person: `person_no`, ids, and the values that drive their visits, paths and baskets."""
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
    present = named.select("*", *_presence(scope))
    return present.select("*", login_days(scope).alias("login_days"), *_habits(scope))


def time_zone(scope: Scope, person: Column) -> Column:
    """Berlin for seven households of ten, New York for three."""
    berlin = scope.chance.happens(0.7, "zone", _household(person))
    return F.when(berlin, F.lit(BERLIN)).otherwise(F.lit(NEW_YORK))


def shares_device(scope: Scope, person: Column) -> Column:
    """True for the two people of a household with a family tablet."""
    partner = person + 1 - 2 * (person % 2)
    return (partner < scope.people) & scope.chance.happens(0.03, "tablet", _household(person))


def own_devices(scope: Scope, person: Column) -> Column:
    """One device for seven people of ten, two for most others, else three."""
    drawn = scope.chance.uniform("devices", person)
    return F.lit(1) + (drawn >= 0.7).cast("int") + (drawn >= 0.94).cast("int")


def login_days(scope: Scope) -> Column:
    """A day for every device (array of int) on which its person logs in there; the tablet comes last.

    The days are distinct. The two people of a tablet use it on days of different parity.
    """
    person, first, span = (
        F.col("person_no"),
        F.col("starts_on"),
        F.col("ends_on") - F.col("starts_on"),
    )
    count = F.col("own_devices") + F.col("shares_device").cast("int")

    def day(device: Column) -> Column:
        place = scope.chance.uniform("login day", person, device) * 0.07 + 0.03
        sort_order = first + F.floor(span * (device * 0.1 + place)).cast("int")
        wrong_parity = F.pmod(sort_order + person, F.lit(2)).cast("int")
        return F.when(device < F.col("own_devices"), sort_order).otherwise(
            sort_order + wrong_parity
        )

    return F.transform(F.sequence(F.lit(0), count - 1), day)


def anonymous_id(scope: Scope, person: Column, device: Column, on_tablet: Column) -> Column:
    """The cookie or install id of a person's n-th own device, or of the household's tablet."""
    own = scope.chance.uuid("device", person, device)
    return F.when(on_tablet, scope.chance.uuid("family tablet", _household(person))).otherwise(own)


def anonymous_ids(scope: Scope) -> Column:
    """All of a person's streams (array of string), the family tablet last."""
    person, own = F.col("person_no"), F.col("own_devices")
    devices = F.sequence(F.lit(0), own - 1 + F.col("shares_device").cast("int"))
    return F.transform(devices, lambda device: anonymous_id(scope, person, device, device >= own))


def _household(person: Column) -> Column:
    return F.floor(person / 2)


def _presence(scope: Scope) -> list[Column]:
    """When a person is there: `starts_on`, `ends_on` (days, the end excluded); `is_new` if they sign up on the way."""
    person, place = F.col("person_no"), F.col("persona_no")
    leaves = trait("leaves", place)
    comes_later = scope.chance.happens(0.2, "comes later", person) & ~leaves
    arrival = scope.chance.whole(max(1, scope.days * 4 // 10), "arrival", person)
    last_sign = max(2, scope.days - 190) if scope.days > 300 else max(2, scope.days // 2)
    departure = F.lit(last_sign) - scope.chance.whole(
        max(1, min(30, last_sign // 4)), "departure", person
    )
    return [
        F.when(comes_later, arrival).otherwise(F.lit(0)).alias("starts_on"),
        F.when(leaves, departure).otherwise(F.lit(scope.days)).alias("ends_on"),
        (comes_later | scope.chance.happens(0.25, "new account", person)).alias("is_new"),
    ]


def _habits(scope: Scope) -> list[Column]:
    """The person's own values, in the units of `Persona`, rates per day."""
    person, place = F.col("person_no"), F.col("persona_no")

    def own(name: str) -> Column:
        return scope.chance.even(name, person, ROOTS[name]) * SPREAD[name]

    def between(low: float, value: Column, high: float) -> Column:
        return F.greatest(F.lit(low), F.least(F.lit(high), value))

    activity = F.exp(own("visits"))
    return [
        (trait("visits_a_week", place) / 7 * activity).alias("visits_a_day"),
        (trait("orders_a_year", place) / 365 * F.exp(own("orders"))).alias("orders_a_day"),
        between(0.14, trait("order_place", place) + own("order_place"), 0.98).alias("order_place"),
        (trait("carts_a_year", place) / 365 * F.exp(own("carts"))).alias("carts_a_day"),
        nudged_share(trait("weekend_share", place), own("weekend")).alias("weekend_share"),
        (trait("trend", place) + own("trend")).alias("trend"),
        trait("evening", place).alias("evening"),
        (trait("pace_seconds", place) * F.exp(own("pace"))).alias("pace_seconds"),
        nudged_share(trait("stop", place), own("stop")).alias("stop"),
        nudged_share(trait("dwell", place), own("dwell")).alias("dwell"),
        nudged_share(trait("wander", place), own("wander")).alias("wander"),
        between(1, F.round(trait("categories", place) + own("categories")), 14)
        .cast("int")
        .alias("categories"),
        between(0, trait("price_tier", place) + own("price"), 39).alias("price_tier"),
        nudged_share(trait("discount_habit", place), own("habit")).alias("discount_habit"),
        between(0.03, trait("discount_depth", place) + own("depth"), 0.5).alias("discount_depth"),
    ]
