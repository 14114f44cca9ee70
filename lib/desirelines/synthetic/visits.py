"""When people come: one row per visit, with its device, its purpose and the path through it."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from desirelines.synthetic.habit_days import comes, leaves, leaves_cart, lived_walk, own_trait
from desirelines.synthetic.paths import MAX_STEPS, basket_of, path_of, walk_of
from desirelines.synthetic.people import BERLIN, anonymous_id
from desirelines.synthetic.personas import trait
from desirelines.synthetic.scope import HOUR_MS, Scope

START_WINDOW_MS = 100 * 60_000
"""A visit starts within this time after its slot opens.

Slots are so far apart that streams pause for over 40 minutes.
"""

MAX_PACE_MS = 200_000.0


def to_visits(people: DataFrame, scope: Scope) -> DataFrame:
    """One row per visit: its person's values, `day`, `slot`, `purpose` and `path`.

    Times are UTC milliseconds.
    """
    days = people.withColumn("day", F.explode(F.sequence(F.col("starts_on"), F.col("ends_on") - 1)))
    purposes = days.withColumn("purpose", day_purpose(scope)).where(F.col("purpose").isNotNull())
    slots = purposes.withColumn("again", F.explode(F.sequence(F.lit(0), _comes_again(scope))))
    placed = slots.withColumns(
        {
            "slot": _slot(scope),
            "purpose": F.when(F.col("again") == 0, F.col("purpose")).otherwise(F.lit("browse")),
            "login_device": F.when(F.col("again") == 0, _login_device()).otherwise(F.lit(-1)),
        }
    )
    on_device = placed.withColumns({"device": _device(scope)})
    with_login = on_device.withColumns(
        {
            "on_tablet": F.col("device") >= F.col("own_devices"),
            "login": _login(scope),
            "goods_day": F.col("day") + (F.col("purpose") == "ahead").cast("int"),
        }
    )
    with_parts = with_login.withColumns(
        {
            "anonymous_id": anonymous_id(
                scope, F.col("person_no"), F.col("device"), F.col("on_tablet")
            ),
            "starts_ms": _starts_ms(scope),
            "pace_ms": _pace_ms(scope),
            "line_count": line_count(scope),
            "walk": walk_of(scope),
        }
    )
    with_baskets = with_parts.withColumns(
        {"walk": lived_walk(scope, F.col("walk"), MAX_STEPS), "basket": basket_of(scope)}
    )
    return with_baskets.withColumn("path", path_of())


def click_ms(scope: Scope, index: Column) -> Column:
    """UTC milliseconds of the click at a place (int, from 0) of a path.

    Clicks come at an even pace, with a jitter smaller than the pace.
    """
    jitter = scope.chance.uniform("jitter", *visit_key(), index)
    return F.col("starts_ms") + F.floor((index + jitter * 0.9) * F.col("pace_ms"))


def visit_key() -> tuple[Column, Column, Column]:
    """Key of a visit: person, day and slot."""
    return F.col("person_no"), F.col("day"), F.col("slot")


def order_id(scope: Scope) -> Column:
    """The id of a day's order, such as o1a2b3c4d5e6f7a8b."""
    return F.concat(F.lit("o"), scope.chance.token("order id", F.col("person_no"), F.col("day")))


def line_count(scope: Scope) -> Column:
    """Lines of the cart filled on `goods_day`, 1 to 3."""
    more = trait("lines", F.col("persona_no")) - 1
    drawn = scope.chance.uniform("lines", F.col("person_no"), F.col("goods_day"))
    return F.lit(1) + (drawn < more).cast("int") + (drawn < more / 3).cast("int")


def day_purpose(scope: Scope) -> Column:
    """Why a person comes on `day`; null if they do not come.

    The purposes are order, ahead (looks at the next day's order), cart and browse.
    """
    person, day = F.col("person_no"), F.col("day")
    logs_in = F.array_contains(F.col("login_days"), day)
    looks = orders_on(scope, day + 1) & scope.chance.happens(
        own_trait(scope, "looks_ahead"), "looks ahead", person, day + 1
    )
    fills = scope.chance.happens(F.col("carts_a_day") * day_weight(scope, day), "cart", person, day)
    visits = scope.chance.happens(
        F.least(F.lit(0.9), F.col("visits_a_day") * day_weight(scope, day)), "visit", person, day
    )
    return (
        F.when(orders_on(scope, day), F.lit("order"))
        .when(looks, F.lit("ahead"))
        .when(leaves_cart(scope, day, fills), F.lit("cart"))
        .when(logs_in | comes(scope, day, visits), F.lit("browse"))
    )


