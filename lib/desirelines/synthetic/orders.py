"""The shop's order lines, in the shop's local time and as strings."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from desirelines.synthetic.goods import (
    category,
    discount_cents,
    item_key,
    product_id,
    quantity,
    unit_cents,
)
from desirelines.synthetic.people import BERLIN
from desirelines.synthetic.scope import Scope
from desirelines.synthetic.visits import click_ms, order_id

REFUND_SHARE = 0.05
"""Share of the lines after the first: an order is never refunded as a whole."""


def to_order_lines(visits: DataFrame, scope: Scope) -> DataFrame:
    """One row per order line, and a second one for each refunded line.

    The refund comes some days later and has the opposite sum. `ordered_at` is the second of the
    order_completed click in the shop's local time (Berlin).
    """
    orders = visits.where(F.col("purpose") == "order").withColumns(
        {
            "order_id": order_id(scope),
            "ordered_on_wall": F.from_utc_timestamp(
                F.timestamp_millis(click_ms(scope, F.length("path") - 1)), BERLIN
            ),
            "line": F.explode(F.sequence(F.lit(0), F.col("line_count") - 1)),
        }
    )
    priced = orders.withColumns(
        {
            "category": category(scope, F.col("line")),
            "product_id": product_id(scope, F.col("line")),
            "pieces": quantity(scope, F.col("line")),
            "unit_cents": unit_cents(scope, F.col("line")),
            "off_cents": discount_cents(scope, F.col("line")),
            "refund_after": _refund_after(scope),
        }
    )
    rows = priced.withColumn("is_refund", F.explode(_rows()))
    refund = F.col("is_refund")
    later = F.col("ordered_on_wall") + F.make_dt_interval(F.col("refund_after"))
    return rows.select(
        "order_id",
        F.concat(
            (F.col("line") + 1).cast("string"), F.when(refund, F.lit("R")).otherwise(F.lit(""))
        ).alias("line_no"),
        F.col("user_id").alias("customer_id"),
        F.date_format(
            F.when(refund, later).otherwise(F.col("ordered_on_wall")), "yyyy-MM-dd HH:mm:ss"
        ).alias("ordered_at"),
        "product_id",
        "category",
        F.when(refund, -F.col("pieces"))
        .otherwise(F.col("pieces"))
        .cast("string")
        .alias("quantity"),
        _euros(
            F.when(refund, F.col("unit_cents") - F.col("off_cents")).otherwise(F.col("unit_cents"))
        ).alias("unit_price"),
        _euros(F.when(refund, F.lit(0)).otherwise(F.col("off_cents") * F.col("pieces"))).alias(
            "discount"
        ),
        F.lit("EUR").alias("currency"),
        F.when(refund, F.lit("refunded")).otherwise(F.lit("paid")).alias("status"),
    )


def _refund_after(scope: Scope) -> Column:
    """Days until the line is refunded (int, 2 to 15).

    Null if it is kept, or if the data ends before.
    """
    key = item_key(F.col("line"))
    after = scope.chance.whole(14, "refund after", *key) + 2
    in_time = (F.col("line") > 0) & (F.col("day") + after < scope.days - 1)
    refunded = scope.chance.happens(REFUND_SHARE, "refund", *key) & in_time
    return F.when(refunded, after)


def _rows() -> Column:
    paid, both = F.array(F.lit(False)), F.array(F.lit(False), F.lit(True))
    return F.when(F.col("refund_after").isNull(), paid).otherwise(both)


def _euros(cents: Column) -> Column:
    """Cents as a string with two decimals."""
    return (cents.cast("decimal(12,0)") / 100).cast("decimal(12,2)").cast("string")
