"""Rows of snapshots (a repeated dump of all customers): only a changed state is an event."""

from __future__ import annotations

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from desirelines.events.row_order import total_order
from desirelines.settings import Source


def with_state_id(rows: DataFrame) -> DataFrame:
    """Add `event_id`: the state's digest and the microsecond the state is for.

    `content_digest` of a snapshot's row does not include the time.
    """
    at = F.unix_micros("occurred_at").cast("string")
    return rows.withColumn(
        "event_id", F.concat_ws(":", F.coalesce("content_digest", F.lit("")), at)
    )


def with_news(rows: DataFrame, source: Source, earlier: DataFrame | None) -> DataFrame:
    """Complete `fate`: `used` where the state differs from the previous one, else `unchanged`.

    Previous means in the stream's event time. `rows` holds `_stream`, `event_id` and a fate for
    rows held back. `earlier` holds stream_id and event_id of all the source's events; at the same
    moment an earlier event comes first. One shuffle, by stream.
    """
    states = rows.withColumn("_is_known", F.lit(False))
    if earlier is not None:
        before = earlier.select(
            F.col("stream_id").alias("_stream"),
            "event_id",
            F.lit(True).alias("_is_known"),
            F.timestamp_micros(F.element_at(F.split("event_id", ":"), 2).cast("long")).alias(
                "occurred_at"
            ),
            F.element_at(F.split("event_id", ":"), 1).alias("content_digest"),
        )
        states = states.unionByName(before, allowMissingColumns=True)
    order = Window.partitionBy("_stream", "fate").orderBy(
        "occurred_at", F.col("_is_known").desc(), *total_order(source)
    )
    copies = Window.partitionBy("_stream", "fate", "event_id").orderBy(
        F.col("_is_known").desc(), *total_order(source)
    )
    states = states.withColumns(
        {
            "_state_before": F.lag("content_digest").over(order),
            # Beyond 1: the same state for the same moment was delivered before, whatever came
            # since.
            "_copy": F.row_number().over(copies),
        }
    )
    is_news = (F.col("_copy") == 1) & ~F.col("_state_before").eqNullSafe(F.col("content_digest"))
    fate = F.coalesce("fate", F.when(is_news, F.lit("used")).otherwise(F.lit("unchanged")))
    return (
        states.filter(~F.col("_is_known"))
        .withColumn("fate", fate)
        .drop("_is_known", "_state_before", "_copy")
    )
