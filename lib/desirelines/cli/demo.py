"""The demo: run a synthetic world through the pipeline and compare clusters with the truth."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from desirelines.cli.opening import opened
from desirelines.cli.options import Options
from desirelines.cli.output import print_summary
from desirelines.cli.progress import shown
from desirelines.io.secrets import write_secret
from desirelines.io.spark.session import spark_session
from desirelines.io.synthetic_files import write_world
from desirelines.operations.compare_with_truth import compare_with_truth
from desirelines.operations.run_pipeline import RunSummary, run_pipeline
from desirelines.run.options import RunOptions, settings_of
from desirelines.synthetic import build_world

PEOPLE, DAYS, SEED = 1800, 400, 7


def main(out: Path, conf: Path) -> None:
    """Generate the world and run the pipeline over it.

    Writes warehouse/, report.html and summary.json in `out`.
    """
    shutil.rmtree(out, ignore_errors=True)
    for name in ("data", "suppression"):
        write_secret(str(out / "secrets" / name))
    os.environ["DESIRELINES_WORLD"] = str(out / "world")
    options = RunOptions((conf,), tuple(f"{key}={out / place}" for key, place in _PLACES.items()))
    spark, _ = spark_session(settings_of(options).spark)  # the run below uses it too
    began = time.monotonic()
    world = build_world(spark, people=PEOPLE, days=DAYS, seed=SEED)
    write_world(world.raw, world.truth, out / "world", "delta")
    world_done = time.monotonic()
    with opened(Options(options), writes="demo", fits=True) as run:
        summary = run_pipeline(run)
        pipeline_done = time.monotonic()
        people = spark.read.format("delta").load(str(out / "world" / "truth" / "people"))
        truth = compare_with_truth(run.warehouse, people, run.data_secret)
    world_seconds, pipeline_seconds = world_done - began, pipeline_done - world_done
    seconds = {
        "world_seconds": round(world_seconds, 2),
        "pipeline_seconds": round(pipeline_seconds, 2),
    }
    _write_summary(out, summary, seconds | {"truth": truth})
    print_summary(summary)
    sys.stdout.write(
        f"Tables: {out / 'warehouse'}/<table>. Report: {out / 'report.html'}. "
        f"The world took {world_seconds:.0f} s to generate, the pipeline "
        f"{pipeline_seconds:.0f} s.\n"
        f"{_recovered(truth)}\n"
    )
    spark.stop()


_PLACES = {
    "warehouse.path": "warehouse",
    "report.path": "report.html",
    "secrets.data_file": "secrets/data",
    "secrets.suppression_file": "secrets/suppression",
}


def _write_summary(out: Path, summary: RunSummary, further: dict[str, Any]) -> None:
    content = asdict(summary) | {"report": "report.html"} | further
    text = json.dumps(content, indent=2, ensure_ascii=False, default=str)
    (out / "summary.json").write_text(text + "\n", encoding="utf-8")


def _recovered(truth: dict[str, Any]) -> str:
    return (
        f"Compared with the planted truth: {truth['clusters']} clusters for {truth['personas']} "
        f"personas, adjusted Rand index {truth['adjusted_rand_index']:.2f} (1 is perfect, 0 is "
        f"chance); {truth['adjusted_rand_index_without_rule_personas']:.2f} without the personas "
        "that a rule defines."
    )


if __name__ == "__main__":
    with shown():
        main(Path("demo"), Path("conf/demo.yaml"))
