"""Event ids that several events bear: a batch cannot see them, `check --deep` reports them."""

from __future__ import annotations

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F


def to_repeated_ids(events: DataFrame, late_days: float) -> DataFrame:
    """Give one row per (source, event_id) that several events bear.

    Columns: source, event_id, stream_count, event_count, first_at, last_at, is_far, is_near.
    `is_far`: twice in one stream, more than `late_days` apart. A batch does not look that far back,
    so it may be one event delivered twice. `is_near`: twice in one stream and nearer, which ingest
    never writes. One shuffle, by source and id.
    """
    of_id = ("source", "event_id")
    # Sorted once: the windows and the group-by use the same shuffle.
    before = Window.partitionBy(*of_id).orderBy("stream_id", "occurred_at")
    is_same_stream = F.lag("stream_id").over(before) == F.col("stream_id")
    gap = F.unix_micros("occurred_at") - F.unix_micros(F.lag("occurred_at").over(before))
    rows = events.select(*of_id, "stream_id", "occurred_at").withColumns(
        {
            "_number": F.row_number().over(before),
            "_gap": F.when(is_same_stream, gap),
        }
    )
    far = int(late_days * 86_400_000_000)
    return (
        rows.groupBy(*of_id)
        .agg(
            F.count_if(F.col("_gap").isNull()).alias("stream_count"),
            F.max("_number").cast("long").alias("event_count"),
            F.min("occurred_at").alias("first_at"),
            F.max("occurred_at").alias("last_at"),
            F.max(F.coalesce(F.col("_gap") > far, F.lit(False))).alias("is_far"),
            F.max(F.coalesce(F.col("_gap") <= far, F.lit(False))).alias("is_near"),
        )
        .filter("event_count > 1")
    )


def to_repeats(repeated_ids: DataFrame) -> DataFrame:
    """Give one row per source: counts of repeated ids, and their days from first_on to last_on.

    streams_count: ids in several streams; far_count and near_count: ids repeated in one stream, far
    apart or near.
    """
    return repeated_ids.groupBy("source").agg(
        F.count_if(F.col("stream_count") > 1).alias("streams_count"),
        F.count_if("is_far").alias("far_count"),
        F.count_if("is_near").alias("near_count"),
        F.min("first_at").cast("date").alias("first_on"),
        F.max("last_at").cast("date").alias("last_on"),
    )
