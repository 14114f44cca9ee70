"""Sessions by others: Spark's window idiom, Polars and DuckDB; and the referee of the results.

All three cut, order and collapse as the product does and give SESSION_COLUMNS; what they leave out
is LEFT_OUT. They rely on what the synthetic events are like: no pings, no midnight, nobody changes
the login within a session, no file_name and file_place.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from bench.harness import Facts
from desirelines.catalogue.kinds import KINDS

COUNTS = {f"{kind}_count": kind for kind in KINDS}
SESSION_COLUMNS = (
    "stream_id",
    "user_key",
    "started_at",
    "ended_at",
    "event_count",
    "engaged_seconds",
    *COUNTS,
    "amount",
    "discount",
    "refunded",
    "first_order_at",
    "last_order_at",
    "last_cart_at",
    "categories",
    "entry_step",
    "exit_step",
    "steps",
    "step_kinds",
    "step_offsets",
)
LEFT_OUT = (
    "session_id (a SHA-256), bucket, cause, source, campaign, channel, score, is_visit, "
    "is_engaged, backtrack_count, revisit_count"
)
USED = (
    "source",
    "stream_id",
    "event_id",
    "user_key",
    "occurred_at",
    "received_at",
    "event_name",
    "kind",
    "category",
    "order_id",
    "amount",
    "discount",
)
ENGAGED_CAP_US = 30 * 60 * 1_000_000
IN_ORDER = ("stream_id", "occurred_at", "received_at", "source", "event_id")
ORDER_LINE = ("stream_id", "session_no", "source", "order_id", "kind")
"""Of events that are equal in these, and have an order, only the first is a step."""


def window_sessions(events: DataFrame, *, gap_us: int) -> DataFrame:
    """The window idiom: lag, running sum, groupBy."""
    sort_order = Window.partitionBy("stream_id").orderBy(
        *(F.asc_nulls_first(c) for c in IN_ORDER[1:])
    )
    at_us = F.unix_micros("occurred_at")
    silence = (at_us - F.lag(at_us).over(sort_order)).alias("silence")
    placed = events.select(*USED, F.row_number().over(sort_order).alias("place"), silence)
    running = (
        Window.partitionBy("stream_id").orderBy("place").rowsBetween(Window.unboundedPreceding, 0)
    )
    is_first = F.coalesce(F.col("silence") > gap_us, F.lit(True)).cast("int")
    numbered = placed.withColumn("session_no", F.sum(is_first).over(running))
    of_line = F.row_number().over(Window.partitionBy(*ORDER_LINE).orderBy("place"))
    marked = numbered.withColumn("is_step", F.col("order_id").isNull() | (of_line == 1))
    step = F.when(F.col("is_step"), F.struct("place", "event_name", "kind", at_us.alias("at_us")))
    capped = F.when(F.col("silence") <= gap_us, F.least("silence", F.lit(ENGAGED_CAP_US)))

    def of(kind: str, value: Column | str) -> Column:
        return F.when(F.col("kind") == kind, F.col(value) if isinstance(value, str) else value)

    cut = marked.groupBy("stream_id", "session_no").agg(
        F.max_by("user_key", F.when(F.col("user_key").isNotNull(), F.col("place"))).alias(
            "user_key"
        ),
        F.min("occurred_at").alias("started_at"),
        F.max("occurred_at").alias("ended_at"),
        F.count("*").alias("event_count"),
        (F.sum(capped) / 1e6).alias("engaged_seconds"),
        *(
            F.count_if(F.col("is_step") & (F.col("kind") == kind)).alias(name)
            for name, kind in COUNTS.items()
        ),
        F.coalesce(F.sum(of("purchase", "amount")), F.lit(0)).alias("amount"),
        F.coalesce(F.sum(of("purchase", "discount")), F.lit(0)).alias("discount"),
        F.coalesce(F.sum(of("refund", F.abs("amount"))), F.lit(0)).alias("refunded"),
        F.min(of("purchase", "occurred_at")).alias("first_order_at"),
        F.max(of("purchase", "occurred_at")).alias("last_order_at"),
        F.max(of("cart_add", "occurred_at")).alias("last_cart_at"),
        F.array_sort(F.collect_set("category")).alias("categories"),
        F.min(step)["event_name"].alias("entry_step"),
        F.max(step)["event_name"].alias("exit_step"),
        F.sort_array(F.collect_list(step)).alias("path"),
    )
    start_us = F.unix_micros("started_at")
    return cut.withColumns(
        {
            "steps": F.col("path")["event_name"],
            "step_kinds": F.col("path")["kind"],
            "step_offsets": F.transform(
                F.col("path")["at_us"], lambda us: F.floor((us - start_us) / 1000)
            ),
        }
    ).select(*SESSION_COLUMNS)


def write_polars_sessions(events: Path, out: Path, *, gap_us: int) -> None:
    """The same sessions by Polars, to one Parquet file."""
    import polars as pl  # here, because POLARS_MAX_THREADS counts at the import

    at, stream, kind = pl.col("occurred_at"), pl.col("stream_id"), pl.col("kind")
    silence = (at - at.shift()).dt.total_microseconds()
    is_first = ((stream != stream.shift()) | (silence > gap_us)).fill_null(True)
    # session_no runs on over the streams
    line = pl.struct(c for c in ORDER_LINE if c != "stream_id")
    ordered = pl.scan_parquet(events / "*.parquet").select(USED).sort(IN_ORDER, nulls_last=False)
    marked = ordered.with_columns(
        is_first.alias("is_first"),
        is_first.cum_sum().alias("session_no"),
        silence.clip(upper_bound=ENGAGED_CAP_US).alias("silence"),
    ).with_columns((pl.col("order_id").is_null() | line.is_first_distinct()).alias("is_step"))
    steps, bought = pl.col("event_name").filter("is_step"), kind == "purchase"
    inside = pl.col("silence").filter(~pl.col("is_first"))
    offsets = (at - at.first()).dt.total_microseconds() // 1000
    (
        marked.group_by("session_no", maintain_order=True)
        .agg(
            stream.first(),
            pl.col("user_key").drop_nulls().last(),
            at.first().alias("started_at"),
            at.last().alias("ended_at"),
            pl.len().alias("event_count"),
            pl.when(pl.len() > 1).then(inside.sum() / 1e6).alias("engaged_seconds"),
            *((pl.col("is_step") & (kind == k)).sum().alias(name) for name, k in COUNTS.items()),
            pl.col("amount").filter(bought).sum().alias("amount"),
            pl.col("discount").filter(bought).sum().alias("discount"),
            pl.col("amount").filter(kind == "refund").abs().sum().alias("refunded"),
            at.filter(bought).min().alias("first_order_at"),
            at.filter(bought).max().alias("last_order_at"),
            at.filter(kind == "cart_add").max().alias("last_cart_at"),
            pl.col("category").drop_nulls().unique().sort().alias("categories"),
            steps.first().alias("entry_step"),
            steps.last().alias("exit_step"),
            steps.alias("steps"),
            kind.filter("is_step").alias("step_kinds"),
            offsets.filter(pl.col("is_step")).alias("step_offsets"),
        )
        .select(SESSION_COLUMNS)
        .sink_parquet(out, compression="snappy")
    )


DUCKDB_SESSIONS = """
copy (
    with placed as (
        select stream_id, user_key, occurred_at, source, order_id, kind, event_name, category,
            amount, discount,
            row_number() over sort_order as place,
            epoch_us(occurred_at) - epoch_us(lag(occurred_at) over sort_order) as silence
        from read_parquet($events)
        window sort_order as (
            partition by stream_id order by occurred_at, received_at nulls first, source, event_id
        )
    ), numbered as (
        select *, sum(case when coalesce(silence > $gap_us, true) then 1 else 0 end)
            over (partition by stream_id order by place) as session_no
        from placed
    ), first_lines as (
        select stream_id, min(place) as place from numbered where order_id is not null
        group by stream_id, session_no, source, order_id, kind
    ), marked as (
        select numbered.*, order_id is null or first_lines.place is not null as is_step
        from numbered left join first_lines using (stream_id, place)
    )
    select stream_id, arg_max(user_key, place) filter (user_key is not null) as user_key,
        min(occurred_at) as started_at, max(occurred_at) as ended_at, count(*) as event_count,
        sum(least(silence, {cap})) filter (silence <= $gap_us) / 1e6 as engaged_seconds,
        {counts},
        coalesce(sum(amount) filter (kind = 'purchase'), 0) as amount,
        coalesce(sum(discount) filter (kind = 'purchase'), 0) as discount,
        coalesce(sum(abs(amount)) filter (kind = 'refund'), 0) as refunded,
        min(occurred_at) filter (kind = 'purchase') as first_order_at,
        max(occurred_at) filter (kind = 'purchase') as last_order_at,
        max(occurred_at) filter (kind = 'cart_add') as last_cart_at,
        list_sort(coalesce(list(distinct category) filter (category is not null), []))
            as categories,
        arg_min(event_name, place) filter (is_step) as entry_step,
        arg_max(event_name, place) filter (is_step) as exit_step,
        list(event_name order by place) filter (is_step) as steps,
        list(kind order by place) filter (is_step) as step_kinds,
        list_transform(
            list(epoch_us(occurred_at) order by place) filter (is_step),
            lambda us: (us - epoch_us(min(occurred_at))) // 1000
        ) as step_offsets
    from marked group by stream_id, session_no
) to '{out}' (format parquet, compression snappy)
"""


def write_duckdb_sessions(events: Path, out: Path, *, gap_us: int, threads: int) -> None:
    """The same sessions by DuckDB, to one Parquet file."""
    counts = ", ".join(
        f"count(*) filter (is_step and kind = '{kind}') as {name}" for name, kind in COUNTS.items()
    )
    query = DUCKDB_SESSIONS.format(out=out, cap=ENGAGED_CAP_US, counts=counts)
    with duckdb.connect(config={"threads": threads}) as connection:
        connection.execute(query, {"gap_us": gap_us, "events": str(events / "*.parquet")})


def facts_of(path: Path) -> Facts:
    """Read a variant's Parquet and give its facts.

    The checksum is over SESSION_COLUMNS, a sum of hashes of the rows.
    """
    files = str(path / "*.parquet") if path.is_dir() else str(path)
    instants = ("started_at", "ended_at", "first_order_at", "last_order_at", "last_cart_at")
    money = ("amount", "discount", "refunded")
    plain = (
        "stream_id",
        "user_key",
        "entry_step",
        "exit_step",
        "steps",
        "step_kinds",
        "categories",
    )
    values = [
        *plain,
        *(f"epoch_us({name})" for name in instants),
        *(f"round({name}::double * 10000)::bigint" for name in money),
        "round(engaged_seconds * 1000000)::bigint",
        "step_offsets::bigint[]",
        *(f"{name}::bigint" for name in ("event_count", *COUNTS)),
    ]
    row_hash = f"hash({', '.join(values)})"
    query = (
        "select count(*), sum(event_count), sum(len(steps)), "
        f"sum({row_hash}::hugeint) from read_parquet($files)"
    )
    with duckdb.connect() as connection:
        row = connection.execute(query, {"files": files}).fetchone()
    rows, events, steps, checksum = (int(value or 0) for value in row or (0, 0, 0, 0))
    return Facts(rows, events, steps, f"{checksum % 2**64:016x}")
