"""The packaged zip through spark-submit, on a cluster of two executor processes."""

import json
import os
import subprocess
from pathlib import Path

from tests.support import shop

ROOT = Path(__file__).parents[2]
SMALL = (
    "--conf spark.sql.shuffle.partitions=2 --conf spark.databricks.delta.snapshotPartitions=2 "
    "--conf spark.sql.sources.parallelPartitionDiscovery.parallelism=2 "
    "--conf spark.ui.enabled=false "
    "--conf spark.driver.extraJavaOptions=-XX:TieredStopAtLevel=1 "
    "--conf spark.executor.extraJavaOptions=-XX:TieredStopAtLevel=1"
)
"""Settings for tables of a few rows.

The defaults are for large tables: they would start fifty tasks to read a log of ten lines, and
three processes would compile code for hours of work to come."""


def test_the_zip_runs_the_whole_way_on_a_cluster(tmp_path, secret_files):
    conf = shop.configure(tmp_path)
    shop.write(tmp_path / "in", "first.csv", shop.rows(0, 6))
    subprocess.run(["sh", "deploy/package.sh"], cwd=ROOT, check=True, capture_output=True)
    sets = [
        "--set=clusters.k=3",
        "--set=clusters.restarts=1",
    ]  # choosing k is looked at elsewhere, on one machine
    sets += [f"--set=secrets.{name}_file={file}" for name, file in secret_files.items()]
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYSPARK_", "SPARK_"))}
    done = subprocess.run(
        ["sh", "deploy/spark-submit.sh", "local-cluster[2,1,1024]", "jobs/run_all.py", "--conf",
         str(conf), "--format", "json", *sets],
        cwd=ROOT, env=environment | {"SUBMIT_OPTIONS": SMALL},
        capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    summary = json.loads(done.stdout.strip().splitlines()[-1])
    assert summary["row_account"] == {"shop": {"used": len(shop.rows(0, 6))}}
    assert (tmp_path / "report.html").is_file()
