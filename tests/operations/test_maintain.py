"""`maintain`: a dry run tells what the real one does; nothing that counts changes."""

import hashlib
import json
import os
import re
import shutil
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from desirelines.errors import ContractError
from desirelines.io.tables import maintenance
from desirelines.io.tables.first_commit import write_first_commit
from desirelines.io.tables.ledger import ABANDONED, LEASE_TIME, MAINTAIN, PUBLISHED, STARTED
from desirelines.operations.maintain import Done, maintain
from desirelines.run.context import new_run
from desirelines.run.progress import Progress
from desirelines.settings import Settings
from desirelines.tables import (
    ALL,
    FEATURES,
    QUARANTINED_EVENTS,
    RUN_PARAMETERS,
    SEGMENT_CHANGES,
    SEGMENT_EVIDENCE,
    STREAM_TAGS,
)
from desirelines.tables.contract import CONTRACT
from tests.attacks.test_lease import holder
from tests.stages.test_expiry import append
from tests.support import published
from tests.support.tables import table

NOW = datetime.now(UTC)
OLD = time.time() - 8 * 86_400


@pytest.fixture
def at(spark, tmp_path):
    """Runs of any number of commands, over one folder, each at its time."""
    settings = Settings.model_validate(
        {"warehouse": {"path": str(tmp_path / "warehouse")}, "evidence": {"keep_runs": 1}}
    )

    def command(run_id="now", moment=NOW):
        return new_run(spark, settings, run_id, lambda: moment, Progress("test"))

    return command


def content(folder):
    """Every file of a folder, with a digest of what is in it."""
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def two_runs(at):
    """One run that was published, one that died ten hours later, and one that is alive."""
    first = at("published", NOW - timedelta(hours=30))
    end = {"as_of": date(2026, 3, 1), "base_run_id": "none"}
    first.ledger.record("published", "publish", PUBLISHED, **end)
    at("died", NOW - timedelta(hours=20)).ledger.record("died", "assign-segments", STARTED)
    at("alive", NOW - LEASE_TIME / 2).ledger.record("alive", "assign-segments", STARTED)
    run = at()
    rows = table(run.spark, """
        run_id    | person_id | segment_id | change
        published | ann       | c-1        | entered
        died      | ann       | c-1        | left
        died      | ben       | c-2        | entered
        alive     | ben       | c-1        | entered""")  # fmt: skip
    append(run, rows, SEGMENT_CHANGES)


def rows_by_run(run, contract):
    counts = run.warehouse.read(contract).groupBy("run_id").count().collect()
    return {row["run_id"]: row["count"] for row in counts}


def test_without_anything_to_do_nothing_is_written(at, tmp_path):
    assert maintain(at(), is_dry_run=False).actions == ()
    assert not (tmp_path / "warehouse").exists()


def test_what_dead_runs_staged_is_swept_and_what_live_ones_staged_stays(at, tmp_path):
    two_runs(at)
    expected = (
        Done("segment_changes", "sweep", rows=2, note="staged by run died"),
        Done("runs", "sweep", note="run died given up"),
    )
    before = content(tmp_path)
    assert maintain(at(), is_dry_run=True).actions == expected
    assert content(tmp_path) == before
    assert maintain(at(), is_dry_run=False).actions == expected
    assert rows_by_run(at(), SEGMENT_CHANGES) == {"published": 1, "alive": 1}
    newest = {s.run_id: s.status for s in at().ledger.states()}
    assert newest["died"] == ABANDONED
    assert newest["alive"] == STARTED
    before = content(tmp_path)
    assert maintain(at(), is_dry_run=False).actions == ()
    assert content(tmp_path) == before


def test_a_command_that_maintained_is_no_run_to_go_on_with_or_to_give_up(at):
    two_runs(at)
    maintain(at("tidied"), is_dry_run=False)
    later = at("later", NOW + 2 * LEASE_TIME)
    assert "tidied" in {s.run_id for s in later.ledger.states() if s.phase == MAINTAIN}
    assert [s.run_id for s in later.ledger.open_runs()] == ["alive"]
    assert [a.note for a in maintain(later, is_dry_run=True).actions] == [
        "staged by run alive", "run alive given up",
    ]  # fmt: skip


