"""Orders that several streams of a person tell, as the browser and the phone do, count once."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from desirelines.sessions.sessions import ORDER_LISTS, money


def with_orders_of_people(sessions: DataFrame) -> DataFrame:
    """Count an order once for its person, in the session that told it first.

    `sessions` carry `person_id`; an order counts once in each stream already. Of statements of
    other streams about the same order, one with the same lines repeats it: its lines and its money
    count no more. One with other lines is a part of the order: it has money, but is no order.
    """
    again = _told_again(sessions)
    counts = {
        name: F.col(name) - F.coalesce(gone, F.lit(0))
        for name, gone in (
            ("order_count", F.col("_orders")),
            ("purchase_count", F.col("_orders")),
            ("order_line_count", F.col("_lines")),
            ("amount", money(F.col("_amount"))),
            ("discount", money(F.col("_discount"))),
        )
    }
    has_order = F.coalesce(F.col("order_count") > F.col("_orders"), F.lit(True))
    times = {name: F.when(has_order, F.col(name)) for name in ("first_order_at", "last_order_at")}
    told = sessions.join(again, "session_id", "left")
    types = {f.name: f.dataType for f in sessions.schema}
    return told.withColumns(
        {name: value.cast(types[name]) for name, value in (counts | times).items()}
    ).select(*sessions.columns)


def _told_again(sessions: DataFrame) -> DataFrame:
    """Per session, what another stream of the person told before.

    Shape: session_id, _orders, _lines, _amount and _discount (in ten-thousandths).
    """
    no, content, at, lines, amount, discount = (F.col(f"_said.{name}") for name in ORDER_LISTS)
    statements = (
        sessions.filter(F.size("order_numbers") > 0)
        .select(
            "person_id",
            "stream_id",
            "session_id",
            F.explode(F.arrays_zip(*ORDER_LISTS)).alias("_said"),
        )
        .select("person_id", "stream_id", "session_id", no, content, at, lines, amount, discount)
    )
    order = Window.partitionBy("person_id", "order_numbers")
    streams = F.max("stream_id").over(order) != F.min("stream_id").over(order)
    shared = statements.withColumn("_is_shared", streams).filter("_is_shared")

    def by_time(*columns: str) -> Column:
        key = Window.partitionBy("person_id", "order_numbers", *columns)
        return F.row_number().over(key.orderBy("order_times", "stream_id"))

    first_stream = F.first("stream_id").over(order.orderBy("order_times", "stream_id"))
    marked = shared.select(
        "session_id",
        *ORDER_LISTS[3:],
        ((first_stream != F.col("stream_id")) & (by_time("stream_id") == 1)).alias("_is_order"),
        (by_time("order_contents") > 1).alias("_is_repeated"),
    )
    repeated = {"_lines": "order_lines", "_amount": "order_amounts", "_discount": "order_discounts"}
    return (
        marked.filter("_is_order OR _is_repeated")
        .groupBy("session_id")
        .agg(
            F.count_if("_is_order").alias("_orders"),
            *(
                F.coalesce(F.sum(F.when(F.col("_is_repeated"), F.col(name))), F.lit(0)).alias(gone)
                for gone, name in repeated.items()
            ),
        )
    )
