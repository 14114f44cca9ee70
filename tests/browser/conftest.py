"""A real Chromium, found on the machine; without one these tests are skipped with the reason."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from desirelines.report.page import render
from tests.support.report import large

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = (
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip(f"no Chromium: none of {', '.join(NAMES)} is on the path; CHROMIUM names one")
    from playwright.sync_api import sync_playwright

    # A sandbox of its own needs rights that root in a container does not have.
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=found, args=[*QUIET, *(["--no-sandbox"] if is_root else [])]
        )
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report of six groups and two rules, with everything that a page can hold."""
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(render(large(6)), encoding="utf-8")
    return path