def test_rows_that_are_too_old_go(at):
    run = at()
    quarantined = table(run.spark, f"""
        row_digest | fate        | expires_on
        a          | quarantined | {NOW.date() - timedelta(days=1)}
        b          | quarantined | {NOW.date() + timedelta(days=1)}""")  # fmt: skip
    append(run, quarantined, QUARANTINED_EVENTS)
    for run_id, base in (("one", "none"), ("two", "one")):
        run.ledger.record(run_id, "publish", PUBLISHED, base_run_id=base)
        append(run, table(run.spark, f"run_id | person_id\n{run_id} | ann"), SEGMENT_EVIDENCE)
    expected = (
        Done("quarantined_events", "expire", rows=1, note=f"kept until {NOW.date()} or earlier"),
        Done("segment_evidence", "expire", rows=1, note="of run one"),
    )
    assert maintain(at(), is_dry_run=True).actions == expected
    assert maintain(at(), is_dry_run=False).actions == expected
    (left,) = at().warehouse.read(QUARANTINED_EVENTS).select("row_digest").collect()
    assert left["row_digest"] == "b"
    assert rows_by_run(at(), SEGMENT_EVIDENCE) == {"two": 1}
    assert maintain(at(), is_dry_run=True).actions == ()


def older_parameters(run):
    """`run_parameters` as an older package made it: without a column, at version 0."""
    columns = tuple(c for c in RUN_PARAMETERS.columns if c.name != "value")
    older = replace(RUN_PARAMETERS, columns=columns, version=0)
    run.warehouse.append([{"run_id": "a", "name": "k"}], older)


def test_an_older_table_is_brought_to_its_contract(at, tmp_path):
    older_parameters(at())
    before = content(tmp_path)
    expected = (Done("run_parameters", "migrate", note="version 0 becomes 1; adds value"),)
    assert maintain(at(), is_dry_run=True).actions == expected
    assert content(tmp_path) == before
    assert maintain(at(), is_dry_run=False).actions == expected
    (row,) = at().warehouse.rows(RUN_PARAMETERS)
    assert row == {"run_id": "a", "name": "k", "value": None}
    assert at().warehouse.problems(RUN_PARAMETERS) == []
    assert maintain(at(), is_dry_run=False).actions == ()


def test_a_table_that_is_not_as_contracted_stops_it_before_anything_is_changed(at, tmp_path):
    at().warehouse.create(STREAM_TAGS)
    older_parameters(at())
    place = tmp_path / "warehouse" / "stream_tags"
    other = {"delta.logRetentionDuration": "interval 30 days"}
    shutil.rmtree(place)
    write_first_commit(place, STREAM_TAGS, STREAM_TAGS.properties | other)
    before = content(tmp_path)
    for is_dry_run in (True, False):
        with pytest.raises(ContractError, match=r"'stream_tags' is not as .* 'interval 30 days'"):
            maintain(at(), is_dry_run=is_dry_run)
    assert content(tmp_path) == before


def test_the_versions_of_maintained_tables_are_recorded(at, monkeypatch):
    monkeypatch.setattr(maintenance, "MANY_FILES", 3)
    run = at()
    for name in ("k", "l", "m"):
        run.warehouse.append([{"run_id": "a", "name": name}], RUN_PARAMETERS)
    two_runs(at)
    maintain(at("tidied"), is_dry_run=False)
    (state,) = [s for s in at().ledger.states() if s.phase == MAINTAIN]
    assert json.loads(state.inputs) == {"run_parameters": 3}, "rows of segment_changes went"
    assert json.loads(state.outputs) == {"run_parameters": 4, "segment_changes": 2}


def scratch_and_orphans(folder):
    """What commands that died leave: a scratch table, and files that no log knows."""
    warehouse = folder / "warehouse"
    (warehouse / "_scratch" / "_scratch_died_0").mkdir(parents=True)
    (warehouse / "_scratch" / "_scratch_died_0" / "part-0.parquet").write_bytes(b"123")
    orphan = warehouse / "events" / "part-orphan.parquet"
    orphan.write_bytes(b"1234567")
    os.utime(orphan, (OLD, OLD))
    return orphan