def orders_on(scope: Scope, day: Column) -> Column:
    """True if the person orders on that day.

    Everybody has one certain order; people who leave for good have two.
    """
    drawn = scope.chance.happens(
        F.col("orders_a_day") * day_weight(scope, day), "order", F.col("person_no"), day
    )
    span = F.col("ends_on") - F.col("starts_on")

    def certain(low: float, high: float, name: str) -> Column:
        place = scope.chance.uniform(name, F.col("person_no")) * (high - low) + low
        return day == F.col("starts_on") + F.floor(span * place).cast("int")

    twice = certain(0.55, 0.75, "last order but one") | certain(0.76, 0.96, "last order")
    once = day == F.col("starts_on") + F.floor(span * F.col("order_place")).cast("int")
    has_account = ~F.col("is_new") | (day > F.element_at("login_days", 1))
    return (day < F.col("ends_on")) & (
        (drawn & has_account) | F.when(leaves(scope), twice).otherwise(once)
    )


def day_weight(scope: Scope, day: Column) -> Column:
    """How busy a day is for the person, 1 on average: weekend or not, and their drift over time."""
    weekend, place = F.col("weekend_share"), day / scope.days
    drift = F.exp(F.col("trend") * (place - 0.5))
    return (
        F.when(scope.is_weekend(day), weekend * 7 / 2).otherwise((F.lit(1.0) - weekend) * 7 / 5)
        * drift
    )


def _comes_again(scope: Scope) -> Column:
    """1 for days with a second visit (15 of 100), else 0."""
    return scope.chance.happens(0.15, "again", F.col("person_no"), F.col("day")).cast("int")


def _slot(scope: Scope) -> Column:
    """Morning 0, midday 1, evening 2.

    Looking ahead happens early and ordering late, so that 24 to 48 hours lie between.
    """
    person, day, purpose = F.col("person_no"), F.col("day"), F.col("purpose")
    drawn = scope.chance.uniform("slot", person, day)
    late = F.when(drawn < F.col("evening"), 2).otherwise(1)
    usual = (
        F.when(drawn < F.col("evening"), 2).when(drawn < (1 + F.col("evening")) / 2, 1).otherwise(0)
    )
    first = F.when(purpose == "ahead", 0).when(purpose == "order", late).otherwise(usual)
    second = (first + 1 + scope.chance.whole(2, "other slot", person, day)) % 3
    return F.when(F.col("again") == 0, first).otherwise(second).cast("int")


def _login_device() -> Column:
    """The device (int) that must be logged in on `day`, else -1."""
    return F.array_position("login_days", F.col("day")).cast("int") - 1


def _device(scope: Scope) -> Column:
    """The tablet on some days of the person's parity, else mostly the first own device."""
    key, own_count = visit_key(), F.col("own_devices")
    my_day = F.pmod(F.col("day") + F.col("person_no"), F.lit(2)) == 0
    on_tablet = (
        F.col("shares_device")
        & my_day
        & _has_account()
        & scope.chance.happens(0.3, "on tablet", *key)
    )
    other = F.when(scope.chance.happens(0.6, "main device", *key), 0).otherwise(
        scope.chance.whole(own_count, "which", *key)
    )
    return (
        F.when(F.col("login_device") >= 0, F.col("login_device"))
        .when(on_tablet, own_count)
        .otherwise(other)
    )


def _has_account() -> Column:
    """True for old accounts, and for new ones from the day after the sign-up."""
    return ~F.col("is_new") | (F.col("day") > F.element_at("login_days", 1))


def _login(scope: Scope) -> Column:
    """The letter of the path's login: U signs up, G logs in, empty stays anonymous."""
    signs_up = F.col("is_new") & (F.col("login_device") == 0)
    by_chance = _has_account() & scope.chance.happens(0.4, "login", *visit_key())
    must = (
        (F.col("login_device") >= 0)
        | (F.col("purpose") == "order")
        | (F.col("device") >= F.col("own_devices"))
    )
    return F.when(signs_up, F.lit("U")).when(must | by_chance, F.lit("G")).otherwise(F.lit(""))


def _starts_ms(scope: Scope) -> Column:
    """When the visit starts, in UTC milliseconds.

    Slots open in Berlin at 8, 13 and 18 o'clock, in New York at 6:00, 10:20 and 14:40, so that no
    order falls into Berlin's small hours.
    """
    berlin = F.lit(8 * HOUR_MS) + F.col("slot") * (5 * HOUR_MS)
    new_york = F.lit(6 * HOUR_MS) + F.col("slot") * (13 * HOUR_MS // 3)
    opens = F.when(F.col("time_zone") == BERLIN, berlin).otherwise(new_york)
    within = F.floor(scope.chance.uniform("start", *visit_key()) * START_WINDOW_MS)
    return scope.utc_ms(F.col("day"), opens + within, F.col("time_zone"))


def _pace_ms(scope: Scope) -> Column:
    """Milliseconds between clicks in this visit, 4 s to 200 s."""
    mood = F.exp(scope.chance.normal("mood", *visit_key()) * 0.3)
    return F.greatest(
        F.lit(4_000.0), F.least(F.lit(MAX_PACE_MS), F.col("pace_seconds") * 1000 * mood)
    )
