"""Orders that come as one row with their lines inside are compared whole.

The first version is used with all its lines; a later version adds no line.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from desirelines.catalogue.kinds import MONEY_KINDS
from desirelines.events.row_order import total_order
from desirelines.settings import Source

_ORDER = ("order_id", "event_name", "_moment")
"""Key of one statement about an order: "completed" and "refunded" are two statements."""


def _moment() -> Column:
    """The time of a refund, in microseconds: an order may be refunded in parts, but is placed once.

    It is 0 for other kinds.
    """
    return F.when(F.col("kind") == "refund", F.unix_micros("occurred_at")).otherwise(F.lit(0))


def comes_whole(source: Source) -> bool:
    """Whether a row of the source is a whole order."""
    return source.lines is not None and source.columns.order_id is not None


def with_whole_orders(rows: DataFrame, source: Source, earlier: DataFrame | None) -> DataFrame:
    """Set the fate of usable lines about an order's money that carry its number.

    A version of an order is the digests of its lines, in any order. The first version by the total
    order is `used`; each line of a copy is a `duplicate`; each line of another version is a
    `conflict`, even if that line is the same. `rows` are partitioned by `_stream` and hold
    `line_no`, the line's place in its row; so does `earlier`, with order_id and event_name.
    """
    rows = rows.withColumn("_moment", _moment())
    order = Window.partitionBy("_stream", *_ORDER, "fate")
    row = Window.partitionBy("_stream", *_ORDER, "fate", "row_hash")
    line = Window.partitionBy("_stream", *_ORDER, "fate", "row_hash", "line_no").orderBy(
        *total_order(source)
    )
    is_order_line = (
        F.col("fate").isNull() & F.col("order_id").isNotNull() & F.col("kind").isin(*MONEY_KINDS)
    )
    rows = rows.withColumn("_line_copy", F.row_number().over(line))
    first_copy_digest = F.when(F.col("_line_copy") == 1, F.col("content_digest"))
    rows = rows.withColumn("_version", F.sort_array(F.collect_list(first_copy_digest).over(row)))
    first = order.orderBy(*total_order(source))
    rows = rows.withColumns(
        {
            "_standing": F.first("_version").over(first),
            "_standing_row": F.first("row_hash").over(first),
            "_known_version": F.lit(None).cast("array<string>"),
        }
    )
    if earlier is not None:
        of_orders = F.col("order_id").isNotNull() & F.col("kind").isin(*MONEY_KINDS)
        earlier_orders = (
            earlier.filter(of_orders)
            .withColumn("_moment", _moment())
            .groupBy(F.col("stream_id").alias("_stream"), *_ORDER)
        )
        versions = earlier_orders.agg(
            F.sort_array(F.collect_list("content_digest")).alias("_known_version")
        )
        rows = rows.drop("_known_version").join(versions, ["_stream", *_ORDER], "left")
    is_standing = (F.col("_standing_row") == F.col("row_hash")) & (F.col("_line_copy") == 1)
    fate = (
        F.when(F.col("_known_version").isNull() & is_standing, F.lit("used"))
        .when(F.col("_version") == F.coalesce("_known_version", "_standing"), F.lit("duplicate"))
        .otherwise(F.lit("conflict"))
    )
    return rows.withColumn("fate", F.when(is_order_line, fate).otherwise(F.col("fate"))).drop(
        "_line_copy", "_version", "_standing", "_standing_row", "_known_version", "_moment"
    )
