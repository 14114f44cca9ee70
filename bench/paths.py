"""Part paths: transitions of all sessions against a shuffle of the pairs, Polars and DuckDB.

And every path table at once.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from bench.events import events
from bench.harness import Comparison, Facts, Part, Variant
from bench.sessions import BUCKETS, THREADS, to_nowhere
from desirelines.paths.person_batches import colocated_by_person, with_segments
from desirelines.paths.step_matrix import to_positions, to_step_facts
from desirelines.paths.transitions import PATH_END, PATH_START, to_edges
from desirelines.paths.units import to_person_paths
from desirelines.sessions.sessions import to_sessions
from desirelines.settings.sessions import Sessions
from desirelines.tables import SMALL_GROUP

COMPARISONS = (
    Comparison("product", "floor_pairs", None),
    Comparison("product", "polars", None),
    Comparison("product", "duckdb", None),
    Comparison("all_tables", "product", None),
    Comparison("product", "sessions", None),
)
COUNTED = ("from_step", "to_step", "transition_count", "people_count", "median_seconds")


def paths_part(spark: SparkSession, size: int, out: Path) -> Part:
    """Write the sessions' paths once, and name the variants."""
    stored, results = out.resolve() / f"paths-{size}", out.resolve() / f"path-results-{size}"
    results.mkdir(parents=True, exist_ok=True)
    cut = to_sessions(events(spark, size, out), Sessions(), zone="UTC", buckets=BUCKETS)
    at_ms = F.transform("step_offsets", lambda offset: offset + F.unix_millis("started_at"))
    whole = cut.select(
        F.col("stream_id").alias("person_id"),
        F.lit("session").alias("grain"),
        "session_id",
        "started_at",
        "steps",
        at_ms.alias("at_ms"),
    )
    whole.write.mode("overwrite").parquet(str(stored))
    paths = spark.read.parquet(str(stored))
    nobody = spark.createDataFrame([], "person_id string, segment_id string")
    partitions = int(spark.conf.get("spark.sql.shuffle.partitions") or 8)

    def edges() -> DataFrame:
        return to_edges(colocated_by_person(with_segments(paths, nobody)), run_id="bench")

    def floor_pairs() -> None:
        moves = _pairs(paths)
        to_nowhere(
            moves.repartition(partitions, "from_step", "to_step").sortWithinPartitions(
                "from_step", "to_step"
            )
        )

    def all_tables() -> None:
        columns = ("person_id", "grain", "segments", "steps", "at_ms")
        of_sessions = colocated_by_person(with_segments(paths, nobody)).persist()
        both = (
            of_sessions.select(*columns)
            .unionByName(to_person_paths(of_sessions).select(*columns))
            .persist()
        )
        for table in (
            to_edges(both, run_id="bench"),
            to_positions(both, places=10, run_id="bench"),
            to_step_facts(both, run_id="bench"),
        ):
            to_nowhere(table)
        both.unpersist()
        of_sessions.unpersist()

    def spark_facts() -> Facts:
        edges().select(*COUNTED).write.mode("overwrite").parquet(str(results / "product"))
        return _facts(results / "product")

    def variant(name: str, write: Callable[[Path, Path], None]) -> Variant:
        target = results / f"{name}.parquet"
        return Variant(name, lambda: write(stored, target), lambda: _facts(target))

    _write_duckdb(stored, results / "told.parquet")
    return Part(
        title="paths",
        variants=(
            Variant("sessions", lambda: to_nowhere(cut)),
            Variant("floor_pairs", floor_pairs),
            Variant("product", lambda: to_nowhere(edges()), spark_facts),
            variant("polars", _write_polars),
            variant("duckdb", _write_duckdb),
            Variant("all_tables", all_tables),
        ),
        comparisons=COMPARISONS,
        events=_facts(results / "told.parquet").events,
        notes=(
            "of stored sessions, for everybody, by session: counts, people, "
            "median and 95th percentile of the time, five shares.",
            "floor_pairs: the pairs shuffled and sorted. polars and duckdb: counts, "
            "people and the two times; no shares.",
            "all_tables: transitions, step matrix and step facts, by session and by person. "
            "sessions: cutting them, for comparison.",
        ),
    )


