"""Sessions by others: Spark's window idiom, Polars and DuckDB. And the referee that reads what each variant gives.

All three cut, order and collapse as the product does and give the columns of SESSION_COLUMNS; what they leave out is LEFT_OUT.
They order by (occurred_at, received_at nulls first, source, event_id): the made events have no file_name and file_place.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from bench.harness import Facts

SESSION_COLUMNS = ("stream_id", "started_at", "ended_at", "event_count", "entry_step", "exit_step", "steps")
LEFT_OUT = (
    "session_id, bucket, cause, source, user_key, is_visit, engaged_seconds, 21 counts by kind, order_count, "
    "three sums of money, three times of orders and carts, categories, step_kinds, step_offsets"
)
USED = ("source", "stream_id", "event_id", "occurred_at", "received_at", "event_name", "kind", "order_id")
IN_ORDER = ("stream_id", "occurred_at", "received_at", "source", "event_id")
ORDER_LINE = ("stream_id", "session_no", "source", "order_id", "kind")
"""Of events that are equal in these, and have an order, only the first is a step."""


def window_sessions(events: DataFrame, *, gap_us: int) -> DataFrame:
    """The window idiom: lag, running sum, groupBy."""
    in_order = Window.partitionBy("stream_id").orderBy(*(F.asc_nulls_first(c) for c in IN_ORDER[1:]))
    at_us = F.unix_micros("occurred_at")
    is_first = F.coalesce(at_us - F.lag(at_us).over(in_order) > gap_us, F.lit(True)).cast("int")
    placed = events.select(*USED, F.row_number().over(in_order).alias("place"), is_first.alias("is_first"))
    running = Window.partitionBy("stream_id").orderBy("place").rowsBetween(Window.unboundedPreceding, 0)
    numbered = placed.withColumn("session_no", F.sum("is_first").over(running))
    of_line = F.row_number().over(Window.partitionBy(*ORDER_LINE).orderBy("place"))
    step = F.when(F.col("order_id").isNull() | (of_line == 1), F.struct("place", "event_name")).alias("step")
    cut = numbered.select("stream_id", "session_no", "occurred_at", step).groupBy("stream_id", "session_no").agg(
        F.min("occurred_at").alias("started_at"),
        F.max("occurred_at").alias("ended_at"),
        F.count("*").alias("event_count"),
        F.min("step")["event_name"].alias("entry_step"),
        F.max("step")["event_name"].alias("exit_step"),
        F.sort_array(F.collect_list("step"))["event_name"].alias("steps"),
    )  # fmt: skip
    return cut.select(*SESSION_COLUMNS)


def write_polars_sessions(events: Path, out: Path, *, gap_us: int) -> None:
    """The same sessions by Polars, to one Parquet file."""
    import polars as pl  # here, because POLARS_MAX_THREADS counts at the import

    at, stream = pl.col("occurred_at"), pl.col("stream_id")
    is_first = (stream != stream.shift()) | ((at - at.shift()).dt.total_microseconds() > gap_us)
    line = pl.struct(c for c in ORDER_LINE if c != "stream_id")  # session_no runs on over the streams
    ordered = pl.scan_parquet(events / "*.parquet").select(USED).sort(IN_ORDER, nulls_last=False)
    steps = pl.col("event_name").filter("is_step")
    (
        ordered.with_columns(is_first.fill_null(True).cum_sum().alias("session_no"))
        .with_columns((pl.col("order_id").is_null() | line.is_first_distinct()).alias("is_step"))
        .group_by("session_no", maintain_order=True)
        .agg(
            stream.first(),
            at.first().alias("started_at"),
            at.last().alias("ended_at"),
            pl.len().alias("event_count"),
            steps.first().alias("entry_step"),
            steps.last().alias("exit_step"),
            steps.alias("steps"),
        )
        .select(SESSION_COLUMNS)
        .sink_parquet(out, compression="snappy")
    )


DUCKDB_SESSIONS = """
copy (
    with placed as (
        select stream_id, occurred_at, source, order_id, kind, event_name,
            row_number() over in_order as place,
            epoch_us(occurred_at) - epoch_us(lag(occurred_at) over in_order) > $gap_us as is_late
        from read_parquet($events)
        window in_order as (
            partition by stream_id order by occurred_at, received_at nulls first, source, event_id
        )
    ), numbered as (
        select *, sum(case when coalesce(is_late, true) then 1 else 0 end)
            over (partition by stream_id order by place) as session_no
        from placed
    ), first_lines as (
        select stream_id, min(place) as place from numbered where order_id is not null
        group by stream_id, session_no, source, order_id, kind
    ), marked as (
        select numbered.*, order_id is null or first_lines.place is not null as is_step
        from numbered left join first_lines using (stream_id, place)
    )
    select stream_id, min(occurred_at) as started_at, max(occurred_at) as ended_at, count(*) as event_count,
        arg_min(event_name, place) filter (is_step) as entry_step,
        arg_max(event_name, place) filter (is_step) as exit_step,
        list(event_name order by place) filter (is_step) as steps
    from marked group by stream_id, session_no
) to '{out}' (format parquet, compression snappy)
"""


def write_duckdb_sessions(events: Path, out: Path, *, gap_us: int, threads: int) -> None:
    """The same sessions by DuckDB, to one Parquet file."""
    with duckdb.connect(config={"threads": threads}) as connection:
        connection.execute(DUCKDB_SESSIONS.format(out=out), {"gap_us": gap_us, "events": str(events / "*.parquet")})


def facts_of(path: Path) -> Facts:
    """Read a variant's Parquet and say what it holds; the checksum is over SESSION_COLUMNS, a sum of hashes of the rows."""
    files = str(path / "*.parquet") if path.is_dir() else str(path)
    row_hash = (
        "hash(stream_id, epoch_us(started_at), epoch_us(ended_at), event_count::bigint, entry_step, exit_step, steps)"
    )
    query = f"select count(*), sum(event_count), sum(len(steps)), sum({row_hash}::hugeint) from read_parquet($files)"
    with duckdb.connect() as connection:
        row = connection.execute(query, {"files": files}).fetchone()
    rows, events, steps, checksum = (int(value or 0) for value in row or (0, 0, 0, 0))
    return Facts(rows, events, steps, f"{checksum % 2**64:016x}")
