"""Spark's own log at INFO, and its event log, name nobody: of a run, an answer, an erasure."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from desirelines.pipeline import STAGES
from tests.support import published, shop
from tests.support.needles import Needles, keys_of, texts_of

ROOT = Path(__file__).parents[2]


@pytest.mark.integration
def test_the_whole_way_at_info_with_the_event_log(spark, published_shop, secret_files, tmp_path):
    published.deliver(spark, published_shop, shop.rows(*published.THIRD))
    sets = [f"--set=secrets.{name}_file={file}" for name, file in secret_files.items()]
    sets += ["--conf", str(published_shop / "conf.yaml"), f"--set=erasure.inbox={tmp_path}/inbox"]
    commands = [
        (["run"], ""),
        (["why", "--identifier", "user"], "user3"),
        (["export", "--person", "-", "--output", str(tmp_path / "mine.json")], "user:user3"),
        (["erase", "--request", "-", "--dry-run"], "user:user3"),
        (["erase", "--request", "-", "--now"], "user:user3"),
        (["run"], ""),
        (["check"], ""),
    ]
    file = tmp_path / "commands"
    file.write_text(
        "\n".join(json.dumps({"words": [*words, *sets], "input": text}) for words, text in commands)
    )
    log = tmp_path / "events"
    log.mkdir()
    keys = keys_of(published_shop / "warehouse")
    options = {"enabled": "true", "dir": log.as_uri(), "compress": "false"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.attacks.at_info", str(file)],
        cwd=ROOT, capture_output=True, text=True, check=False,
        env=os.environ | {
            "PYSPARK_SUBMIT_ARGS": " ".join(
                [f"--conf spark.eventLog.{name}={value}" for name, value in options.items()]
            )
            + " pyspark-shell"
        },
    )  # fmt: skip
    ended = [line for line in done.stderr.splitlines() if line.startswith("exit ")]
    assert ended == [f"exit 0: {words[0]}" for words, _ in commands], done.stderr[-3000:]

    rows = shop.rows(published.FIRST[0], published.THIRD[1]) + shop.mess()
    raw = {row[column] for row in rows for column in ("cookie", "user", "order")} - {"", "null"}
    raw |= {file.read_text() for file in secret_files.values()}
    needles = Needles(keys | keys_of(published_shop / "warehouse"), raw)
    files = [file for file in log.rglob("*") if file.is_file()]
    assert sum(file.stat().st_size for file in files) > 1_000_000, "the event log was written"
    assert done.stderr.count("Finished task") > 100, "Spark's log was at INFO"
    # Delta itself shows the statistics of a table that it reads: those of the source are its own.
    assert {name.split(" of run ")[0] for name in _names_of_jobs(files)} >= {
        stage.name for stage in STAGES
    } - {"publish"}
    source = f"{published_shop / 'in'}"
    ours = [line for line in done.stderr.splitlines() if f"path=file:{source}" not in line]
    assert [line for line in ours if needles.in_text(line)][:5] == []
    assert {f.name: found for f in files if (found := _found(needles, f))} == {}


def _names_of_jobs(files):
    """What Spark's web page says of the jobs that a stage or a stream of it started."""
    lines = [line for file in files for line in file.read_text().splitlines()]
    begun = [json.loads(x) for x in lines if x.startswith('{"Event":"SparkListenerJobStart"')]
    names = {job["Properties"].get("spark.job.description", "") for job in begun}
    assert begun
    return {name for name in names if " of run " in name}


def _found(needles, file):
    return set().union(*(needles.in_text(text) for text in texts_of(file)))