def _pairs(paths: DataFrame) -> DataFrame:
    """One row per transition: person_id, from_step, to_step, seconds (null at the ends).

    This is the fastest way in Spark to take the lists apart.
    """
    nothing = F.lit(None).cast("long")
    move = F.arrays_zip(
        F.array_insert("steps", 1, F.lit(PATH_START)).alias("from_step"),
        F.array_append("steps", F.lit(PATH_END)).alias("to_step"),
        F.array_insert("at_ms", 1, nothing).alias("_left_ms"),
        F.array_append("at_ms", nothing).alias("_reached_ms"),
    )
    seconds = (F.col("_reached_ms") - F.col("_left_ms")) / F.lit(1000.0)
    return paths.select("person_id", F.inline(move)).select(
        "person_id", "from_step", "to_step", seconds.alias("seconds")
    )


DUCKDB_EDGES = """
copy (
    with moves as (
        select person_id,
            unnest(list_prepend('path_start', steps)) as from_step,
            unnest(list_append(steps, 'path_end')) as to_step,
            unnest(list_append(list_prepend(null, list_transform(
                range(1, len(at_ms)), i -> (at_ms[i + 1] - at_ms[i]) / 1000.0
            )), null)) as seconds
        from read_parquet($paths)
    )
    select from_step, to_step, count(*) as transition_count,
        count(distinct person_id) as people_count,
        quantile_cont(seconds, 0.5) as median_seconds, quantile_cont(seconds, 0.95) as q95_seconds
    from moves group by from_step, to_step having count(distinct person_id) >= {least}
) to '{out}' (format parquet)
"""


def _write_duckdb(paths: Path, out: Path) -> None:
    with duckdb.connect(config={"threads": THREADS}) as connection:
        query = DUCKDB_EDGES.format(out=out, least=SMALL_GROUP)
        connection.execute(query, {"paths": str(paths / "*.parquet")})


def _write_polars(paths: Path, out: Path) -> None:
    import polars as pl  # here, because POLARS_MAX_THREADS counts at the import

    start, end = (pl.lit(name).implode() for name in (PATH_START, PATH_END))
    gaps = pl.col("at_ms").list.diff(null_behavior="drop").cast(pl.List(pl.Float64))
    none = pl.lit(None, dtype=pl.Float64).implode()
    moves = (
        pl.scan_parquet(paths / "*.parquet")
        .select(
            "person_id",
            pl.concat_list(start, "steps").alias("from_step"),
            pl.concat_list("steps", end).alias("to_step"),
            pl.concat_list(none, gaps, none).alias("seconds"),
        )
        .explode("from_step", "to_step", "seconds")
    )
    seconds = pl.col("seconds") / 1000.0
    (
        moves.group_by("from_step", "to_step")
        .agg(
            pl.len().cast(pl.Int64).alias("transition_count"),
            pl.col("person_id").n_unique().cast(pl.Int64).alias("people_count"),
            seconds.quantile(0.5, "linear").alias("median_seconds"),
            seconds.quantile(0.95, "linear").alias("q95_seconds"),
        )
        .filter(pl.col("people_count") >= SMALL_GROUP)
        .sink_parquet(out)
    )


def _facts(path: Path) -> Facts:
    files = str(path / "*.parquet") if path.is_dir() else str(path)
    # times are whole milliseconds: their halves are exact
    row_hash = (
        "hash(from_step, to_step, transition_count::bigint, people_count::bigint, "
        "round(median_seconds * 2000)::bigint)"
    )
    # At the ends of paths the product withholds more than small counts (ADR 9); the others do not.
    between = f"from_step != '{PATH_START}' and to_step != '{PATH_END}'"
    query = (
        f"select count(*), sum(transition_count), sum({row_hash}::hugeint) "
        f"from read_parquet($files) where {between}"
    )
    with duckdb.connect() as connection:
        rows, transitions, checksum = (
            int(v or 0) for v in connection.execute(query, {"files": files}).fetchone() or ()
        )
    return Facts(rows, transitions, transitions, f"{checksum % 2**64:016x}")
