"""Another program writes a table while people are deleted from it."""

import threading
from contextlib import suppress
from datetime import UTC, datetime

import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake
from deltalake.exceptions import CommitFailedError
from pyspark.sql import functions as F

from desirelines.errors import GateError
from desirelines.io.erasure_inbox import Case
from desirelines.run.context import new_run
from desirelines.run.progress import Progress
from desirelines.settings import Settings
from desirelines.stages import erasure_rows
from desirelines.tables import CONSENTS

pytestmark = pytest.mark.integration

AT = datetime(2026, 3, 1, tzinfo=UTC)
GONE, OTHER = "a" * 32, "b" * 32


@pytest.fixture
def run(spark, tmp_path):
    """A run over a table with one row of each of two people."""
    settings = Settings.model_validate({"warehouse": {"path": str(tmp_path / "tables")}})
    run = new_run(spark, settings, "race", lambda: AT, Progress("race"))
    rows = [(key, "analytics", True, AT, "shop", "first") for key in (GONE, OTHER)]
    run.warehouse.append(spark.createDataFrame(rows, CONSENTS.schema), CONSENTS)
    return run


class Writer(threading.Thread):
    """Appends rows of the other person, and joins files, until it is stopped."""

    def __init__(self, place, most):
        super().__init__()
        self.place, self.most, self.count = place, most, 0
        self.stopped = threading.Event()

    def run(self):
        while not self.stopped.is_set() and self.count < self.most:
            row = {
                "key": [OTHER], "purpose": [f"p{self.count}"], "is_granted": [True],
                "from_at": pa.array([AT], pa.timestamp("us", "UTC")), "source": ["other"],
                "run_id": ["other"],
            }  # fmt: skip
            write_deltalake(self.place, pa.table(row), mode="append")
            self.count += 1
            if self.count % 4 == 0:
                with suppress(CommitFailedError):  # the deletion was first
                    DeltaTable(self.place).optimize.compact()


def people(run):
    rows = run.warehouse.read(CONSENTS).groupBy("key").agg(F.count("*").alias("n")).collect()
    return {row["key"]: row["n"] for row in rows}


def delete_again_and_again(run):
    """Delete, and let the person come back: a deletion may slip in between two appends."""
    again = run.spark.createDataFrame([(GONE, "again", True, AT, "shop", "first")], CONSENTS.schema)
    for _ in range(20):
        erasure_rows.delete_rows(run, CONSENTS, CASE)
        run.warehouse.append(again, CONSENTS)


CASE = Case("e", AT.isoformat(), 1, (), (GONE,), own_keys=(GONE,), ids=(GONE,))


def test_deletion_is_tried_again_until_the_other_program_is_done(run, monkeypatch):
    monkeypatch.setattr(erasure_rows, "WAIT_SECONDS", 1.0)
    writer = Writer(str(run.warehouse.local_folder / CONSENTS.name), most=40)
    writer.start()
    try:
        erasure_rows.delete_rows(run, CONSENTS, CASE)
    finally:
        writer.stopped.set()
        writer.join()
    assert people(run) == {OTHER: 1 + writer.count}
    assert writer.count > 0


def test_a_program_that_never_stops_is_a_clear_error_and_loses_no_row(run, monkeypatch):
    monkeypatch.setattr(erasure_rows, "WAIT_SECONDS", 0.1)
    writer = Writer(str(run.warehouse.local_folder / CONSENTS.name), most=100_000)
    writer.start()
    try:
        with pytest.raises(GateError, match="wrote consents at the same time, 5 times"):
            delete_again_and_again(run)
    finally:
        writer.stopped.set()
        writer.join()
    assert people(run)[OTHER] == 1 + writer.count
