"""Part erasure: a thousand people deleted from sessions, features and members, against a rewrite.

Deleted as an erasure does it: keys as data, one MERGE for each table and column. Files of older
versions are deleted by VACUUM, which is not timed.
"""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from bench.events import events
from bench.harness import Comparison, Facts, Part, Variant
from desirelines.columns.keys import bucket_of
from desirelines.io.erasure_inbox import Case
from desirelines.io.tables.layout import with_period
from desirelines.io.tables.rows import listed
from desirelines.run.context import Run, new_run
from desirelines.run.progress import Progress
from desirelines.sessions.sessions import to_sessions
from desirelines.settings import Settings
from desirelines.settings.sessions import Sessions
from desirelines.stages.erasure_rows import delete_rows
from desirelines.tables import FEATURES, SEGMENT_MEMBERS, SESSIONS, Table

PEOPLE, SESSIONS_OF_ONE, SEGMENTS, BUCKETS = 1_000, 5, 4, 64
TABLES = (SESSIONS, FEATURES, SEGMENT_MEMBERS)
COMPARISONS = (Comparison("erase", "rewrite", None),)


def erasure_part(spark: SparkSession, size: int, out: Path) -> Part:
    """Write `size` sessions, and a fifth as many people, once; name the variants."""
    folder = out.resolve() / f"erasure-{size}"
    template, now, copy = (folder / name for name in ("template", "now", "copy"))
    if not (folder / "_SUCCESS").exists():
        shutil.rmtree(folder, ignore_errors=True)
        _write(_run(spark, template), spark, size, out)
        (folder / "_SUCCESS").touch()
    stored = spark.read.format("delta").load(str(template / FEATURES.name))
    row_count = spark.read.format("delta").load(str(template / SESSIONS.name)).count()
    asked = tuple(
        row[0] for row in stored.select("person_id").orderBy("person_id").limit(PEOPLE).collect()
    )
    case = Case("bench", "2026-06-01T00:00:00+00:00", PEOPLE, (), asked, own_keys=asked, ids=asked)

    def fresh() -> None:
        shutil.rmtree(now, ignore_errors=True)
        shutil.copytree(template, now, copy_function=_link)

    def erase() -> None:
        run = _run(spark, now)
        for table in TABLES:
            delete_rows(run, table, case)

    def rewrite() -> None:
        for table in TABLES:
            rows = spark.read.format("delta").load(str(template / table.name))
            writer = rows.write.format("delta").mode("overwrite").partitionBy(*table.partition_by)
            writer.save(str(copy / table.name))

    def facts() -> Facts:
        left = [spark.read.format("delta").load(str(now / t.name)) for t in TABLES]
        gone = row_count - left[0].count()
        assert left[1].join(listed(spark, asked, "person_id"), "person_id", "left_semi").isEmpty()
        return Facts(rows=gone, events=row_count, steps=0, checksum=str(left[2].count()))

    fresh()
    erase()
    return Part(
        title="erasure",
        variants=(Variant("rewrite", rewrite), Variant("erase", erase, facts, before=fresh)),
        comparisons=COMPARISONS,
        events=row_count,
        notes=(
            f"sessions, not events; {row_count // SESSIONS_OF_ONE:,} people, {PEOPLE:,} of them "
            "erased",
            f"{_share_written(template, now):.0%} of the bytes are rewritten: keys are spread "
            "evenly over the files",
        ),
    )


def _run(spark: SparkSession, folder: Path) -> Run:
    settings = Settings.model_validate({"warehouse": {"path": str(folder), "period": "month"}})
    clock = datetime(2026, 6, 1, tzinfo=UTC)
    return new_run(spark, settings, "bench", lambda: clock, Progress("bench"))


def _write(run: Run, spark: SparkSession, size: int, out: Path) -> None:
    cut = to_sessions(events(spark, size, out), Sessions(), zone="UTC", buckets=BUCKETS)
    some = cut.limit(size).withColumn("_number", F.monotonically_increasing_id())
    copies = F.sequence(F.lit(1), F.lit(max(1, -(-size // max(1, some.count())))))
    key = F.md5(F.concat_ws("/", F.floor(F.col("_number") / SESSIONS_OF_ONE), "_copy"))
    sessions = some.withColumn("_copy", F.explode(copies)).withColumns(
        {
            "session_id": F.md5(F.concat_ws("/", "session_id", "_copy")),
            "stream_id": key,
            "bucket": bucket_of(key, BUCKETS),
            "run_id": F.lit("bench"),
        }
    )
    period = run.warehouse.period(SESSIONS)
    run.warehouse.append(_as(with_period(sessions, SESSIONS, period), SESSIONS), SESSIONS)
    people = run.warehouse.read(SESSIONS).select(F.col("stream_id").alias("person_id")).distinct()
    people = people.withColumn("bucket", bucket_of(F.col("person_id"), BUCKETS))
    numbers = {  # as many bytes as features have, which hardly repeat
        c.name: F.xxhash64("person_id", F.lit(c.name)).cast("double")
        for c in FEATURES.columns
        if c.type.typeName() == "double"
    }
    run.warehouse.append(_as(people.withColumns(numbers), FEATURES), FEATURES)
    segment = F.explode(F.array(*(F.lit(str(number)) for number in range(SEGMENTS))))
    members = people.withColumn("segment_id", segment)
    run.warehouse.append(_as(members, SEGMENT_MEMBERS), SEGMENT_MEMBERS)


def _as(rows: DataFrame, table: Table) -> DataFrame:
    """The rows with all columns of a table; those that they lack are null."""
    return rows.select(
        *(
            F.col(c.name) if c.name in rows.columns else F.lit(None).cast(c.type).alias(c.name)
            for c in table.columns
        )
    )


def _link(source: str, place: str) -> None:
    """Copy a log's file; link to a data file, which is never written again."""
    if source.endswith(".parquet") and "_delta_log" not in source:
        os.link(source, place)
    else:
        shutil.copy2(source, place)


def _share_written(before: Path, after: Path) -> float:
    def sizes(folder: Path) -> dict[str, int]:
        data = (f for f in folder.rglob("*.parquet") if "_delta_log" not in f.parts)
        return {str(f.relative_to(folder)): f.stat().st_size for f in data}

    old, new = sizes(before), sizes(after)
    return sum(size for name, size in new.items() if name not in old) / sum(old.values())
