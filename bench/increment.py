"""Part increment: sessions of a day with 1 % or 5 % new events against a rebuild of all.

The rows must be the same.
"""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from bench.events import events
from bench.harness import Comparison, Facts, Part, Variant
from bench.ingest import bench_settings, to_raw
from desirelines.io.secrets import write_secret
from desirelines.pipeline import INGEST, SESSIONIZE
from desirelines.run.context import Run, new_run
from desirelines.run.execute import execute
from desirelines.run.progress import Progress
from desirelines.stages.sessions import rebuild_sessions

AS_OF = date(2026, 6, 1)
SHARES = {"one_percent": 0.01, "five_percent": 0.05}
COMPARISONS = (
    Comparison("one_percent", "rebuild", 0.10),
    Comparison("five_percent", "rebuild", 0.25),
)


def increment_part(spark: SparkSession, size: int, out: Path) -> Part:
    """Ingest all but the newest rows, build sessions, ingest the newest, for both shares.

    What is timed begins there.
    """
    folder, runs = out.resolve() / f"increment-{size}", itertools.count(1)
    shutil.rmtree(folder, ignore_errors=True)
    raw = to_raw(events(spark, size, out))
    for name in ("data", "suppression"):
        write_secret(str(folder / "secrets" / name))

    def run(warehouse: str) -> Run:
        settings = bench_settings(folder, warehouse)
        run_id = f"bench{next(runs):04d}"
        return new_run(
            spark,
            settings,
            run_id,
            lambda: datetime.now(UTC),
            Progress("bench"),
            requested_as_of=AS_OF,
        )

    def append(rows: DataFrame) -> None:
        rows.write.format("delta").mode("append").save(str(folder / "raw"))

    def copy(name: str, to: str) -> None:
        shutil.rmtree(folder / to, ignore_errors=True)
        shutil.copytree(folder / name, folder / to)

    quantiles = F.percentile(
        F.unix_micros("at"), F.array(*(F.lit(1 - share) for share in SHARES.values()))
    )
    last, middle = (F.lit(int(at)) for at in raw.agg(quantiles).collect()[0][0])
    at = F.unix_micros("at")
    append(raw.filter(at <= middle))
    execute(INGEST, run("five_percent"))
    execute(SESSIONIZE, run("five_percent"))
    copy("five_percent", "one_percent")
    append(raw.filter((at > middle) & (at <= last)))
    execute(INGEST, run("one_percent"))
    execute(SESSIONIZE, run("one_percent"))
    append(raw.filter(at > last))
    for name in SHARES:
        execute(INGEST, run(name))

    def again(warehouse: str) -> Callable[[], None]:
        return lambda: copy(warehouse, "now")

    def facts() -> Facts:
        stored = spark.read.format("delta").load(str(folder / "now" / "sessions"))
        row = stored.agg(
            F.count("*"),
            F.sum("event_count"),
            F.sum(F.size("steps")),
            F.sum(F.xxhash64(*stored.columns).cast("decimal(38,0)")),
        ).collect()[0]
        return Facts(rows=row[0], events=row[1], steps=row[2], checksum=str(row[3]))

    def rebuild() -> None:
        rebuild_sessions(run("now"), None)

    def increment() -> None:
        execute(SESSIONIZE, run("now"))

    return Part(
        title="increment",
        variants=(
            Variant("rebuild", rebuild, facts, again("five_percent")),
            *(Variant(name, increment, facts, again(name)) for name in SHARES),
        ),
        comparisons=COMPARISONS,
        events=raw.count(),
        notes=(
            "from Delta to Delta, with the account and the search for bots; "
            "the newest rows by event time are new.",
        ),
    )
