"""Airflow 3: a run every morning, one task for each stage, each a spark-submit.

The retries fit the exit codes: only 1 (unexpected, such as a lost driver) is tried again. All
tasks of a day have one run id, so a retry continues the run. The variables of the environment:

- `DESIRELINES_HOME`: the checked-out repository with `dist/desirelines.zip` (`make package`);
- `DESIRELINES_CONF`: the configuration;
- `DESIRELINES_MASTER`: `spark://host:7077`, `yarn` or `k8s://…`; without it `local[*]`.
"""

from __future__ import annotations

import logging
import os
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

from airflow.sdk import chain, dag, task
from airflow.sdk.exceptions import AirflowException, AirflowFailException

STAGES = {
    "ingest-events": "ingest_events.py",
    "resolve-identities": "resolve_identities.py",
    "build-sessions": "build_sessions.py",
    "build-features": "build_features.py",
    "fit-clusters": "fit_clusters.py",
    "assign-segments": "assign_segments.py",
    "build-paths": "build_paths.py",
    "publish": "publish_segments.py",
    "report": "write_report.py",
}
"""The submit file of each stage, in the order of a run."""
DONE = 0
PARTIAL = 5
IN_VAIN = {
    2: "usage, configuration or machine; or the data of the day are not there yet",
    3: "a check failed, and nothing was published",
    4: "a source is empty",
}
"""Exit codes after which the same command would end in the same way."""
logger = logging.getLogger(__name__)


def judge(stage: str, code: int) -> None:
    """Turn the exit code of a stage into success, a retry or a failure without one."""
    if code == PARTIAL:
        logger.warning("%s: done, but files that could not be read were left out", stage)
    elif code in IN_VAIN:
        raise AirflowFailException(f"{stage}: exit code {code}: {IN_VAIN[code]}")
    elif code != DONE:
        raise AirflowException(f"{stage}: exit code {code}")


@task
def submit(stage: str, as_of: str, run_id: str) -> None:
    """Submit one stage and wait for it."""
    home = Path(os.environ["DESIRELINES_HOME"])
    master = os.environ.get("DESIRELINES_MASTER", "local[*]")
    words = ["--conf", os.environ["DESIRELINES_CONF"], "--as-of", as_of, "--run-id", run_id]
    command = ["sh", "deploy/spark-submit.sh", master, f"jobs/{STAGES[stage]}", *words]
    judge(stage, subprocess.run(command, cwd=home, check=False).returncode)


@dag(
    schedule="30 4 * * *",
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,  # a warehouse has one driver at a time
    default_args={
        "retries": 2,
        "retry_delay": timedelta(minutes=5),
        "retry_exponential_backoff": True,
        "execution_timeout": timedelta(hours=12),
    },
    tags=["desirelines"],
    doc_md=__doc__,
)
def desirelines_daily() -> None:
    """From the day's events to published segments and the report."""
    # The logical date is the morning of the run: everything before that day counts.
    tasks = [
        submit.override(task_id=stage)(
            stage=stage, as_of="{{ ds }}", run_id="airflow-{{ ts_nodash }}"
        )
        for stage in STAGES
    ]
    chain(*tasks)


desirelines_daily()
