"""`python -m bench.executions`: what Spark does for each command, counted, by stage.

A small world of four sources goes the whole way through the command line: a first run, a second
day, a run with nothing new, and the commands that read. Counted are SQL executions (every plan that
Spark runs, Delta's own among them) and Spark jobs, from Spark's event log: counts, no times, so
they say the same on any machine.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from desirelines.io.spark.session import spark_session
from desirelines.synthetic import build_world

ROOT = Path(__file__).parents[1]
PEOPLE, DAYS, SEED, FIRST_DAY = 300, 120, 7, date(2025, 1, 1)
TIMES = {
    "web_events": "received_at", "orders": "ordered_at", "email_events": "occurred_at",
    "support": "opened_at",
}  # fmt: skip
"""The raw tables, each with the column that says which day a row was delivered."""
START, END = "start", "end"
"""Names for what a command does before its first stage and after its last."""


@dataclass
class Counts:
    """SQL executions and Spark jobs of a command, by stage in the order of the stages."""

    executions: Counter[str] = field(default_factory=Counter)
    jobs: Counter[str] = field(default_factory=Counter)


def counted(arguments: list[str], folder: Path, world: Path) -> Counts:
    """Run one command in a process of its own, with an event log in the folder; give its counts."""
    log = folder / "log"
    log.mkdir(parents=True)
    (folder / "spark-defaults.conf").write_text(
        f"spark.eventLog.enabled true\nspark.eventLog.dir {log.as_uri()}\n"
        "spark.eventLog.rolling.enabled false\nspark.eventLog.compress false\n"
    )
    environment = os.environ | {
        "SPARK_CONF_DIR": str(folder), "DESIRELINES_WORLD": str(world),
        "PYTHONPATH": str(ROOT / "lib"),
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "desirelines", *arguments, "--log-format", "json"],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"desirelines {arguments[0]} failed:\n{done.stderr[-3000:]}")
    (events,) = log.iterdir()
    return counts_of(events, _phases(done.stderr))


def _phases(progress: str) -> list[tuple[float, str]]:
    """Moments at which something else begins, in seconds, with its name."""
    phases = [(0.0, START)]
    for line in progress.splitlines():
        record = json.loads(line) if line.startswith("{") else {}
        if record.get("event") == "begin":
            phases.append((record["ts"], record["stage"]))
        elif record.get("event") == "end":
            phases.append((record["ts"], END))
    return phases


def counts_of(events: Path, phases: list[tuple[float, str]]) -> Counts:
    """Counts from an event log; each execution and job belongs to the phase it begins in."""
    counts, moments = Counts(), [moment for moment, _ in phases]
    with events.open(encoding="utf-8") as lines:
        for line in lines:
            kind = line[:120]
            if "SparkListenerSQLExecutionStart" in kind:
                counted_in, moment = counts.executions, json.loads(line)["time"]
            elif "SparkListenerJobStart" in kind:
                counted_in, moment = counts.jobs, json.loads(line)["Submission Time"]
            else:
                continue
            counted_in[phases[bisect_right(moments, moment / 1000) - 1][1]] += 1
    return counts


def deliver(raw: dict[str, DataFrame], world: Path, *, is_last_day: bool) -> None:
    """Append the rows of the last day, or of the days before it, to the world's tables."""
    last_day = str(FIRST_DAY + timedelta(days=DAYS - 1))
    for name, at in TIMES.items():
        day = F.coalesce(F.substring(F.col(at).cast("string"), 1, 10), F.lit(""))
        rows = raw[name].filter((day >= last_day) == F.lit(is_last_day))
        rows.coalesce(1).write.format("delta").mode("append").save(str(world / name))


def measured(spark: SparkSession, folder: Path) -> Iterator[tuple[str, Counts]]:
    """Run every command on a small world in the folder; give its counts."""
    world, warehouse = folder / "world", folder / "warehouse"
    raw = build_world(spark, people=PEOPLE, days=DAYS, seed=SEED, first_day=FIRST_DAY).raw
    given = ["--conf", str(ROOT / "conf" / "demo.yaml"), "--set", f"warehouse.path={warehouse}",
             "--set", f"report.path={folder / 'report.html'}"]  # fmt: skip
    for name in ("data", "suppression"):
        secret = folder / "secrets" / name
        # The same keys each time, and so the same sample and the same groups.
        secret.parent.mkdir(exist_ok=True)
        secret.write_bytes(sha256(name.encode()).digest())
        secret.chmod(0o600)
        given += ["--set", f"secrets.{name}_file={secret}"]
    deliver(raw, world, is_last_day=False)
    yield "first run", counted(["run", *given], folder / "first", world)
    deliver(raw, world, is_last_day=True)
    yield "second day", counted(["run", *given], folder / "second", world)
    yield "nothing new", counted(["run", *given], folder / "again", world)
    members = spark.read.format("delta").load(str(warehouse / "segment_members"))
    person = members.agg(F.min("person_id")).collect()[0][0]
    for command in (["plan"], ["history"], ["why", person]):
        yield command[0], counted([*command, *given], folder / command[0], world)


def main() -> int:
    """Print a table for every command."""
    with tempfile.TemporaryDirectory() as folder:
        spark, _ = spark_session()
        for command, counts in measured(spark, Path(folder)):
            sys.stdout.write(
                f"{command}: {counts.executions.total()} executions, {counts.jobs.total()} jobs\n"
            )
            for stage, executions in counts.executions.items():
                sys.stdout.write(f"    {stage:<20} {executions:>5} {counts.jobs[stage]:>5}\n")
            sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
