"""Give every row one fate.

Fates: suppressed, quarantined, late, duplicate, conflict, unchanged or used.
"""

from __future__ import annotations

from datetime import datetime

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from desirelines.columns.keys import INNER_PAD, OUTER_PAD, keyed_digest
from desirelines.events.mapping_matches import names_that_come, paths_with_values
from desirelines.events.nested_orders import comes_whole, with_whole_orders
from desirelines.events.raw_fields import RAW, is_told_broken, raw_text
from desirelines.events.row_expressions import ROW
from desirelines.events.row_order import total_order
from desirelines.events.snapshots import with_news, with_state_id
from desirelines.settings import Source

LOOK_UP = (
    "stream_id",
    "event_id",
    "content_digest",
    "order_id",
    "event_name",
    "kind",
    "occurred_at",
)
"""Columns of earlier events that decide whether a row is new."""

KEPT_IN_QUARANTINE = ("quarantined", "late", "conflict")
"""Fates of rows that wait for a person to review them."""


def with_suppressed(
    mapped: DataFrame,
    suppressed: DataFrame | None,
    suppression_pads: DataFrame,
    key_columns: list[str],
) -> DataFrame:
    """Add `is_suppressed`: one of the row's identifiers has a token on the suppression list.

    Checked before anything else about a row. `suppressed` holds the tokens in force (column
    `token`); None when nobody was ever suppressed. Tokens are HMACs of keys under the suppression
    secret.
    """
    if suppressed is None:
        return mapped.withColumn("is_suppressed", F.lit(False))
    tokens = F.broadcast(suppressed.select("token").distinct())
    rows = mapped.crossJoin(suppression_pads)
    hit = F.lit(False)
    for number, key in enumerate(key_columns):
        flag = f"_hit_{number}"
        rows = rows.withColumn("_token", keyed_digest(F.col(key))).join(
            tokens.select(F.col("token").alias("_token"), F.lit(True).alias(flag)), "_token", "left"
        )
        hit = hit | F.coalesce(F.col(flag), F.lit(False))
    return rows.withColumn("is_suppressed", hit).drop(
        "_token", INNER_PAD, OUTER_PAD, *(f"_hit_{n}" for n in range(len(key_columns)))
    )


def suppressed_at(suppressions: DataFrame, moment: datetime) -> DataFrame:
    """Tokens whose newest statement in force at the moment says suppressed."""
    newest = (
        suppressions.filter(F.col("active_from") <= F.lit(moment))
        .groupBy("token")
        .agg(
            F.max_by("is_suppressed", F.struct("active_from", "is_suppressed")).alias(
                "is_suppressed"
            )
        )
    )
    return newest.filter("is_suppressed").select("token")


def with_fates(
    mapped: DataFrame,
    source: Source,
    earlier: DataFrame | None,
    *,
    orders_are_whole: bool = True,
    text: Column | None = None,
) -> DataFrame:
    """Add `event_id` and `fate`; a row gets exactly one fate, the first that fits.

    Only rows held back keep `raw`: `text`, or else the whole row.

    `earlier` holds the columns LOOK_UP of this source's events that earlier batches brought on
    nearby days (for snapshots: on all days); None on the first batch. Of equal ids the first in the
    total order is kept: a row with the same content is its duplicate, another is a conflict. Rows
    that are whole orders are compared whole, and rows of snapshots with the previous state. Without
    `orders_are_whole` each line stands for itself, because some lines of an order were ingested
    before and others come now. One shuffle, by stream.
    """
    held_back = F.col("is_suppressed") | (F.size("reasons") > 0) | F.col("is_late")
    rows = mapped.withColumns(
        {
            "fate": F.when(F.col("is_suppressed"), F.lit("suppressed"))
            .when(F.size("reasons") > 0, F.lit("quarantined"))
            .when(F.col("is_late"), F.lit("late")),
            # Rows held back do not belong to a stream's events. Their hash spreads them over the
            # tasks, where one null key would not.
            "_stream": F.when(held_back, F.col("row_hash").cast("string")).otherwise(
                F.col("stream_id")
            ),
            # Hardly any text is ever read, and the shuffle would move that of every row.
            RAW: F.when(held_back, raw_text(source) if text is None else text),
        }
    ).drop(ROW)
    if source.snapshot:
        return with_news(with_state_id(rows), source, earlier).drop("_stream")
    # The windows below and the look-up use this shuffle.
    rows = rows.repartition("_stream")
    rows = with_event_id(rows, source)
    if orders_are_whole and comes_whole(source):
        rows = with_whole_orders(rows, source, earlier)
    return with_first_of_equals(rows, earlier).drop("_stream")


