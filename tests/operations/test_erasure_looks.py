"""`check` on erasure: requests in time, and tables that it does not know."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from desirelines.erasure.requests import token_of
from desirelines.errors import GateError
from desirelines.io.erasure_inbox import Case, Inbox
from desirelines.operations.deep_check import Note
from desirelines.operations.erasure_looks import erasure_looks
from desirelines.run.context import new_run
from desirelines.run.progress import Progress
from desirelines.settings import Settings
from desirelines.tables import CONSENTS, SUPPRESSIONS


@pytest.fixture
def run(spark, tmp_path, secret_files):
    """A run over a warehouse with one empty table."""
    settings = Settings.model_validate({
        "warehouse": {"path": str(tmp_path / "tables")},
        "erasure": {"inbox": str(tmp_path / "inbox")},
        "secrets": {f"{name}_file": str(file) for name, file in secret_files.items()},
    })  # fmt: skip
    now = datetime(2026, 2, 4, tzinfo=UTC)
    run = new_run(spark, settings, "check", lambda: now, Progress("check"))
    run.warehouse.create(SUPPRESSIONS)
    return run


@pytest.mark.parametrize(
    ("received", "words"),
    [
        # Due after 30 days; the last steps take eight.
        ("2026-01-01", "1 requests are past their due date, the first since 2026-01-31"),
        ("2026-01-10", "1 of 1 are open, the first is due on 2026-02-09. Run"),
        ("2026-02-01", "1 of 1 are open, the first is due on 2026-03-03"),
    ],
)
def test_a_request_is_told_before_it_is_late(run, received, words):
    look = dict(erasure_looks(run))["erasure requests"]
    assert look() == "0, all closed"
    Inbox(run.settings.erasure.inbox).save(
        Case("e-1", f"{received}T00:00:00+00:00", 1, (("user", "ann"),), ("a" * 32,))
    )
    try:
        told = look()
        assert isinstance(told, Note) == ("Run" in words)
    except GateError as error:
        told = str(error)
        assert "past" in words
    assert told.startswith(words)


def test_nobody_is_looked_for_while_nobody_is_suppressed(run):
    assert dict(erasure_looks(run))["erased people"]().startswith("no table has one")
    assert list(erasure_looks(replace(run, warehouse=_empty(run)))) == []


def _empty(run):
    settings = Settings.model_validate({"warehouse": {"path": f"{run.settings.warehouse.path}2"}})
    return new_run(run.spark, settings, "check", run.clock, run.progress).warehouse


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ("1 AS day, 2 AS visits", None),
        ("'a' AS person_id", r"team/export may name people \(person_id\)"),
        ("'a' AS Email, 1 AS visitor_id", r"may name people \(Email, visitor_id\)"),
    ],
)
def test_a_table_without_a_contract_that_may_name_people_is_a_fault(spark, run, columns, words):
    place = f"{run.settings.warehouse.path}/team/export"
    spark.sql(f"SELECT {columns}").write.format("delta").save(place)
    look = dict(erasure_looks(run))["tables without a contract"]
    if words is None:
        assert look() == "none that may name people"
    else:
        with pytest.raises(GateError, match=words):
            look()


def test_a_shallow_clone_is_a_fault(spark, run):
    folder = run.settings.warehouse.path
    spark.sql("SELECT 1 AS visits").write.format("delta").save(f"{folder}/export")
    spark.sql(f"CREATE TABLE delta.`{folder}/copy` SHALLOW CLONE delta.`{folder}/export`")
    with pytest.raises(GateError, match="copy is a clone: it keeps files that an erasure deletes"):
        dict(erasure_looks(run))["tables without a contract"]()


def test_an_erased_person_who_is_in_a_table_again_is_a_fault(run):
    key = "a" * 32
    run.warehouse.append(
        run.spark.createDataFrame(
            [(key, "analytics", True, run.read_at, "shop", "first")], CONSENTS.schema
        ),
        CONSENTS,
    )
    look = dict(erasure_looks(run))["erased people"]
    assert look().startswith("no table has one")
    token = token_of(run.suppression_secret, key)
    run.warehouse.append(
        run.spark.createDataFrame([(token, True, run.read_at)], SUPPRESSIONS.schema), SUPPRESSIONS
    )
    with pytest.raises(GateError, match="1 identifiers of erased people are in consents again"):
        look()
    # While the request is open, the person may still be there.
    case = Case("e-1", run.read_at.isoformat(), 1, (("user", "ann"),), (key,), own_keys=(key,))
    Inbox(run.settings.erasure.inbox).save(case)
    assert look().startswith("no table has one")
