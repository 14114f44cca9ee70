"""Rows that are kept for a limited time: which have expired is told by their day or their run."""

from datetime import UTC, date, datetime

import pytest

from desirelines.io.tables.ledger import DONE, PUBLISHED, STARTED
from desirelines.run.context import new_run
from desirelines.run.progress import Progress
from desirelines.settings import Settings
from desirelines.stages.expiry import (
    drop_expired,
    expired_days,
    forget_old_evidence,
    rows_of_days,
    rows_of_runs,
    runs_to_forget,
)
from desirelines.tables import QUARANTINED_EVENTS, SEGMENT_EVIDENCE
from tests.support.tables import table

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.fixture
def run(spark, tmp_path):
    settings = Settings.model_validate(
        {"warehouse": {"path": str(tmp_path / "warehouse")}, "evidence": {"keep_runs": 2}}
    )
    return new_run(spark, settings, "now", lambda: NOW, Progress("test"))


def append(run, rows, contract):
    """Rows of some columns; the others are null."""
    types = {c.name: c.type for c in contract.columns}
    missing = [f"NULL AS `{name}`" for name in types if name not in rows.columns]
    whole = rows.selectExpr("*", *missing)
    run.warehouse.append(
        whole.withColumns({name: whole[name].cast(kind) for name, kind in types.items()}), contract
    )


def quarantined(run):
    rows = table(run.spark, """
        row_digest | run_id | fate        | expires_on
        a          | r1     | quarantined | 2026-03-08
        b          | r1     | late        | 2026-03-10
        c          | r2     | quarantined | 2026-03-11
        d          | r2     | conflict    | 2026-03-17""")  # fmt: skip
    append(run, rows, QUARANTINED_EVENTS)


def test_a_row_of_quarantine_goes_on_its_day(run):
    assert expired_days(run, QUARANTINED_EVENTS) == []
    quarantined(run)
    days = expired_days(run, QUARANTINED_EVENTS)
    assert days == [date(2026, 3, 8), date(2026, 3, 9), date(2026, 3, 10)]
    assert rows_of_days(run, QUARANTINED_EVENTS, days) == 2
    drop_expired(run)
    left = run.warehouse.read(QUARANTINED_EVENTS).select("row_digest").collect()
    assert sorted(row["row_digest"] for row in left) == ["c", "d"]
    assert expired_days(run, QUARANTINED_EVENTS) == []


def test_a_requeue_that_died_finds_its_rows(run):
    quarantined(run)
    run.ledger.record("requeued", "requeue", STARTED)
    assert expired_days(run, QUARANTINED_EVENTS) == []
    run.ledger.record("requeued", "requeue", DONE)
    assert len(expired_days(run, QUARANTINED_EVENTS)) == 3


def evidence(run, *runs):
    for run_id in runs:
        run.ledger.record(run_id, "ingest-events", STARTED)
        rows = table(run.spark, f"""
            run_id   | person_id
            {run_id} | ann
            {run_id} | ben""")  # fmt: skip
        append(run, rows, SEGMENT_EVIDENCE)


@pytest.mark.parametrize(
    ("runs", "published", "gone", "expected"),
    [
        (["b", "a", "c"], "c", [], ["b"]),  # by their beginning, not by their names
        (["a", "b"], "b", [], []),
        (["a", "b", "c", "d"], "d", ["c"], ["a"]),  # c died: its rows go anyway
        (["a", "b", "c", "d"], "a", [], ["b", "c"]),  # people are told by a why they are there
        (["a", "now", "b", "c"], "c", [], ["a", "b"]),
        ([], None, [], []),
    ],
)
def test_the_newest_runs_keep_their_evidence_and_so_does_the_published_one(
    run, runs, published, gone, expected
):
    evidence(run, *runs)
    if published:
        run.ledger.record(published, "publish", PUBLISHED, base_run_id="none")
    assert runs_to_forget(run, SEGMENT_EVIDENCE, gone) == expected


def test_old_evidence_is_deleted(run):
    evidence(run, "a", "b", "c")
    assert rows_of_runs(run, SEGMENT_EVIDENCE, ["a"]) == 2
    forget_old_evidence(run)
    left = run.warehouse.read(SEGMENT_EVIDENCE).select("run_id").distinct().collect()
    assert sorted(row["run_id"] for row in left) == ["b", "c"]