def with_event_id(rows: DataFrame, source: Source) -> DataFrame:
    """Add `event_id` by the mapping's `identity`: id, content or occurrence.

    By occurrence: content and the number among equal rows of the file. So nothing is dropped within
    a file, and the same line in another file is a redelivery. An empty id falls back to occurrence,
    so it merges nothing. Adds also `_copy`, the number among rows of that id, and `_kept_digest`,
    the content of the first of them. One sort of a stream's rows; two where rows carry their file.
    """
    digest = F.col("content_digest")
    is_given = source.identity == "id" and source.columns.event_id is not None
    given = F.col("given_id") if is_given else F.lit(None).cast("string")
    of_stream, order = ("_stream", "fate"), total_order(source)
    equal = Window.partitionBy(*of_stream, given, F.when(given.isNull(), digest)).orderBy(*order)
    number = F.row_number()
    if source.identity == "content":
        return rows.withColumns(
            {"event_id": digest, "_copy": number.over(equal), "_kept_digest": digest}
        )
    if not source.tells_files:
        return (
            rows.withColumns(
                {"_number": number.over(equal), "_kept_digest": F.first(digest).over(equal)}
            )
            .withColumns(
                {
                    "event_id": F.coalesce(given, occurrence("_number")),
                    "_copy": F.when(given.isNull(), F.lit(1)).otherwise(F.col("_number")),
                }
            )
            .drop("_number")
        )
    of_file = Window.partitionBy(*of_stream, digest, "file_name").orderBy(*order)
    rows = rows.withColumn("_number", number.over(of_file))
    rows = rows.withColumn("event_id", F.coalesce(given, occurrence("_number"))).drop("_number")
    copies = Window.partitionBy(*of_stream, "event_id").orderBy(*order)
    return rows.withColumns(
        {"_copy": number.over(copies), "_kept_digest": F.first(digest).over(copies)}
    )


def occurrence(number: str) -> Column:
    """Id of a row from its content and its number among equal rows."""
    return F.concat_ws(":", "content_digest", F.col(number).cast("string"))


def with_first_of_equals(rows: DataFrame, earlier: DataFrame | None) -> DataFrame:
    """Complete `fate`: of equal ids of a stream the first is used.

    The others are its duplicates, or in conflict with it.
    """
    if earlier is None:
        rows = rows.withColumn("_known_digest", F.lit(None).cast("string"))
    else:
        earlier_digests = earlier.select(
            F.col("stream_id").alias("_stream"),
            "event_id",
            F.col("content_digest").alias("_known_digest"),
        )
        rows = rows.join(earlier_digests, ["_stream", "event_id"], "left")
    first_digest = F.coalesce("_known_digest", F.when(F.col("_copy") > 1, F.col("_kept_digest")))
    fate = (
        F.when(F.col("fate").isNotNull(), F.col("fate"))
        .when(first_digest.isNull(), F.lit("used"))
        .when(first_digest == F.col("content_digest"), F.lit("duplicate"))
        .otherwise(F.lit("conflict"))
    )
    return rows.withColumn("fate", fate).drop("_copy", "_kept_digest", "_known_digest")


def keep_sinks_columns(classified: DataFrame) -> DataFrame:
    """Drop the columns that only the fate needed."""
    return classified.drop("given_id", "is_late", "is_suppressed")


def with_text_of_conflicts(classified: DataFrame, mapped: DataFrame, text: Column) -> DataFrame:
    """Add the text of rows in conflict, looked up in the mapped rows by `row_hash` (and line).

    Usually they are few. No broadcast hint says so, because a source delivered again in full with
    other contents has as many conflicts as rows.
    """
    by = ["row_hash", *(["line_no"] if "line_no" in mapped.columns else [])]
    in_conflict = classified.filter("fate = 'conflict'").select(*by).distinct()
    texts = mapped.select(*by, text.alias("_raw")).join(in_conflict, by)
    texts = texts.groupBy(*by).agg(F.min("_raw").alias("_raw"))
    with_texts = classified.join(texts, by, "left")
    return with_texts.withColumn(
        RAW, F.coalesce(RAW, F.when(F.col("fate") == "conflict", F.col("_raw")))
    ).drop("_raw")


def to_account(classified: DataFrame, source: Source) -> DataFrame:
    """Rows by fate: fate, row_count, and day_count, the approximate number of their UTC days.

    Also which parts of the mapping match in these rows: has_value and names (`mapping_matches`).
    """
    days = F.approx_count_distinct(F.col("occurred_at").cast("date"))
    return classified.groupBy("fate").agg(
        F.count("*").alias("row_count"),
        days.alias("day_count"),
        F.array(*paths_with_values(source).values()).alias("has_value"),
        names_that_come(source).alias("names"),
    )


def to_quarantine(
    classified: DataFrame, source: Source, pads: DataFrame, *, is_masked: bool
) -> DataFrame:
    """Rows that wait for a person to review them, with all reasons, numbered among equal rows.

    The digest is an HMAC under `pads` (the padded data secret): a plain hash of a short row could
    be guessed. When masked, a row that could not be parsed leaves only its length, because nobody
    can tell which part of it is an identifier.
    """
    fates = classified.filter(F.col("fate").isin(*KEPT_IN_QUARANTINE)).crossJoin(pads)
    fates = fates.withColumn("row_digest", keyed_digest(F.coalesce(RAW, F.lit("")))).drop(
        INNER_PAD, OUTER_PAD
    )
    reasons = (
        F.when(F.col("fate") == "late", F.array(F.lit("received_at: later than ingest.late_days")))
        .when(
            F.col("fate") == "conflict",
            F.array(F.lit("event_id: another event has the same id and other content")),
        )
        .otherwise(F.col("reasons"))
    )
    equal = Window.partitionBy("row_digest").orderBy(
        F.col("file_name").asc_nulls_first(), F.col("file_place").asc_nulls_first(), "fate"
    )
    is_broken = is_told_broken(source)
    return fates.withColumns(
        {
            "reasons": reasons,
            "ordinal": F.row_number().over(equal).cast("long"),
            "is_masked": F.lit(is_masked),
            "text_length": F.when(is_broken, F.length(RAW).cast("long")),
            RAW: F.when(~is_broken, F.col(RAW)) if is_masked else F.col(RAW),
        }
    )
