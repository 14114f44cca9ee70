"""From events to sessions with their paths, in one shuffle around the kernel."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pyarrow as pa
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql import types as T

from desirelines.contract import conform
from desirelines.keys import bucket_of, stable_key
from desirelines.kinds import KINDS
from desirelines.sessions.batches import sessions_of_batches
from desirelines.settings.model import Sessions
from desirelines.tables import MONEY, SESSIONS


def to_sessions(events: DataFrame, settings: Sessions, *, buckets: int) -> DataFrame:
    """Give the sessions of the events' streams, as contracted. One shuffle of the events, by stream.

    A session ends where a stream is silent for longer than the gap (exactly the gap stays inside), and where another login
    shows. Events with a session key make one session for each key of the stream, whatever lies between them. Events of equal time are
    ordered by received time (nulls first), source, file, place in the file and event id.
    """
    gap_us = int(settings.gap_minutes * 60_000_000)
    packed = events.select("stream_id", packed_event(settings.step).alias("event"))
    streams = packed.groupBy("stream_id").agg(F.collect_list("event").alias("events"))
    cut: partial[Iterator[pa.RecordBatch]] = partial(sessions_of_batches, gap_us=gap_us)
    raw = streams.mapInArrow(cut, _KERNEL_ROWS)
    return conform(with_contract_columns(raw, buckets), SESSIONS)


def packed_event(step: str) -> Column:
    """What the kernel needs of an event, as one struct; a struct keeps its nulls, so the columns stay in line."""
    money = {name: (F.col(name) * 10_000).cast("long").alias(f"{name}_e4") for name in ("amount", "discount")}
    return F.struct(
        F.unix_micros("occurred_at").alias("at_us"),
        F.when(F.col("file_name").isNull(), F.unix_micros("received_at")).alias("received_us"),
        "source", "file_name", "file_place", "event_id", "user_key", "session_key", "category",
        step_name(step).alias("step"),
        kind_number().alias("kind_no"),
        F.when(F.col("order_id").isNull(), F.lit(0)).otherwise(F.xxhash64("source", "order_id")).alias("order_no"),
        *money.values(),
    )  # fmt: skip


def step_name(step: str) -> Column:
    """Name of an event's step: the event's name, or its page where it has one."""
    return F.coalesce("page", "event_name") if step == "page" else F.col("event_name")


def kind_number() -> Column:
    """Number of the event's kind in KINDS."""
    numbers = F.create_map(*(F.lit(part) for number, kind in enumerate(KINDS) for part in (kind, number)))
    return F.coalesce(F.element_at(numbers, F.col("kind")), F.lit(KINDS.index("other"))).cast("long")


def with_contract_columns(raw: DataFrame, buckets: int) -> DataFrame:
    """Turn the kernel's microseconds and ten-thousandths into the contract's instants and money."""
    instants = {
        "started_at": "start_us",
        "ended_at": "end_us",
        "first_order_at": "first_order_us",
        "last_order_at": "last_order_us",
        "last_cart_at": "last_cart_us",
    }
    return raw.withColumns({
        **{name: F.timestamp_micros(F.col(us)) for name, us in instants.items()},
        **{name: (F.col(f"{name}_e4").cast("decimal(18,0)") / F.lit(10_000)).cast(MONEY) for name in ("amount", "discount", "refunded")},
        "session_id": stable_key(F.col("stream_id"), F.col("start_us"), F.col("ordinal")),
        "started_on": F.timestamp_micros(F.col("start_us")).cast("date"),
        "bucket": bucket_of(F.col("stream_id"), buckets),
        "engaged_seconds": F.col("engaged_us") / F.lit(1_000_000.0),
        "order_count": F.col("purchase_count"),
    })  # fmt: skip


_KERNEL_ROWS = T.StructType(
    [T.StructField(name, T.StringType()) for name in ("stream_id", "user_key", "session_key")]
    + [T.StructField(name, T.LongType()) for name in ("start_us", "end_us", "ordinal")]
    + [
        T.StructField("cause", T.StringType()),
        T.StructField("source", T.StringType()),
        T.StructField("event_count", T.LongType()),
    ]
    + [T.StructField("is_visit", T.BooleanType()), T.StructField("engaged_us", T.LongType())]
    + [T.StructField(f"{kind}_count", T.LongType()) for kind in KINDS]
    + [
        T.StructField(n, T.LongType())
        for n in ("amount_e4", "discount_e4", "refunded_e4", "first_order_us", "last_order_us", "last_cart_us")
    ]
    + [T.StructField("categories", T.ArrayType(T.StringType()))]
    + [T.StructField(n, T.StringType()) for n in ("entry_step", "exit_step")]
    + [T.StructField("steps", T.ArrayType(T.StringType())), T.StructField("step_kinds", T.ArrayType(T.StringType()))]
    + [T.StructField("step_offsets", T.ArrayType(T.LongType()))]
)
