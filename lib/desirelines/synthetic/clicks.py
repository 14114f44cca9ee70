"""The clickstream: one row per click of a visit, as the web shop and the app write it."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from desirelines.synthetic.chance import one_of
from desirelines.synthetic.devices import clock_error_ms, platform, user_agent
from desirelines.synthetic.goods import category, product_id
from desirelines.synthetic.paths import EVENTS
from desirelines.synthetic.scope import Scope
from desirelines.synthetic.visits import click_ms, order_id, visit_key

LOOK = 100
"""Items that are only looked at have numbers from here on, so that they are not the lines of a
cart."""

CAMPAIGNS = ("spring_fair", "newsletter", "partner", "search_ads", "new_arrivals")
FEATURES = (
    "wishlist",
    "size_finder",
    "compare",
    "reviews",
    "store_locator",
    "price_alert",
    "saved_lists",
    "gift_cards",
)
TERMS = ("light", "set", "for two", "waterproof", "small", "spare parts", "black", "gift")


def to_clicks(visits: DataFrame, scope: Scope) -> DataFrame:
    """One row per click: raw columns, and `true_ms`, `delay_ms`, `clock_ms`, `skewed`.

    The last four are for `mess`.
    """
    steps = visits.select("*", F.posexplode(F.split("path", "")).alias("place", "letter"))
    clicks = steps.withColumns(
        {
            "line": _line(scope),
            "on_item": F.col("letter").isin("V", "A", "R"),
            "entry_campaign": _campaign(scope),
            "true_ms": click_ms(scope, F.col("place")),
            "clock_ms": clock_error_ms(scope),
        }
    )
    named = clicks.withColumns(
        {
            "product_id": F.when(F.col("on_item"), product_id(scope, F.col("line"))),
            "category": F.when(F.col("on_item"), category(scope, F.col("line"))),
            "search_term": F.when(F.col("letter") == "S", _term(scope)),
            "feature": F.when(F.col("letter") == "F", _feature(scope)),
            "known": (F.col("login") != "") & (F.col("place") >= 1),
        }
    )
    key = (*visit_key(), F.col("place"))
    return named.select(
        scope.chance.uuid("click", *key).alias("event_id"),
        "anonymous_id",
        F.when(F.col("known"), F.col("user_id")).alias("user_id"),
        F.when(F.col("letter").isin("G", "U"), F.col("email")).alias("email"),
        F.element_at(_event_names(), F.col("letter")).alias("event"),
        _page(scope).alias("page"),
        "product_id",
        "category",
        "search_term",
        "feature",
        F.col("entry_campaign").alias("campaign"),
        F.when(F.col("letter") == "O", order_id(scope)).alias("order_id"),
        platform(scope).alias("platform"),
        user_agent(scope).alias("user_agent"),
        "true_ms",
        (scope.chance.whole(4_000, "sending", *key) + 150).alias("delay_ms"),
        "clock_ms",
        (F.col("clock_ms") != 0).alias("skewed"),
    )


def _event_names() -> Column:
    pairs = [F.lit(text) for pair in EVENTS.items() for text in pair]
    return F.create_map(*pairs)


def _line(scope: Scope) -> Column:
    """The item's line (int).

    It is a line of the cart in the basket and when looking ahead; else an item that is only looked
    at.
    """
    into_basket = F.col("place") - (F.length("path") - F.length("basket"))
    gone_over = F.col("place") % F.col("line_count")
    return (
        F.when(
            into_basket >= 0, F.least(F.floor(into_basket / 2).cast("int"), F.col("line_count") - 1)
        )
        .when(F.col("purpose") == "ahead", gone_over)
        .otherwise(F.lit(LOOK) + F.col("slot") * LOOK + F.col("place"))
        .cast("int")
    )


def _campaign(scope: Scope) -> Column:
    """A campaign on the entry of one of seven visits."""
    comes_by = scope.chance.happens(1 / 7, "has campaign", *visit_key())
    which = one_of(CAMPAIGNS, scope.chance.whole(len(CAMPAIGNS), "campaign", *visit_key()))
    return F.when((F.col("place") == 0) & comes_by, which)


def _feature(scope: Scope) -> Column:
    """Each person knows some features better than others."""
    liked = scope.chance.whole(3, "feature", *visit_key(), F.col("place"))
    first = scope.chance.whole(len(FEATURES), "first feature", F.col("person_no"))
    return one_of(FEATURES, F.pmod(first + liked, F.lit(len(FEATURES))).cast("int"))


def _term(scope: Scope) -> Column:
    """A category and a word."""
    word = one_of(TERMS, scope.chance.whole(len(TERMS), "term", *visit_key(), F.col("place")))
    return F.concat(category(scope, F.col("line")), F.lit(" "), word)


def _page(scope: Scope) -> Column:
    """The path of the page.

    An entry by campaign has a query string. A page view is the front page or a category's page.
    """
    letter = F.col("letter")
    front = scope.chance.happens(0.4, "front", *visit_key(), F.col("place"))
    shelf = F.concat(F.lit("/category/"), category(scope, F.col("line")))
    page = (
        F.when(letter == "H", F.when(front, F.lit("/")).otherwise(shelf))
        .when(letter == "S", F.concat(F.lit("/search?q="), F.translate("search_term", " ", "+")))
        .when(letter == "V", F.concat(F.lit("/product/"), F.col("product_id")))
        .when(letter.isin("A", "R"), F.lit("/cart"))
        .when(letter == "K", F.lit("/checkout"))
        .when(letter == "O", F.lit("/checkout/done"))
        .when(letter == "C", F.lit("/watch"))
        .when(letter == "F", F.concat(F.lit("/tools/"), F.col("feature")))
        .when(letter == "Q", F.lit("/help"))
        .when(letter == "I", F.lit("/refer"))
        .when(letter == "U", F.lit("/sign-up"))
        .otherwise(F.lit("/login"))
    )
    query = F.concat(
        F.when(letter == "S", F.lit("&")).otherwise("?"),
        F.lit("utm_campaign="),
        F.col("entry_campaign"),
    )
    return F.concat(page, F.coalesce(query, F.lit("")))
