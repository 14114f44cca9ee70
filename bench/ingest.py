"""Part ingest: raw rows into the tables against Spark's own read and append.

Also a second day, and components against a shuffle of their edges.
"""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from bench.components import NODES_AN_EDGE, random_graph, to_nowhere
from bench.events import events
from bench.harness import Comparison, Facts, Part, Variant
from desirelines.identities.components import to_components
from desirelines.io.secrets import write_secret
from desirelines.io.tables.store import Warehouse
from desirelines.pipeline import INGEST
from desirelines.run.context import new_run
from desirelines.run.execute import execute
from desirelines.run.progress import Progress
from desirelines.settings import Settings
from desirelines.tables import EVENTS

NEW_SHARE = 0.01
"""Share of the rows, the newest, that arrive on the second day."""

COMPARISONS = (
    Comparison("product", "append_filed", 3.0),
    Comparison("product", "append_flat", None),
    Comparison("second_day", "product", 0.1),
    Comparison("components", "edges_shuffled", None),
)


def ingest_part(spark: SparkSession, size: int, out: Path) -> Part:
    """Write the raw rows, ingest 99 of 100 once, and name the variants."""
    folder = out.resolve() / f"ingest-{size}"
    shutil.rmtree(folder, ignore_errors=True)
    source, runs = folder / "raw", itertools.count(1)
    raw = to_raw(events(spark, size, out))
    newest = raw.agg(F.percentile(F.unix_micros("at"), F.lit(1 - NEW_SHARE))).collect()[0][0]
    raw = raw.withColumn("is_new", F.unix_micros("at") > F.lit(int(newest)))
    for name in ("data", "suppression"):
        write_secret(str(folder / "secrets" / name))

    def append(rows: DataFrame) -> None:
        rows.drop("is_new").write.format("delta").mode("append").save(str(source))

    def ingest(warehouse: str) -> None:
        settings = bench_settings(folder, warehouse)
        run_id = f"bench{next(runs):04d}"
        execute(
            INGEST, new_run(spark, settings, run_id, lambda: datetime.now(UTC), Progress("bench"))
        )

    def fresh(name: str) -> Callable[[], None]:
        return lambda: shutil.rmtree(folder / name, ignore_errors=True)

    def second_day() -> None:
        shutil.rmtree(folder / "second", ignore_errors=True)
        shutil.copytree(folder / "first", folder / "second")

    def flat() -> None:
        spark.read.format("delta").load(str(source)).write.format("delta").mode("overwrite").save(
            str(folder / "flat")
        )

    def filed() -> None:
        rows = (
            spark.read.format("delta")
            .load(str(source))
            .withColumn("period_on", F.date_trunc(period, "at").cast("date"))
        )
        tasks = int(spark.conf.get("spark.sql.shuffle.partitions") or 8)
        laid_out = rows.repartition(tasks, "period_on").sortWithinPartitions("period_on")
        laid_out.write.format("delta").partitionBy("period_on").mode("overwrite").save(
            str(folder / "filed")
        )

    def facts(path: str, name: str) -> Facts:
        stored = spark.read.format("delta").load(str(folder / path))
        row = stored.agg(F.count("*"), F.sum(F.xxhash64(name).cast("decimal(38,0)"))).collect()[0]
        return Facts(rows=row[0], events=row[0], steps=0, checksum=str(row[1]))

    append(raw.filter(~F.col("is_new")))
    ingest("first")
    first = Warehouse(spark, bench_settings(folder, "first").warehouse)
    period = first.period(EVENTS)
    append(raw.filter("is_new"))
    edges = random_graph(spark, size).localCheckpoint()
    tasks = int(spark.conf.get("spark.sql.shuffle.partitions") or 8)
    return Part(
        title="ingest",
        variants=(
            Variant("append_flat", flat, lambda: facts("flat", "id")),
            Variant("append_filed", filed, lambda: facts("filed", "id")),
            Variant(
                "product",
                lambda: ingest("whole"),
                lambda: facts("whole/events", "event_id"),
                fresh("whole"),
            ),
            Variant(
                "second_day",
                lambda: ingest("second"),
                lambda: facts("second/events", "event_id"),
                second_day,
            ),
            Variant(
                "edges_shuffled",
                lambda: to_nowhere(edges.repartition(tasks, "key").sortWithinPartitions("key")),
            ),
            Variant("components", lambda: to_nowhere(to_components(edges))),
        ),
        comparisons=COMPARISONS,
        events=spark.read.format("delta").load(str(source)).count(),
        notes=(
            f"append_filed writes the layout of `events`: a partition a {period}. "
            "append_flat writes as it reads.",
            "product also writes keys, links, quarantine and the row account; "
            "second_day brings 1 % new rows into its tables.",
            f"components: {size} random edges over {int(size * NODES_AN_EDGE)} nodes, "
            "against one shuffle and sort of the edges.",
        ),
    )


def to_raw(raw_events: DataFrame) -> DataFrame:
    """Rows as a source would have them."""
    return raw_events.select(
        F.col("event_id").alias("id"),
        "event_id",
        F.col("stream_id").alias("cookie"),
        F.col("user_key").alias("login"),
        F.col("occurred_at").alias("at"),
        F.col("event_name").alias("event"),
        "kind",
        "category",
        F.col("order_id").alias("order"),
        F.col("amount").alias("paid"),
        F.col("discount").alias("off"),
    )


def bench_settings(folder: Path, warehouse: str) -> Settings:
    """One Delta source into a warehouse below the folder."""
    source = {
        "name": "bench",
        "format": "delta",
        "path": str(folder / "raw"),
        "stream": ["cookie"],
        "ids": {"cookie": "cookie", "user": "login"},
        "columns": {
            "occurred_at": "at",
            "event_name": "event",
            "event_id": "id",
            "category": "category",
            "order_id": "order",
            "amount": "paid",
            "discount": "off",
        },
        "kinds": {"page": "page"},
    }
    secrets = {f"{name}_file": str(folder / "secrets" / name) for name in ("data", "suppression")}
    return Settings.model_validate(
        {"warehouse": {"path": str(folder / warehouse)}, "secrets": secrets, "sources": [source]}
    )
