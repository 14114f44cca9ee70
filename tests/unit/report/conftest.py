"""The page of a whole report."""

from __future__ import annotations

import pytest

from desirelines.report.page import render
from tests.support.report import report


@pytest.fixture(scope="module")
def page() -> str:
    return render(report())
