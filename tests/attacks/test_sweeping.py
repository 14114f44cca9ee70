"""Rows a killed run staged are deleted once its lease is over; live and published rows stay."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest

from desirelines.io.tables.ledger import DONE, PUBLISHED, STARTED
from desirelines.run.context import new_run
from desirelines.run.progress import Progress
from desirelines.settings import Settings
from desirelines.stages.abandoned_runs import (
    STAGED_BY_DATE,
    STAGED_BY_RUN,
    abandoned_runs,
    sweep_abandoned,
)
from desirelines.tables import (
    ALL,
    FEATURES,
    PERSON_LABELS,
    RFM_SCORES,
    SEGMENT_CHANGES,
    SEGMENT_EVIDENCE,
)
from tests.support.tables import table

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
OLD, NEW = date(2026, 3, 1), date(2026, 3, 9)


@dataclass
class State:
    run_id: str
    status: str
    recorded_at: datetime
    lease_until: datetime | None


def state(run_id, status, hours_ago, lease_hours=6):
    at = NOW - timedelta(hours=hours_ago)
    return State(run_id, status, at, at + timedelta(hours=lease_hours) if lease_hours else None)


STATES = [
    state("published", STARTED, 90), state("published", PUBLISHED, 89),
    state("backfilled", "BACKFILLED", 80), state("killed", STARTED, 8), state("killed", DONE, 7),
    state("failed", "FAILED", 6), state("given up", STARTED, 50),
    state("given up", "ABANDONED", 20), state("alive", STARTED, 9), state("alive", DONE, 1),
    state("crashed", STARTED, 1), state("endless", STARTED, 99, None),
]  # fmt: skip


def test_a_run_is_abandoned_when_it_did_not_end_and_its_lease_is_over():
    assert abandoned_runs(STATES, NOW) == ["failed", "killed"]
    assert abandoned_runs(reversed(STATES), NOW) == ["failed", "killed"]
    assert abandoned_runs(STATES, NOW, goes_on="killed") == ["failed"]
    assert abandoned_runs(STATES, NOW, died="crashed") == ["crashed", "failed", "killed"]
    assert abandoned_runs(STATES, NOW, goes_on="crashed", died="crashed") == ["failed", "killed"]
    assert abandoned_runs(STATES, NOW, died="published") == ["failed", "killed"]
    assert abandoned_runs(STATES, NOW - timedelta(hours=2)) == []


def test_staged_tables_are_told_from_the_contract():
    assert set(STAGED_BY_RUN) == {SEGMENT_CHANGES, SEGMENT_EVIDENCE}
    assert set(STAGED_BY_DATE) == {FEATURES, RFM_SCORES, PERSON_LABELS}
    for t in (*STAGED_BY_RUN, *STAGED_BY_DATE):
        assert "run_id" in t.statistics_columns, t.name
    people = {t for t in ALL if t.erased_by and "run_id" in t.column_names}
    assert {t.written for t in people - {*STAGED_BY_RUN, *STAGED_BY_DATE}} <= {
        "append",
        "merge",
        "replace all",
    }


@pytest.fixture
def run(spark, tmp_path):
    settings = Settings.model_validate({"warehouse": {"path": str(tmp_path / "warehouse")}})
    return new_run(spark, settings, "now", lambda: NOW, Progress("test"))


def staged(run, spark):
    """One person in every run of `segment_changes`, and in features as of two dates."""
    changes = table(spark, """
        run_id    | person_id | segment_id | change
        published | ann       | c-1        | entered
        killed    | ann       | c-1        | left
        killed    | ben       | c-2        | entered
        alive     | ben       | c-1        | entered""")  # fmt: skip
    features = table(spark, f"""
        run_id | as_of  | person_id
        killed | {OLD}  | ann
        killed | {NEW}  | ann
        alive  | {NEW}  | ben""")  # fmt: skip
    for rows, into in ((changes, SEGMENT_CHANGES), (features, FEATURES)):
        missing = {c.name: None for c in into.columns if c.name not in rows.columns}
        whole = rows.selectExpr("*", *(f"NULL AS `{c}`" for c in missing))
        casts = {c.name: whole[c.name].cast(c.type) for c in into.columns}
        run.warehouse.append(whole.withColumns(casts), into)
    run.ledger.record("published", "publish", PUBLISHED, as_of=OLD, base_run_id="none")


def test_what_a_killed_run_staged_is_gone_and_everything_else_stays(run, spark):
    staged(run, spark)
    assert sweep_abandoned(run, []) == []
    assert sweep_abandoned(run, ["killed"]) == ["segment_changes", "features"]
    changes = run.warehouse.read(SEGMENT_CHANGES).select("run_id", "person_id").collect()
    assert sorted(map(tuple, changes)) == [("alive", "ben"), ("published", "ann")]
    features = run.warehouse.read(FEATURES).select("run_id", "as_of", "person_id").collect()
    assert sorted(map(tuple, features)) == [
        ("alive", NEW, "ben"),
        ("killed", OLD, "ann"),
    ]  # a run was published as of OLD
    versions = run.warehouse.versions((SEGMENT_CHANGES, FEATURES))
    assert sweep_abandoned(run, ["killed"]) == []
    run.warehouse._versions.clear()
    assert run.warehouse.versions((SEGMENT_CHANGES, FEATURES)) == versions
    assert not any(run.warehouse.exists(t) for t in (SEGMENT_EVIDENCE, RFM_SCORES, PERSON_LABELS))


def test_a_table_that_is_staged_tells_its_readers_so():
    for t in ALL:
        assert ("read only those of published runs" in t.for_readers) == (
            t.written == "replace run"
        ), t.name
