"""The catalogue: categories, products with fixed prices, and the price of an order line."""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

from desirelines.synthetic.chance import one_of
from desirelines.synthetic.scope import Scope

CATEGORIES = (
    "audio",
    "bags",
    "bikes",
    "books",
    "camping",
    "coffee",
    "games",
    "garden",
    "kitchen",
    "lamps",
    "running",
    "shoes",
    "tools",
    "toys",
)
TIERS = 40


def item_key(line: Column) -> tuple[Column, Column, Column]:
    """Key of an item: person, the day the cart is for, and the line.

    The line is an int; it is at least 100 for items that are only looked at.
    """
    return F.col("person_no"), F.col("goods_day"), line


def category_no(scope: Scope, line: Column) -> Column:
    """One of the person's own categories (int, a place in `CATEGORIES`).

    The first ones are somewhat more frequent.
    """
    offset = scope.chance.whole(len(CATEGORIES), "first category", F.col("person_no"))
    drawn = F.pow(scope.chance.uniform("category", *item_key(line)), F.lit(1.2))
    nth = F.floor(drawn * F.col("categories")).cast("int")
    return F.pmod(offset + nth * 3, F.lit(len(CATEGORIES))).cast("int")


def category(scope: Scope, line: Column) -> Column:
    """The category's name."""
    return one_of(CATEGORIES, category_no(scope, line))


def tier(scope: Scope, line: Column) -> Column:
    """The product's place in its category by price (int, 0 … 39), near the person's own tier."""
    drawn = F.round(F.col("price_tier") + scope.chance.normal("tier", *item_key(line)) * 4)
    return F.greatest(F.lit(0), F.least(F.lit(TIERS - 1), drawn)).cast("int")


def product_id(scope: Scope, line: Column) -> Column:
    """A product of the catalogue, such as p123."""
    return F.concat(
        F.lit("p"), (category_no(scope, line) * TIERS + tier(scope, line)).cast("string")
    )


def unit_cents(scope: Scope, line: Column) -> Column:
    """The product's list price in cents (long).

    About 6 to 200 euros, the same for everybody.
    """
    dearer = F.lit(1.0) + category_no(scope, line) % 5 * 0.06
    return F.floor(dearer * F.exp(tier(scope, line) * 0.09) * 6).cast("long") * 100 + 95


def discount_cents(scope: Scope, line: Column) -> Column:
    """Discount on one piece, in cents (long).

    Either all lines of an order are discounted, or none.
    """
    person, day, _ = item_key(line)
    has_discount = scope.chance.happens(F.col("discount_habit"), "discount", person, day)
    depth = F.col("discount_depth") * (scope.chance.uniform("depth", person, day) * 0.4 + 0.8)
    return (
        F.when(has_discount, F.floor(unit_cents(scope, line) * depth))
        .otherwise(F.lit(0))
        .cast("long")
    )


def quantity(scope: Scope, line: Column) -> Column:
    """Pieces of a line (int): mostly one, sometimes two or three."""
    drawn = scope.chance.uniform("quantity", *item_key(line))
    return F.lit(1) + (drawn >= 0.86).cast("int") + (drawn >= 0.97).cast("int")
