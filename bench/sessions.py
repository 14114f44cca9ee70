"""Part sessions: `to_sessions` against a sort of its events, Spark windows, Polars and DuckDB."""

from __future__ import annotations

from pathlib import Path

from pyspark.sql import DataFrame, SparkSession

from bench.events import events, events_path
from bench.harness import Comparison, Facts, Part, Variant
from bench.peers import (
    LEFT_OUT,
    facts_of,
    window_sessions,
    write_duckdb_sessions,
    write_polars_sessions,
)
from desirelines.sessions.sessions import to_sessions
from desirelines.settings.sessions import Sessions

USED = (
    "source",
    "stream_id",
    "event_id",
    "user_key",
    "session_key",
    "occurred_at",
    "received_at",
    "file_name",
    "file_place",
    "event_name",
    "kind",
    "category",
    "campaign",
    "channel",
    "order_id",
    "amount",
    "discount",
    "score",
)
"""The columns that to_sessions reads."""
BUCKETS, THREADS = 64, 2

COMPARISONS = (
    Comparison("product", "floor_sort", 1.2),
    Comparison("product_parquet", "floor_sort", 1.2),
    Comparison("product", "window_idiom", 0.4),
    Comparison("product_parquet", "polars", 2.0),
    Comparison("product_parquet", "duckdb", None),
)


def sessions_part(spark: SparkSession, size: int, out: Path) -> Part:
    """Make the events and name the variants."""
    rows = events(spark, size, out)
    data, results = events_path(size, out.resolve()), out.resolve() / f"results-{size}"
    results.mkdir(parents=True, exist_ok=True)
    settings = Sessions()
    gap_us = int(settings.gap_minutes * 60_000_000)
    partitions = int(spark.conf.get("spark.sql.shuffle.partitions") or 8)

    def path(name: str) -> Path:
        return results / f"{name}.parquet"

    def product() -> DataFrame:
        return to_sessions(rows, settings, zone="UTC", buckets=BUCKETS)

    def window() -> DataFrame:
        return window_sessions(rows, gap_us=gap_us)

    def floor_sort() -> None:
        spread = rows.select(*USED).repartition(partitions, "stream_id")
        to_nowhere(spread.sortWithinPartitions("stream_id", "occurred_at"))

    def facts_after_writing(sessions: DataFrame, name: str) -> Facts:
        to_parquet(sessions, path(name))
        return facts_of(path(name))

    return Part(
        title="sessions",
        variants=(
            Variant("floor_sort", floor_sort),
            Variant(
                "product",
                lambda: to_nowhere(product()),
                lambda: facts_after_writing(product(), "product"),
            ),
            Variant(
                "product_parquet",
                lambda: to_parquet(product(), path("product_parquet")),
                lambda: facts_of(path("product_parquet")),
            ),
            Variant(
                "window_idiom",
                lambda: to_nowhere(window()),
                lambda: facts_after_writing(window(), "window_idiom"),
            ),
            Variant(
                "polars",
                lambda: write_polars_sessions(data, path("polars"), gap_us=gap_us),
                lambda: facts_of(path("polars")),
            ),
            Variant(
                "duckdb",
                lambda: write_duckdb_sessions(data, path("duckdb"), gap_us=gap_us, threads=THREADS),
                lambda: facts_of(path("duckdb")),
            ),
        ),
        comparisons=COMPARISONS,
        events=rows.count(),
        notes=(
            "floor_sort, product, window_idiom: noop sink. product_parquet, polars, duckdb: "
            "to Parquet (snappy).",
            f"window_idiom, polars and duckdb compute the product's columns, but not {LEFT_OUT}.",
            "Polars and DuckDB read and write without a JVM and without a shuffle: "
            "twice Polars' wall time is the goal.",
        ),
    )


def to_nowhere(rows: DataFrame) -> None:
    """Compute every row and column and keep none."""
    rows.write.format("noop").mode("overwrite").save()


def to_parquet(rows: DataFrame, path: Path) -> None:
    """Overwrite the path."""
    rows.write.mode("overwrite").parquet(str(path))
