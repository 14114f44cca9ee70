"""The tutorial, block by block, as a reader runs it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.pages import ROOT, blocks_of

pytestmark = pytest.mark.integration


def test_every_block_of_the_tutorial_runs_in_its_order(tmp_path):
    blocks = blocks_of(ROOT / "docs" / "tutorial.md")
    assert len(blocks) > 8
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONPATH": f"{ROOT / 'lib'}",
        "HOME": str(tmp_path),
    }
    folder = tmp_path
    printed = ""
    for block in blocks:
        words = {"python": [sys.executable, "-c"], "sh": ["bash", "-euc"]}[block.language]
        inside = folder if block.language == "sh" else tmp_path
        done = subprocess.run(
            [*words, block.text], cwd=inside, env=environment, capture_output=True, text=True,
            check=False, timeout=900,
        )  # fmt: skip
        assert done.returncode == 0, (block, done.stdout, done.stderr[-3000:])
        printed += done.stdout
        if "cd shop" in block.text:
            folder = tmp_path / "shop"
    assert (folder / "report.html").is_file()
    for word in ("Hesitant cart fillers", "Run ", "closed"):
        assert word in printed, printed
