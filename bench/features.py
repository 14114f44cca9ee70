"""Part features: all features of everybody against one shuffle of their sessions, by person."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from bench.events import DAYS, events
from bench.harness import Comparison, Facts, Part, Variant
from bench.sessions import BUCKETS, to_nowhere
from desirelines.catalogue.kinds import KINDS
from desirelines.features.build import USED, colocated_by_person, to_features, to_people_of_days
from desirelines.features.daily_aggregates import DAY_FEATURES
from desirelines.features.person_batches import to_counted_features
from desirelines.features.person_days import to_person_days
from desirelines.features.window import ObservationWindow
from desirelines.sessions.sessions import to_sessions
from desirelines.settings.sessions import Sessions

AS_OF, WINDOW_DAYS = date(2026, 4, 3), DAYS + 5  # all events lie inside
COMPARISONS = (
    Comparison("product", "floor_shuffle", 1.5),
    Comparison("of_days", "floor_shuffle", 1.5),
    Comparison("counted", "floor_shuffle", None),
    Comparison("product", "floor_group", None),
    Comparison("rfm_only", "floor_shuffle", None),
    Comparison("of_days_stored", "of_days", None),
    Comparison("days_written", "of_days", None),
)


def features_part(spark: SparkSession, size: int, out: Path) -> Part:
    """Write the sessions once, with a person each, and name the variants."""
    stored, results = out.resolve() / f"people-{size}", out.resolve() / f"feature-results-{size}"
    day_sums = out.resolve() / f"person-days-{size}"
    rows = events(spark, size, out)
    if not (stored / "_SUCCESS").exists():
        cut = to_sessions(rows, Sessions(), zone="UTC", buckets=BUCKETS)
        cut.withColumn("person_id", F.col("stream_id")).write.mode("overwrite").parquet(str(stored))
    sessions = spark.read.parquet(str(stored))
    window = ObservationWindow.ending(AS_OF, days=WINDOW_DAYS, zone="Europe/Berlin")

    def features(kept: DataFrame) -> DataFrame:
        return to_features(
            kept,
            window,
            cart_hours=24,
            cart_days=7,
            goal_kinds=("purchase",),
            buckets=BUCKETS,
            run_id="bench",
        )

    def product(*columns: str) -> None:
        kept = colocated_by_person(sessions).persist()
        to_nowhere(features(kept).select(*columns or "*"))
        kept.unpersist()

    def floor_shuffle() -> None:
        to_nowhere(sessions.select(*USED).repartition("person_id"))

    def floor_group() -> None:
        sums = [F.sum(f"{kind}_count").alias(kind) for kind in KINDS]
        lists = [
            F.collect_list(name).alias(name)
            for name in ("steps", "step_kinds", "step_offsets", "categories")
        ]
        spread = sessions.select(*USED).repartition("person_id")
        to_nowhere(
            spread.groupBy("person_id").agg(
                *sums, *lists, F.sum("amount"), F.sum("discount"), F.max("last_order_at")
            )
        )

    def days() -> DataFrame:
        return to_person_days(
            sessions.select(*USED).repartition("person_id"), window.zone, ("purchase",)
        )

    def counted() -> DataFrame:
        return to_counted_features(
            colocated_by_person(sessions), window, key_kinds=(), cart_hours=24, cart_days=7
        )

    def write_days() -> None:
        days().write.mode("overwrite").parquet(str(day_sums))

    def facts() -> Facts:
        features(colocated_by_person(sessions)).select(
            "person_id", "frequency", "monetary", "active_days"
        ).write.mode("overwrite").parquet(str(results))
        return _facts(
            "select person_id, frequency, monetary, "
            f"active_days from read_parquet('{results}/*.parquet')"
        )

    def duckdb_facts() -> Facts:
        local_day = "timezone('Europe/Berlin', timezone('UTC', started_at::timestamp))::date"
        return _facts(
            f"""select person_id, sum(order_count) as frequency,
            sum(amount) - sum(refunded) as monetary,
            count(distinct case when is_visit or order_count > 0 then {local_day} end)
                as active_days
            from read_parquet('{stored}/*.parquet') group by person_id"""
        )

    people = duckdb_facts()
    return Part(
        title="features",
        variants=(
            Variant("floor_shuffle", floor_shuffle, duckdb_facts),
            Variant("floor_group", floor_group),
            Variant(
                "rfm_only", lambda: product("person_id", "recency_days", "frequency", "monetary")
            ),
            Variant("product", product, facts),
            Variant("counted", lambda: to_nowhere(counted())),
            Variant("of_days", lambda: to_nowhere(to_people_of_days(days(), window))),
            Variant("days_written", write_days),
            Variant(
                "of_days_stored",
                lambda: to_nowhere(to_people_of_days(spark.read.parquet(str(day_sums)), window)),
            ),
        ),
        comparisons=COMPARISONS,
        events=people.events,
        notes=(
            f"{people.rows} people; {len(DAY_FEATURES)} features of days, "
            "and what the kernels count: pairs of steps, looks and orders, different things, "
            "weeks, open carts. 'events' are orders.",
            "floor_shuffle: the columns used, shuffled by person, to nowhere; "
            "its facts are DuckDB's orders, money and active days.",
            "floor_group: the same, with a sum for each kind of step and four lists a person. "
            "rfm_only: three of the product's columns.",
            "counted: only what the kernels count, a row per person. of_days: "
            "features of days only, from sessions. days_written: the sums of each person's days, "
            "kept. of_days_stored: features of them.",
        ),
    )


def _facts(query: str) -> Facts:
    row_hash = (
        "hash(person_id, frequency::bigint, round(monetary::double * 100)::bigint, "
        "active_days::bigint)"
    )
    whole = (
        "select count(*), sum(frequency), sum(active_days), "
        f"sum({row_hash}::hugeint) from ({query})"
    )
    with duckdb.connect() as connection:
        rows, orders, days, checksum = (
            int(v or 0) for v in connection.execute(whole).fetchone() or ()
        )
    return Facts(rows, orders, days, f"{checksum % 2**64:016x}")
