"""The wheel in an environment of its own: it installs, knows its version, and runs the demo."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import desirelines

pytestmark = pytest.mark.integration
ROOT = Path(__file__).parents[2]


def run(*words, **environment):
    kept = {name: os.environ[name] for name in ("PATH", "JAVA_HOME") if name in os.environ}
    done = subprocess.run(
        [str(word) for word in words], env=kept | environment, cwd=environment.get("HOME", ROOT),
        capture_output=True, text=True, timeout=1200, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def test_the_wheel_installs_and_runs_the_demo_in_a_clean_environment(tmp_path):
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", tmp_path, ROOT)
    (wheel,) = tmp_path.glob("desirelines-*.whl")
    run(sys.executable, "-m", "venv", tmp_path / "env")
    binaries, home = tmp_path / "env" / "bin", str(tmp_path)
    run(
        binaries / "pip", "install", "-q", "--disable-pip-version-check",
        "-c", ROOT / "constraints.txt", f"{wheel}[spark,report]", HOME=os.environ["HOME"],
    )  # fmt: skip
    assert run(binaries / "desirelines", "--version", HOME=home).strip() == desirelines.__version__
    words = ("demo", "--small", "--out", tmp_path / "demo", "--format", "json")
    demo = json.loads(run(binaries / "desirelines", *words, HOME=home))
    assert demo["summary"]["status"] == "PUBLISHED"
    assert demo["truth"]["clusters"] == 7
    assert (tmp_path / "demo" / "report.html").stat().st_size > 100_000
    history = ("history", "--conf", demo["conf"], "--format", "json")
    (published,) = json.loads(run(binaries / "desirelines", *history, HOME=home))
    assert published["run_id"] == demo["summary"]["run_id"]


def test_the_changelog_begins_with_this_version():
    headings = [
        line for line in (ROOT / "CHANGELOG.md").read_text().splitlines() if line.startswith("## ")
    ]
    assert headings[0].startswith(f"## {desirelines.__version__} – ")