@pytest.mark.integration
def test_a_shop_is_maintained(published_shop, cli, capsys, spark, monkeypatch):
    monkeypatch.setattr(maintenance, "MANY_FILES", 2)
    monkeypatch.setattr(maintenance, "LONG_LOG", 5)
    orphan = scratch_and_orphans(published_shop)
    quarantine = published.path(published_shop, "quarantined_events")
    spark.sql(f"UPDATE delta.`{quarantine}` SET expires_on = DATE'2026-01-01'")
    rows = {t.name: published.read(spark, published_shop, t).count() for t in ALL
            if (published_shop / "warehouse" / t.name).is_dir()}  # fmt: skip

    def run(*words):
        capsys.readouterr()
        code = cli(*words, *published.conf(published_shop))
        return code, capsys.readouterr().out

    before = content(published_shop)
    one_run = ("--set", "evidence.keep_runs=1")
    code, out = run("maintain", "--dry-run", *one_run)
    assert code == 0
    assert content(published_shop) == before
    dry = json.loads(out)
    code, out = run("maintain", *one_run)
    assert code == 0
    real = json.loads(out)
    assert (dry["is_dry_run"], real["is_dry_run"]) == (True, False)
    assert real["actions"] == dry["actions"]
    done = {(a["table"], a["action"]): a for a in real["actions"]}
    assert (done["_scratch", "sweep"]["files"], done["_scratch", "sweep"]["bytes"]) == (1, 3)
    assert (done["events", "vacuum"]["files"], done["events", "vacuum"]["bytes"]) == (1, 7)
    assert done["events", "optimize"]["rows"] <= rows["events"]
    assert done["runs", "checkpoint"]["files"] >= 5
    gone = done["segment_evidence", "expire"]["rows"]
    quarantined = done["quarantined_events", "expire"]["rows"]
    assert (gone > 0, quarantined) == (True, rows["quarantined_events"])
    assert not orphan.exists()
    assert not (published_shop / "warehouse" / "_scratch").exists()
    lost = {"segment_evidence": gone, "quarantined_events": quarantined, "runs": -1}
    for t in ALL:
        if t.name in rows:
            left = published.read(spark, published_shop, t)
            assert left.count() == rows[t.name] - lost.get(t.name, 0), t.name
            detail = spark.sql(f"DESCRIBE DETAIL delta.`{published.path(published_shop, t.name)}`")
            assert detail.collect()[0]["minReaderVersion"] == 1, t.name
    code, out = run("check", "--deep")
    assert [f for f in json.loads(out) if not f["is_ok"]] == []
    code, out = run("run")
    assert (code, json.loads(out)["changed"], json.loads(out)["run_id"]) == (0, False, "second")
    code, out = run("why", published.read(spark, published_shop, FEATURES).first()["person_id"])
    assert (code, json.loads(out)["run_id"]) == (0, "second")


@pytest.mark.integration
def test_beside_a_run_it_is_refused_and_a_dry_run_is_not(published_shop, cli, capsys):
    scratch_and_orphans(published_shop)
    first = holder(published_shop / "warehouse")
    before = content(published_shop)
    try:
        assert cli("maintain", *published.conf(published_shop)) == 2
        assert "run theirs (`run`, process" in capsys.readouterr().err
        assert cli("maintain", "--dry-run", *published.conf(published_shop)) == 0
        assert {a["action"] for a in published.result(capsys)["actions"]} >= {"vacuum", "sweep"}
        assert content(published_shop) == before
    finally:
        first.communicate("")


def made_at(folder, name, version):
    """Write the log of a table as if it had been created at this version of its contract."""
    for file in Path(published.path(folder, name), "_delta_log").glob("0*.*"):
        of_version = re.sub(rf'("{CONTRACT}": ?)"1"', rf'\1"{version}"', file.read_text())
        file.write_text(of_version)
        file.with_name(f".{file.name}.crc").unlink(missing_ok=True)


@pytest.mark.integration
def test_every_command_refuses_an_older_warehouse_until_it_is_maintained(first_shop, cli, capsys):
    made_at(first_shop, "stream_tags", 0)
    made_at(first_shop, "events", 0)
    conf = published.conf(first_shop)
    before = content(first_shop)
    for words in (["run"], ["requeue"], ["rebuild"], ["history"], ["report"], ["plan"]):
        assert cli(*words, *conf) == 2, words
        told = capsys.readouterr().err
        for name in ("events", "stream_tags"):
            assert (
                f"table '{name}': it is at version 0 of its contract, and this package needs 1: "
                "run `desirelines maintain`"
            ) in told, words
    assert {k: v for k, v in content(first_shop).items() if "_lease" not in k} == {
        k: v for k, v in before.items() if "_lease" not in k
    }
    assert cli("check", *conf) == 3
    assert "run `desirelines maintain`" in capsys.readouterr().out
    assert cli("maintain", *conf) == 0
    actions = published.result(capsys)["actions"]
    steps = [(a["table"], a["note"]) for a in actions if a["action"] == "migrate"]
    assert steps == [(t, "version 0 becomes 1") for t in ("events", "stream_tags")]
    assert cli("run", *conf) == 0
    assert published.result(capsys)["changed"] is False


@pytest.mark.integration
def test_a_newer_warehouse_is_read_and_not_written(first_shop, cli, capsys):
    made_at(first_shop, "stream_tags", 2)
    conf = published.conf(first_shop)
    for words in (["run"], ["requeue"], ["maintain"]):
        assert cli(*words, *conf) == 2, words
        assert "at version 2 of its contract, and this package knows 1" in capsys.readouterr().err
    assert cli("maintain", "--dry-run", *conf) == 2
    assert "Upgrade the package" in capsys.readouterr().err
    assert cli("history", *conf) == 0
