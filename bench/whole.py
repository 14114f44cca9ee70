"""`python -m bench.whole`: the whole way, from a cold start, against a plain script.

The demo's world, or one `--times` as large: a first run over all days but the last, which hold 1 %
of the events; a second day with these; a run with nothing new. Each is a process of its own, as
users start it, with the same session settings, cores and data; `bench/plain.py` makes all its
tables anew each time. The two take turns, and the minimum of the rounds counts. Figures go to
build/bench/whole-<times>.json.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from desirelines.io.secrets import write_secret
from desirelines.io.spark.session import spark_session
from desirelines.operations.demo import SEED, WHOLE
from desirelines.settings.model import Spark
from desirelines.synthetic import build_world

ROOT = Path(__file__).parents[1]
OUT = Path("build/bench")
DELIVERED = {
    "web_events": "received_at", "orders": "ordered_at", "email_events": "occurred_at",
    "support": "opened_at",
}  # fmt: skip
"""The raw tables, each with the column that says which day a row was delivered."""
NEW_SHARE = 0.01
GOALS = {1: 1.0, 10: 1.5}
SECOND_DAY_GOAL = 0.25


def write_worlds(spark: SparkSession, folder: Path, times: int) -> dict[str, int]:
    """Write `world` without the newest rows, and `news` with only those; give numbers of rows."""
    raw = build_world(spark, people=WHOLE.people * times, days=WHOLE.days, seed=SEED).raw
    by_day = raw["web_events"].groupBy(_day("received_at").alias("day")).count()
    days = {r["day"]: r["count"] for r in by_day.collect() if r["day"]}
    wanted, first_new = NEW_SHARE * sum(days.values()), max(days)
    while sum(n for day, n in days.items() if day >= first_new) < wanted:
        first_new = str(date.fromisoformat(first_new) - timedelta(days=1))
    counts = {}
    for part in ("world", "news"):
        counts[part] = 0
        for name, at in DELIVERED.items():
            is_new = _day(at) >= F.lit(first_new)
            rows = raw[name].filter(is_new if part == "news" else ~is_new)
            rows.write.format("delta").mode("overwrite").save(str(folder / part / name))
            counts[part] += spark.read.format("delta").load(str(folder / part / name)).count()
    return counts


def _day(at: str) -> F.Column:
    return F.coalesce(F.substring(F.col(at).cast("string"), 1, 10), F.lit(""))


def deliver(spark: SparkSession, folder: Path, world: Path) -> None:
    """Append the news to a copy of the world."""
    for name in DELIVERED:
        rows: DataFrame = spark.read.format("delta").load(str(folder / "news" / name))
        rows.coalesce(1).write.format("delta").mode("append").save(str(world / name))


def seconds(arguments: list[str], world: Path) -> float:
    """Wall seconds of a process over this world."""
    environment = os.environ | {
        "DESIRELINES_WORLD": str(world), "PYTHONPATH": f"{ROOT / 'lib'}:{ROOT}",
    }  # fmt: skip
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    taken = time.perf_counter() - began
    if done.returncode:
        raise RuntimeError(f"{arguments[0]} failed:\n{done.stderr[-3000:]}")
    return taken


def one_round(folder: Path) -> dict[str, float]:
    """Both ways once: a first run, a second day, a run with nothing new."""
    given = ["--conf", str(ROOT / "conf" / "demo.yaml"), "--set"]
    given += [f"warehouse.path={folder / 'warehouse'}", "--set", f"report.path={folder / 'r.html'}"]
    for name in ("data", "suppression"):
        given += ["--set", f"secrets.{name}_file={folder / 'secrets' / name}"]
    ways = {
        "product": ["desirelines", "run", *given],
        "plain": ["bench.plain", "{world}", str(folder / "plain")],
    }
    world, taken = folder / "now", {}
    for place in ("warehouse", "plain", "now"):
        shutil.rmtree(folder / place, ignore_errors=True)
    shutil.copytree(folder / "world", world)
    for what in ("first run", "second day", "nothing new"):
        if what == "second day":
            spark, _ = spark_session(Spark(master="local[2]"))
            deliver(spark, folder, world)
            spark.stop()
        for name, arguments in ways.items():
            asked = [a.format(world=world) if "{" in a else a for a in arguments]
            taken[f"{name}, {what}"] = seconds(asked, world)
            sys.stdout.write(f"{name}, {what}: {taken[f'{name}, {what}']:.1f} s\n")
            sys.stdout.flush()
    return taken


def main(arguments: list[str]) -> int:
    """Print seconds and ratios."""
    parser = argparse.ArgumentParser(prog="python -m bench.whole", description=__doc__)
    parser.add_argument("--times", type=int, default=1, help="how many demo worlds; default 1")
    parser.add_argument("--rounds", type=int, default=2)
    asked = parser.parse_args(arguments)
    folder = OUT.resolve() / f"whole-{asked.times}"
    shutil.rmtree(folder, ignore_errors=True)
    for name in ("data", "suppression"):
        write_secret(str(folder / "secrets" / name))
    spark, _ = spark_session(Spark(master="local[2]"))
    counts = write_worlds(spark, folder, asked.times)
    spark.stop()
    sys.stdout.write(f"{counts['world']:,} raw rows, then {counts['news']:,} new ones\n")
    rounds = [one_round(folder) for _ in range(asked.rounds)]
    least = {name: min(taken[name] for taken in rounds) for name in rounds[0]}
    first = least["product, first run"]
    ratios = {
        "first run / plain": (first / least["plain, first run"], GOALS.get(asked.times)),
        "second day / first run": (least["product, second day"] / first, SECOND_DAY_GOAL),
        "second day / plain": (least["product, second day"] / least["plain, second day"], None),
        "nothing new / plain": (least["product, nothing new"] / least["plain, nothing new"], None),
    }
    for name, (ratio, goal) in ratios.items():
        met = "" if goal is None else f"  goal {goal}: {'met' if ratio <= goal else 'missed'}"
        sys.stdout.write(f"{name:<24} {ratio:5.2f}{met}\n")
    content = {"rows": counts, "seconds": least, "ratios": {n: r for n, (r, _) in ratios.items()}}
    path = OUT / f"whole-{asked.times}.json"
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
