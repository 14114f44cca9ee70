"""Commands that need a published run say so where there is none."""

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from desirelines.run.context import new_run
from desirelines.run.progress import Progress
from desirelines.settings import read_settings
from desirelines.tables import INGEST_BATCHES
from desirelines.views.runs import runs_as_of, runs_until, went_on_after
from tests.support.attempts import attempt

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def test_report_and_history_before_the_first_run(cli, capsys, small_shop):
    for command in ("report", "history", "why 1"):
        name, *rest = command.split()
        code, output = attempt(cli, capsys, small_shop, *rest, command=name)
        assert (code, "Run `desirelines run` first" in output) == (4, True), command


@pytest.fixture
def history(spark, tmp_path):
    """Two runs that ended, one that failed between and went on, and two the ledger never saw."""
    moments = (BEGIN + timedelta(hours=n) for n in count())
    settings = read_settings(sets=[f"warehouse.path={tmp_path}"])
    run = new_run(spark, settings, "now", lambda: next(moments), Progress("now"))
    for run_id, phase, status in (
        ("failed", "ingest-events", "DONE"),
        ("failed", "build-sessions", "FAILED"),
        ("one", "publish", "PUBLISHED"),
        ("one", "after-publication", "DONE"),
        ("two", "ingest-events", "DONE"),
        ("failed", "build-sessions", "DONE"),
        ("two", "publish", "PUBLISHED"),
    ):
        run.ledger.record(run_id, phase, status)
    batches = [
        dict.fromkeys(INGEST_BATCHES.column_names) | {"run_id": run_id, "read_at": read_at}
        for run_id, read_at in (("died", BEGIN), ("died later", BEGIN + timedelta(hours=5)))
    ]
    run.warehouse.append(batches, INGEST_BATCHES)
    return run


def test_runs_as_of_one_are_those_that_began_before_it_ended(history):
    assert runs_until(history, "one") == ["failed", "one"]
    assert runs_as_of(history, "one") == ["died", "failed", "one"]
    assert runs_as_of(history, "two") == ["died", "died later", "failed", "one", "two"]


def test_a_run_that_went_on_after_another_ended_is_named(history):
    assert went_on_after(history, "one") == ["failed"]
    assert went_on_after(history, "two") == []
