"""Synthetic events for the bench: skewed, the same in every run, written once as Parquet.

Rows are in order of arrival.
"""

from __future__ import annotations

import math
from pathlib import Path

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from desirelines.catalogue.kinds import KINDS
from desirelines.tables import MONEY

EVENTS_PER_USER, SKEW = 25, 1.2
EVENTS_PER_VISIT, LINES_PER_ORDER = 7, 3
DAYS, START_US = 90, 1_767_225_600_000_000  # from 2026-01-01
FILES, LAYOUT = 16, 3
PLAIN_KINDS = tuple(kind for kind in KINDS if kind not in ("purchase", "refund", "ping"))
NAMED = [(PLAIN_KINDS[n % len(PLAIN_KINDS)], n // len(PLAIN_KINDS)) for n in range(38)]
"""Kind and number of the plain events, the most frequent first.

With the two order lines there are 40 names."""


def events_path(size: int, out: Path) -> Path:
    """Where the events of a size are kept; a change of columns or values takes a new LAYOUT."""
    return out / f"events-{LAYOUT}-{size}"


def events(spark: SparkSession, size: int, out: Path) -> DataFrame:
    """Give about `size` events from build/bench, written there first if they are missing."""
    path = events_path(size, out)
    if not (path / "_SUCCESS").exists():
        arrival = (F.coalesce("received_at", "occurred_at"), F.col("event_id"))
        new_events = (
            made_events(spark, size)
            .repartitionByRange(FILES, *arrival)
            .sortWithinPartitions(*arrival)
        )
        new_events.write.mode("overwrite").parquet(str(path))
    return spark.read.parquet(str(path))


def made_events(spark: SparkSession, size: int) -> DataFrame:
    """The columns of `events` that sessions are built from.

    Users are lognormal; a visit has up to 7 events; a fifth of the visits order.
    """
    users = spark.range(max(1, size // EVENTS_PER_USER), numPartitions=4).withColumnRenamed(
        "id", "user"
    )
    counted = users.withColumn(
        "event_count", F.ceil(EVENTS_PER_USER * F.exp(SKEW * normal("user") - SKEW**2 / 2))
    )
    placed = counted.select(
        "user", F.explode(F.sequence(F.lit(0), F.col("event_count") - 1)).alias("place")
    )
    visits = placed.select(
        "user",
        "place",
        F.floor(F.col("place") / EVENTS_PER_VISIT).alias("visit"),
        (F.col("place") % EVENTS_PER_VISIT).alias("in_visit"),
    )
    orders = (chance("orders", "user", "visit") < 0.2) & (
        F.col("in_visit") >= EVENTS_PER_VISIT - LINES_PER_ORDER
    )
    refunds = ~orders & (chance("refunds", "user", "place") < 0.005)
    is_tied = (F.col("in_visit") % 2 == 1) & (
        chance("tied", "user", "place") < 0.05
    )  # at the same µs as the one before
    offset = (
        F.when(orders, EVENTS_PER_VISIT - LINES_PER_ORDER)
        .when(is_tied, F.col("in_visit") - 1)
        .otherwise(F.col("in_visit"))
    )
    start_us = (chance("start", "user", "visit") * (DAYS * 86_400_000_000)).cast("long")
    step_us = (chance("pace", "user", "visit", offset) * 240_000_000).cast("long")
    described = visits.select(
        "user",
        "place",
        "visit",
        orders.alias("orders"),
        refunds.alias("refunds"),
        F.timestamp_micros(F.lit(START_US) + start_us + offset * 240_000_000 + step_us).alias(
            "occurred_at"
        ),
        F.least(F.floor(F.pow(chance("name", "user", "place"), 2.2) * 38), F.lit(37))
        .cast("int")
        .alias("name_no"),
    )
    return described.select(*event_columns())


def event_columns() -> list[Column]:
    """The columns of an event.

    They follow from user, place, visit, orders, refunds, name_no and occurred_at.
    """
    is_line = F.col("orders") | F.col("refunds")
    names = F.array(*(F.lit(f"{kind}_{n}") for kind, n in NAMED))
    kinds = F.array(*(F.lit(kind) for kind, _ in NAMED))
    money = (F.floor(chance("money", "user", "place") * 20_000) / 100 + 1).cast(MONEY)
    delay = F.make_dt_interval(secs=F.lit(1) + F.floor(chance("delay", "user", "place") * 120))
    is_received = chance("received", "user", "place") >= 0.02

    def line_or(purchase: str, refund: str, plain: Column) -> Column:
        return (
            F.when(F.col("orders"), F.lit(purchase))
            .when(F.col("refunds"), F.lit(refund))
            .otherwise(plain)
        )

    return [
        F.lit("shop").alias("source"),
        key("stream", "user").alias("stream_id"),
        key("event", "user", "place").alias("event_id"),
        F.when(chance("login", "user", "visit") < 0.3, key("login", "user")).alias("user_key"),
        F.col("occurred_at"),
        F.when(is_received, F.col("occurred_at") + delay).alias("received_at"),
        F.lit(None).cast("string").alias("session_key"),
        F.lit(None).cast("string").alias("file_name"),
        F.lit(None).cast("long").alias("file_place"),
        line_or("order_line", "refund_line", names[F.col("name_no")]).alias("event_name"),
        line_or("purchase", "refund", kinds[F.col("name_no")]).alias("kind"),
        F.when(chance("campaign", "user", "visit") < 0.1, numbered("campaign", 20)).alias(
            "campaign"
        ),
        F.when(chance("campaign", "user", "visit") < 0.4, numbered("channel", 5)).alias("channel"),
        F.when(is_line | (chance("item", "user", "place") < 0.4), numbered("category", 12)).alias(
            "category"
        ),
        F.when(is_line, F.concat_ws("-", F.lit("o"), "user", "visit")).alias("order_id"),
        F.when(is_line, numbered("item", 500)).alias("item_id"),
        F.when(is_line, F.lit(1)).cast(MONEY).alias("quantity"),
        F.when(F.col("orders"), money).when(F.col("refunds"), -money).cast(MONEY).alias("amount"),
        F.when(F.col("orders") & (chance("discount", "user", "place") < 0.3), F.lit("2.5"))
        .cast(MONEY)
        .alias("discount"),
        F.lit(None).cast("double").alias("score"),
        F.when(~is_line & (chance("web", "user", "place") < 0.7), numbered("/page/", 300)).alias(
            "page"
        ),
    ]


def chance(seed: str, *columns: Column | str) -> Column:
    """A number from 0 to below 1 that follows from the seed and the columns."""
    return F.pmod(F.xxhash64(F.lit(seed), *columns), F.lit(2**31)) / 2**31


def normal(*columns: str) -> Column:
    """A standard normal number that follows from the columns (Box and Muller)."""
    radius = F.sqrt(-2 * F.log(1 - chance("radius", *columns)))
    return radius * F.cos(2 * math.pi * chance("angle", *columns))


def key(what: str, *columns: str) -> Column:
    """32 hexadecimal digits, as the product's keys are."""
    return F.md5(F.concat_ws("-", F.lit(what), *columns))


def numbered(stem: str, how_many: int) -> Column:
    """One of `how_many` texts, low numbers more often."""
    number = F.floor(F.pow(chance(stem, "user", "place"), 2) * how_many)
    return F.concat(F.lit(stem), number.cast("string"))
