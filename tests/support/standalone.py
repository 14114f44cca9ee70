"""A real standalone cluster of Spark on loopback: a master and workers, each a process of its own.

Ports are free ones that Spark takes itself. Whatever happens in the block, nothing is left running.
"""

import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pyspark

ROOT = Path(__file__).parents[2]
SPARK_CLASS = Path(pyspark.__file__).parent / "bin" / "spark-class"
MASTER, WORKER = (f"org.apache.spark.deploy.{name}" for name in ("master.Master", "worker.Worker"))
EXECUTOR = "CoarseGrainedExecutorBackend"
STARTS_WITHIN = 120  # seconds
SMALL = {
    # For tables of a few rows, as in the smoke tests.
    "spark.sql.shuffle.partitions": "2",
    "spark.databricks.delta.snapshotPartitions": "2",
    "spark.sql.sources.parallelPartitionDiscovery.parallelism": "2",
    "spark.ui.enabled": "false",
    "spark.executor.memory": "1g",
    "spark.executor.cores": "1",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1",
    "spark.executor.extraJavaOptions": "-XX:TieredStopAtLevel=1",
}


@dataclass
class Cluster:
    """Its address, its processes, and where each writes its log."""

    folder: Path
    address: str = ""
    master: subprocess.Popen | None = None
    workers: list[subprocess.Popen] = field(default_factory=list)

    def executors(self) -> list[psutil.Process]:
        """The executors that live now, in the order of their workers, at most one of each."""
        found = []
        for worker in self.workers:
            if worker.poll() is None:
                children = psutil.Process(worker.pid).children()  # theirs fork copies of themselves
                found += [child for child in children if _is_executor(child)]
        return found

    def kill_executor(self) -> int:
        """SIGKILL to one executor; gives its process number, or 0 if there is none."""
        for executor in self.executors():
            executor.kill()
            return executor.pid
        return 0

    def kill_worker(self) -> int:
        """SIGKILL to the first worker that lives; its executor ends when it notices."""
        worker = next(w for w in self.workers if w.poll() is None)
        worker.kill()
        return worker.pid


def lives(pid: int) -> bool:
    """Whether a process of this number runs and is no remains of one."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _is_executor(process: psutil.Process) -> bool:
    try:
        return any(EXECUTOR in word for word in process.cmdline())
    except psutil.Error:  # it ended meanwhile
        return False


def environment() -> dict[str, str]:
    """The variables of a process that has neither our folders nor settings of Spark."""
    ours = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYSPARK_", "SPARK_")) and name != "PYTHONPATH"
    }
    return ours | {"SPARK_LOCAL_IP": "127.0.0.1", "SPARK_DAEMON_MEMORY": "256m"}


@contextmanager
def cluster(folder: Path, workers: int = 2) -> Iterator[Cluster]:
    """A master with workers of one core each, ready for applications."""
    folder.mkdir(parents=True)
    made = Cluster(folder)
    started = []
    try:
        started.append(_start(folder, "master", MASTER))
        made.master = started[0]
        log = folder / "master.log"
        made.address = _wait_for(r"Starting Spark master at (spark://\S+)", log, made.master)
        for number in range(workers):
            name = f"worker{number}"
            size = ("--cores", "1", "--memory", "1g", "--work-dir", str(folder / name))
            started.append(_start(folder, name, WORKER, *size, made.address))
            made.workers.append(started[-1])
        for number, worker in enumerate(made.workers):
            log = folder / f"worker{number}.log"
            _wait_for(r"Successfully registered with master (\S+)", log, worker)
        yield made
    finally:
        for process in started:
            _end(process)


def _start(folder: Path, name: str, entry: str, *arguments: str) -> subprocess.Popen:
    with (folder / f"{name}.log").open("w") as log:
        return subprocess.Popen(
            [str(SPARK_CLASS), entry, "--host", "127.0.0.1", "--port", "0", "--webui-port", "0",
             *arguments],
            cwd=folder, env=environment() | {"SPARK_LOCAL_DIRS": str(folder / "local")},
            stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip


def _wait_for(pattern: str, log: Path, process: subprocess.Popen) -> str:
    until = time.monotonic() + STARTS_WITHIN
    while (found := re.search(pattern, log.read_text())) is None:
        assert process.poll() is None, log.read_text()[-3000:]
        assert time.monotonic() < until, log.read_text()[-3000:]
        time.sleep(0.2)
    return found[1]


def _end(process: subprocess.Popen) -> None:
    """End a process and all that it started; they share its group."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    finally:
        process.wait(30)


@dataclass
class Job:
    """A job of deploy/spark-submit.sh, and what it has written."""

    process: subprocess.Popen
    folder: Path

    def log(self) -> str:
        """Spark's own log."""
        return (self.folder / "errors").read_text()

    def printed(self) -> str:
        """What the command printed: progress and result."""
        return (self.folder / "output").read_text()

    def text(self) -> str:
        """What the command printed, and the end of Spark's log."""
        return self.printed() + self.log()[-3000:]

    def result(self, lines: int = 1) -> str:
        """The last lines that the command printed."""
        return "\n".join(self.printed().strip().splitlines()[-lines:])


@contextmanager
def submitted(cluster: Cluster, job: str, folder: Path, *words: str) -> Iterator[Job]:
    """A job that runs while the block does, and is ended with it."""
    options = " ".join(f"--conf {name}={value}" for name, value in SMALL.items())
    folder.mkdir()
    with (folder / "output").open("w") as output, (folder / "errors").open("w") as errors:
        process = subprocess.Popen(
            ["sh", "deploy/spark-submit.sh", cluster.address, job, *words],
            cwd=ROOT, env=environment() | {"SUBMIT_OPTIONS": options},
            stdout=output, stderr=errors, start_new_session=True,
        )  # fmt: skip
    try:
        yield Job(process, folder)
    finally:
        _end(process)
