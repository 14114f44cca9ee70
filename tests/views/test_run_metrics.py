"""How long stages took, as a table."""

from datetime import UTC, datetime

import pytest

from desirelines.run.context import new_run
from desirelines.run.progress import Progress
from desirelines.settings import Settings
from desirelines.views.runs import run_metrics


def test_only_ends_count_and_a_rate_needs_rows_and_seconds(spark, tmp_path):
    settings = Settings.model_validate({"warehouse": {"path": str(tmp_path / "tables")}})
    now = datetime(2026, 3, 2, tzinfo=UTC)
    run = new_run(spark, settings, "r", lambda: now, Progress("r"))
    for phase, status, rows, seconds in (
        ("a", "STARTED", None, None),
        ("a", "FAILED", None, 2.0),
        ("b", "DONE", 30, 4.0),
        ("c", "DONE", 30, 0.0),
        ("d", "DONE", 5, None),
    ):
        run.ledger.record("r", phase, status, row_count=rows, seconds=seconds)
    got = [
        (r["phase"], r["status"], r["row_count"], r["seconds"], r["rows_per_second"])
        for r in run_metrics(run).collect()
    ]
    assert got == [
        ("a", "FAILED", None, 2.0, None),
        ("b", "DONE", 30, 4.0, pytest.approx(7.5)),
        ("c", "DONE", 30, 0.0, None),
        ("d", "DONE", 5, None, None),
    ]
