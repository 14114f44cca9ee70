"""Jobs on a real standalone cluster: the tables of a local run, also when workers are killed."""

import json
import shutil
import subprocess
import time

import pytest
from bench.same import differences

from tests.support import lost_rows, shop, standalone

pytestmark = pytest.mark.integration

LASTS_AT_MOST = 1200  # seconds


@pytest.fixture(scope="module")
def package():
    subprocess.run(
        ["sh", "deploy/package.sh"], cwd=standalone.ROOT, check=True, capture_output=True
    )


@pytest.fixture(scope="module")
def local(spark, with_secrets, tmp_path_factory):
    """The folder of a shop after a run in the session of the tests."""
    folder = tmp_path_factory.mktemp("local")
    conf = shop.configure(folder)
    shop.write(folder / "in", "first.csv", shop.rows(0, 9) + shop.mess())
    assert with_secrets("run", "--conf", str(conf), "--run-id", "day1") == 0
    return folder


@pytest.fixture
def cluster(tmp_path):
    with standalone.cluster(tmp_path / "cluster") as running:
        yield running


@pytest.fixture
def folder(local, tmp_path):
    """A folder with the same source and settings, and no tables."""
    place = tmp_path / "shop"
    place.mkdir()
    shop.configure(place)
    shutil.copytree(local / "in", place / "in")
    return place


@pytest.fixture
def job(cluster, folder, package, secret_files, tmp_path):
    """The whole way over the folder, running."""
    sets = [f"--set=secrets.{name}_file={file}" for name, file in secret_files.items()]
    words = ("--conf", str(folder / "conf.yaml"), "--run-id", "day1", "--format", "json", *sets)
    with standalone.submitted(cluster, "jobs/run_all.py", tmp_path / "job", *words) as running:
        yield running


def wait_until(happened, job):
    """Wait while the job runs and lasts no longer than a run may."""
    until = time.monotonic() + LASTS_AT_MOST
    while not happened() and job.process.poll() is None:
        assert time.monotonic() < until, job.text()
        time.sleep(0.5)


def test_the_whole_way_on_a_cluster_gives_the_tables_of_a_local_run(
    spark, cluster, job, local, folder
):
    executors = set()
    wait_until(lambda: executors.update(e.pid for e in cluster.executors()), job)
    assert job.process.wait() == 0, job.text()
    assert len(executors) == 2  # one on each worker, to the end
    assert json.loads(job.result())["run_id"] == "day1"
    assert (folder / "report.html").is_file()
    assert differences(spark, local / "warehouse", folder / "warehouse") == []


KILLS = {
    "ingest-events": "executor",
    "resolve-identities": "executor",
    "build-features": "executor",
    "fit-clusters": "executor",
    "build-paths": "worker",
}
"""What gets SIGKILL in the midst of which stage. Afterwards one worker is left."""


def test_executors_and_a_worker_killed_on_the_way_change_no_row(spark, cluster, job, local, folder):
    for stage, victim in KILLS.items():
        wait_until(lambda stage=stage: f"{stage} …" in job.printed(), job)
        wait_until(lambda: len(cluster.executors()) == 2, job)
        time.sleep(3)
        killed = cluster.kill_worker() if victim == "worker" else cluster.kill_executor()
        assert job.process.poll() is None, job.text()
        assert killed, stage
    assert job.process.wait(LASTS_AT_MOST) == 0, job.text()
    assert job.log().count("Lost executor") >= len(KILLS)
    assert differences(spark, local / "warehouse", folder / "warehouse") == []


def test_rows_that_are_held_outlive_one_executor(cluster, package, tmp_path):
    with standalone.submitted(
        cluster, "tests/support/lost_rows.py", tmp_path / "job", str(tmp_path)
    ) as job:
        wait_until((tmp_path / "kept").exists, job)
        assert len(cluster.executors()) == 2, job.text()
        assert cluster.kill_executor()
        (tmp_path / "killed").touch()
        assert job.process.wait(LASTS_AT_MOST) == 0, job.text()
    counted = dict(line.split(": ") for line in job.result(4).splitlines())
    assert counted == dict.fromkeys(
        ("kept", "checkpointed", "lazily", "settled"), str(lost_rows.ROWS)
    )


def test_a_cluster_leaves_no_process_behind_also_when_its_block_fails(tmp_path):
    def pids_that_live():
        processes = [running.master, *running.workers]
        return [process.pid for process in processes if standalone.lives(process.pid)]

    def fail_in_the_block():
        nonlocal running
        with standalone.cluster(tmp_path / "cluster") as running:
            assert len(pids_that_live()) == 3
            raise ZeroDivisionError

    running = None
    with pytest.raises(ZeroDivisionError):
        fail_in_the_block()
    assert pids_that_live() == []
