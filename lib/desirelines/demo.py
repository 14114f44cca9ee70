"""The demo: a made world, the whole way through it, the report, and how well the clusters found what was planted."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from desirelines import settled
from desirelines.commands import summary_of
from desirelines.io.secrets import write_secret
from desirelines.io.session import spark_session
from desirelines.io.world_files import write_world
from desirelines.job import Job
from desirelines.opening import Options, new_run_id, settings_of
from desirelines.pipeline import run_all
from desirelines.printing import print_summary
from desirelines.progress import progress_for
from desirelines.reporting import write_report
from desirelines.truth import compare_with_truth
from desirelines.world import build_world

PEOPLE, DAYS, SEED = 1800, 400, 7


def main(out: Path, conf: Path) -> None:
    """Make the world and go the whole way; writes warehouse/, report.html and summary.json below `out`."""
    shutil.rmtree(out, ignore_errors=True)
    sets = [f"{key}={out / name}" for key, name in (("warehouse.path", "warehouse"), ("report.path", "report.html"))]
    sets += [f"secrets.{name}_file={out / 'secrets' / name}" for name in ("data", "suppression")]
    os.environ["DESIRELINES_WORLD"] = str(out / "world")
    for name in ("data", "suppression"):
        write_secret(str(out / "secrets" / name))
    settings = settings_of(Options((conf,), tuple(sets), None, None, "text", "text"))
    spark, _ = spark_session(settings.spark)
    began = time.monotonic()
    born = build_world(spark, people=PEOPLE, days=DAYS, seed=SEED)
    write_world(born.raw, born.truth, out / "world", "delta")
    world_seconds = time.monotonic() - began
    run_id = new_run_id()
    job = Job(spark, settings, run_id, lambda: datetime.now(UTC), progress_for("text", run_id))
    began = time.monotonic()
    settled.check(job)
    outcome = run_all(job)
    report_began = time.monotonic()
    report = write_report(job)
    job.seconds["report"] = time.monotonic() - report_began
    pipeline_seconds = time.monotonic() - began
    truth = compare_with_truth(
        job.warehouse, spark.read.format("delta").load(str(out / "world" / "truth" / "people")), job.data_secret
    )
    summary = summary_of(job, outcome.run_id, outcome.as_of, changed=outcome.changed, status=outcome.status) | {
        "report": str(report.relative_to(out.resolve())),
        "seconds": {stage: round(seconds, 2) for stage, seconds in job.seconds.items()},
        "world_seconds": round(world_seconds, 2),
        "pipeline_seconds": round(pipeline_seconds, 2),
        "truth": truth,
    }
    (out / "summary.json").write_text(json.dumps(summary, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print_summary(summary)
    sys.stdout.write(
        f"Tables: {out / 'warehouse'}/<table>. Report: {out / 'report.html'}. "
        f"The world took {world_seconds:.0f} s to make, the pipeline {pipeline_seconds:.0f} s.\n"
        f"Held against the planted truth: {truth['clusters']} clusters for {truth['personas']} personas, adjusted Rand index "
        f"{truth['adjusted_rand_index']:.2f} (1 is perfect, 0 is chance); "
        f"{truth['adjusted_rand_index_without_rule_personas']:.2f} without the personas that a rule defines.\n"
    )
    spark.stop()


if __name__ == "__main__":
    main(Path("demo"), Path("conf/demo.yaml"))
