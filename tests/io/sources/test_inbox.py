"""Batches that arrive over Spark Connect wait in files until this process handed them on."""

import pytest

from desirelines import tables
from desirelines.io.sources import stream
from tests.support import shop
from tests.support.batches import delivered, events, fates, read
from tests.support.crash import dying_before

pytestmark = pytest.mark.integration

ROWS = shop.rows(0, 4)[:12]
ONE_FILE = ("--set", "ingest.max_files_per_batch=1")


@pytest.fixture
def over_connect(monkeypatch):
    """The way of batches over Connect; a server of its own takes part in tests/connect."""
    monkeypatch.setattr(stream, "is_remote", lambda: True)


def waiting(folder):
    return sorted(p.name for p in folder.glob("warehouse/_arrivals/*/*"))


@pytest.fixture
def three_files(tmp_path):
    given = delivered(tmp_path, ROWS[:4])
    for n in (1, 2):
        shop.write(tmp_path / "in", f"more{n}.csv", ROWS[4 * n : 4 * n + 4])
    return (*given, *ONE_FILE)


def test_every_batch_is_handed_on_once_and_leaves_nothing(
    spark, cli, tmp_path, three_files, over_connect
):
    for _ in range(2):
        assert cli("ingest-events", *three_files) == 0
        assert fates(spark, tmp_path) == {("source", "used"): 12}
        assert read(spark, tmp_path, tables.ROW_ACCOUNTS).count() == 3
        assert waiting(tmp_path) == []


@pytest.mark.parametrize("retry_over_connect", [True, False])
def test_batches_of_a_dead_command_are_handed_on_by_the_next(
    spark, cli, tmp_path, three_files, monkeypatch, retry_over_connect
):
    """The server is done with all three batches when the driver dies in the first."""
    monkeypatch.setattr(stream, "is_remote", lambda: True)
    with dying_before(tables.ROW_ACCOUNTS):
        assert cli("ingest-events", *three_files) == 1
    assert waiting(tmp_path) == ["batch=0", "batch=1", "batch=2"]
    shop.write(tmp_path / "in", "later.csv", [ROWS[0] | {"id": "later"}])
    monkeypatch.setattr(stream, "is_remote", lambda: retry_over_connect)
    assert cli("ingest-events", *three_files) == 0
    assert fates(spark, tmp_path) == {("source", "used"): 13}
    assert events(spark, tmp_path) == {r["id"] for r in ROWS} | {"later"}
    assert waiting(tmp_path) == []


def test_a_resync_gives_up_what_waits(spark, cli, tmp_path, three_files, over_connect):
    with dying_before(tables.ROW_ACCOUNTS):
        assert cli("ingest-events", *three_files) == 1
    assert cli("ingest-events", *three_files, "--resync", "shop") == 0
    assert waiting(tmp_path) == []
    assert events(spark, tmp_path) == {r["id"] for r in ROWS}
