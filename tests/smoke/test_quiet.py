"""A person's terminal shows what desirelines says, and nothing of the programs it uses."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from desirelines.pipeline import STAGES
from tests.support import shop

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[2]
STAGE = "|".join([*(stage.name for stage in STAGES), "report"])
OURS = re.compile(rf"(?:{STAGE}) …|  \S.*|(?:{STAGE}): [\d,]+ rows in [\d,]+\.\d s(?: \(.+\))?")


def desirelines(*words):
    """The command in a process of its own, with MLflow beside the tables and no debugging."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("MLFLOW_", "DESIRE"))}
    return subprocess.run(
        [sys.executable, "-m", "desirelines", *words],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=900, check=False,
    )  # fmt: skip


def test_a_run_prints_its_progress_and_its_result_and_nothing_else(tmp_path, secret_files):
    conf = shop.configure(tmp_path)
    shop.write(tmp_path / "in", "first.csv", shop.rows(0, 6))
    sets = [f"--set=secrets.{name}_file={file}" for name, file in secret_files.items()]
    sets += ["--set=tracking.enabled=true"]
    done = desirelines("run", "--conf", str(conf), "--format", "json", *sets)
    assert done.returncode == 0, done.stderr
    lines = done.stderr.splitlines()
    assert [line for line in lines if not OURS.fullmatch(line)] == []
    assert sum(line.endswith(" …") for line in lines) == len(STAGES) + 1
    assert json.loads(done.stdout)["row_account"] == {"shop": {"used": len(shop.rows(0, 6))}}
    assert any(tmp_path.rglob("mlflow.db"))  # MLflow was there to make noise
