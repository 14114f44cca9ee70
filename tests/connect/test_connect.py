"""The whole way over a real Spark Connect server that keeps no rows: the same tables as here."""

import json
import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import pyspark
import pytest
from bench.same import differences

from desirelines.io.spark.jars import fetch_jars
from tests.support import shop

ROOT = Path(__file__).parents[2]
SERVER = "org.apache.spark.sql.connect.service.SparkConnectServer"
CONF = {
    "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
    "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.shuffle.partitions": "1",
    "spark.sql.adaptive.enabled": "false",
    "spark.databricks.delta.snapshotPartitions": "1",
    "spark.sql.sources.parallelPartitionDiscovery.parallelism": "1",
    "spark.connect.grpc.binding.address": "127.0.0.1",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1",
    "spark.driver.memory": "2g",
    "spark.ui.enabled": "false",
    "spark.log.level": "INFO",
}
STARTS_WITHIN = 90  # seconds


def environment():
    ours = {k: v for k, v in os.environ.items() if not k.startswith(("PYSPARK_", "SPARK_"))}
    return ours | {
        "PYTHONPATH": f"{ROOT / 'lib'}{os.pathsep}{ROOT}",
        "PYSPARK_PYTHON": sys.executable,
    }


@pytest.fixture
def server(tmp_path):
    """The address of a server in a process of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    conf = CONF | {
        "spark.connect.grpc.binding.port": str(port),
        "spark.jars": ",".join(map(str, fetch_jars())),
        "spark.local.dir": str(tmp_path / "local"),
    }
    options = [word for name, value in conf.items() for word in ("--conf", f"{name}={value}")]
    submit = Path(pyspark.__file__).parent / "bin" / "spark-submit"
    log = tmp_path / "server.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [str(submit), "--class", SERVER, "--master", "local[2]", *options, "spark-internal"],
            cwd=tmp_path, env=environment(), stdout=output, stderr=output,
        )  # fmt: skip
    try:
        until = time.monotonic() + STARTS_WITHIN
        while "Spark Connect server started" not in log.read_text():
            assert process.poll() is None, log.read_text()[-3000:]
            assert time.monotonic() < until, log.read_text()[-3000:]
            time.sleep(0.5)
        yield f"sc://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(60)


def run_notebooks(folder, server, secret_files):
    """All seven on the warehouse of a folder; one of them erases a person."""
    with (folder / "conf.yaml").open("a") as conf:
        files = "".join(f"  {name}_file: {file}\n" for name, file in secret_files.items())
        conf.write(f"secrets:\n{files}erasure: {{inbox: {folder / 'inbox'}}}\n")
    (folder / "request.txt").write_text("user:user2\n")
    given = {
        "SPARK_REMOTE": server, "DESIRELINES_CONF": str(folder / "conf.yaml"),
        "DESIRELINES_REQUEST": str(folder / "request.txt"), "DESIRELINES_ERASE": "yes",
    }  # fmt: skip
    notebooks = sorted(map(str, (ROOT / "notebooks").glob("*.py")))
    assert len(notebooks) == 7
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.serverless", *notebooks],
        cwd=ROOT, env=environment() | given, capture_output=True, text=True, timeout=900,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    assert "1 receipts: the chain is whole" in done.stdout
    assert "0 rows are left" in done.stdout


@pytest.mark.usefixtures("spark")
def test_two_days_over_connect_give_the_tables_of_a_session_here(
    spark, cli, server, tmp_path, secret_files
):
    folders = {name: tmp_path / name for name in ("here", "connect")}
    confs = {}
    for name, folder in folders.items():
        folder.mkdir()
        confs[name] = shop.configure(folder)
    sets = [f"--set=secrets.{name}_file={file}" for name, file in secret_files.items()]
    for day, rows in {"day1": shop.rows(0, 6) + shop.mess(), "day2": shop.rows(6, 8)}.items():
        for folder in folders.values():
            shop.write(folder / "in", f"{day}.csv", rows)
        assert cli("run", "--conf", str(confs["here"]), "--run-id", day) == 0
        done = subprocess.run(
            [sys.executable, "-m", "tests.support.serverless", "run", "--conf",
             str(confs["connect"]), "--run-id", day, "--format", "json", *sets],
            cwd=ROOT, env=environment() | {"SPARK_REMOTE": server},
            capture_output=True, text=True, timeout=900, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-3000:]
        assert json.loads(done.stdout)["run_id"] == day
        assert not list((folders["connect"] / "warehouse" / "_scratch").iterdir())
    assert differences(spark, *(folder / "warehouse" for folder in folders.values())) == []
    run_notebooks(folders["connect"], server, secret_files)
    log = (tmp_path / "server.log").read_text()
    persons = re.findall(r"cookie\d+|user\d+", log)
    assert persons == []  # the server's log holds no identifier
