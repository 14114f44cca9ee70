"""Files of tables: the numbers that a look gives come true, and no row changes."""

import json
import os
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable

from desirelines.io.tables import maintenance
from desirelines.io.tables.maintenance import (
    Compaction,
    DataFile,
    Unneeded,
    commits_to_read,
    compact,
    compaction_of,
    may_have_unneeded,
    unneeded_files,
    vacuum,
    write_checkpoint,
)
from desirelines.io.tables.store import Warehouse
from desirelines.settings.model import Warehouse as WarehouseSettings
from desirelines.tables import Table
from desirelines.tables.contract import BUCKET, DAY, TEXT, Column, person_column
from tests.conftest import configured

DAY_1, DAY_2 = date(2026, 3, 1), date(2026, 3, 2)
FILED = Table(
    "filed",
    "one person as of one date",
    ("as_of", "person_id"),
    (Column("as_of", DAY, "the date"), person_column("person_id", "who"), BUCKET),
    ("person_id",),
    "replace as_of",
    partition_by=("as_of",),
)
PLAIN = Table(
    "plain", "one word", ("run_id",), (Column("run_id", TEXT, "the run"),), (), "append"
)  # fmt: skip
OLD = time.time() - 8 * 86_400


@pytest.fixture(autouse=True)
def few(monkeypatch):
    monkeypatch.setattr(maintenance, "MANY_FILES", 3)
    monkeypatch.setattr(maintenance, "LONG_LOG", 3)


@pytest.fixture(params=["", "file://"], ids=["local", "elsewhere"])
def warehouse(request, spark, tmp_path):
    """Warehouses of any number of commands, over one folder; without Spark where it can be."""
    return lambda: Warehouse(spark, WarehouseSettings(path=f"{request.param}{tmp_path}"))


@pytest.fixture
def local(spark, tmp_path):
    return Warehouse(spark, WarehouseSettings(path=str(tmp_path)))


def filed(tables, day, people):
    """One file, as a run writes it: of these people, each with a bucket."""
    rows = [(day, person, bucket) for bucket, person in people]
    tables.append(tables.spark.createDataFrame(rows, FILED.schema), FILED)


def plain(tables, *runs):
    for run_id in runs:
        tables.append(tables.spark.createDataFrame([(run_id,)], PLAIN.schema).coalesce(1), PLAIN)


def files(tmp_path, table):
    uris = DeltaTable(tmp_path / table.name).file_uris()
    return {Path(uri): Path(uri).stat().st_size for uri in uris}


def last_commit(tmp_path, table):
    log = sorted((tmp_path / table.name / "_delta_log").glob("*.json"))[-1].read_text()
    return [json.loads(line) for line in log.splitlines()]


def test_the_files_of_a_value_become_one_with_rows_in_the_order_of_the_layout(warehouse, tmp_path):
    tables = warehouse()
    for people in ([(1, "e"), (0, "b")], [(1, "c")], [(0, "a"), (1, "d")]):
        filed(tables, DAY_1, people)
    for people in ([(0, "f")], [(0, "g")]):  # only two files: they stay
        filed(tables, DAY_2, people)
    before = sorted(map(tuple, tables.read(FILED).collect()))
    of_day_1 = {f: size for f, size in files(tmp_path, FILED).items() if "2026-03-01" in str(f)}
    look = compaction_of(warehouse(), FILED)
    size = sum(of_day_1.values())
    assert look == Compaction(FILED, 3, 5, size, 1, ((DAY_1, size),))
    compact(warehouse(), look)
    assert sorted(map(tuple, warehouse().read(FILED).collect())) == before
    left = {f for f in files(tmp_path, FILED) if "2026-03-01" in str(f)}
    assert len(left) == look.becomes
    assert len(files(tmp_path, FILED)) == 3
    rows = pq.read_table(left.pop(), partitioning=None).to_pylist()
    assert [(r["bucket"], r["person_id"]) for r in rows] == [
        (0, "a"), (0, "b"), (1, "c"), (1, "d"), (1, "e"),
    ]  # fmt: skip
    said = [a.get("add", a.get("remove")) for a in last_commit(tmp_path, FILED)[1:]]
    assert [action["dataChange"] for action in said] == [False] * 4
    assert compaction_of(warehouse(), FILED) is None
    assert warehouse().problems(FILED) == []


def test_without_a_layout_delta_joins_the_files_that_the_look_counted(warehouse, tmp_path):
    tables = warehouse()
    plain(tables, "a", "b")
    assert compaction_of(warehouse(), PLAIN) is None
    plain(tables, "c")
    look = compaction_of(warehouse(), PLAIN)
    assert look == Compaction(PLAIN, 3, 3, sum(files(tmp_path, PLAIN).values()), 1)
    compact(warehouse(), look)
    assert sorted(r["run_id"] for r in warehouse().read(PLAIN).collect()) == ["a", "b", "c"]
    (info, *actions) = last_commit(tmp_path, PLAIN)
    assert info["commitInfo"]["operation"] == "OPTIMIZE"
    assert sum("remove" in a for a in actions) == look.files
    assert sum("add" in a for a in actions) == len(files(tmp_path, PLAIN)) == look.becomes
    assert compaction_of(warehouse(), PLAIN) is None


def test_large_files_are_left_alone_and_joined_ones_stay_below_the_limit(spark, local, tmp_path):
    plain(local, "a", "b", "c", "d", "e")
    many = [(f"long {n}" * 9,) for n in range(200)]
    local.append(spark.createDataFrame(many, PLAIN.schema).coalesce(1), PLAIN)
    small, large = min(files(tmp_path, PLAIN).values()), max(files(tmp_path, PLAIN).values())
    limits = {
        maintenance.SMALL_FILE: str((small + large) // 2),
        maintenance.LARGE_FILE: str(2 * small),
    }
    with configured(spark, limits):
        look = compaction_of(local, PLAIN)
        assert (look.files, look.rows, look.becomes) == (4, 4, 2)
        compact(local, look)
    actions = last_commit(tmp_path, PLAIN)
    assert (sum("remove" in a for a in actions), sum("add" in a for a in actions)) == (4, 2)


@pytest.mark.parametrize(
    ("sizes", "limit", "expected"),
    [
        ([5, 1, 3], 10, [[1, 3, 5]]),
        ([5, 1, 3], 4, [[1, 3]]),
        ([2, 2, 2, 2], 4, [[2, 2], [2, 2]]),
        ([7, 8], 4, []),
        ([], 4, []),
    ],
)
def test_bins(sizes, limit, expected):
    found = maintenance._bins([DataFile(size, 1, ()) for size in sizes], limit)
    assert [[f.size for f in joined] for joined in found] == expected


def test_days_are_rewritten_in_portions(monkeypatch):
    monkeypatch.setattr(maintenance, "MOST_BYTES", 10)
    days = [(date(2026, 3, n), size) for n, size in ((1, 6), (2, 4), (3, 1), (4, 20), (5, 1))]
    assert [[day.day for day in portion] for portion in maintenance._portions(days)] == [
        [1, 2], [3], [4], [5],
    ]  # fmt: skip


def age(*paths):
    for path in paths:
        os.utime(path, (OLD, OLD))


def test_vacuum_deletes_what_no_version_in_retention_needs_and_nothing_else(
    spark, warehouse, tmp_path
):
    tables, now = warehouse(), datetime.now(UTC)
    plain(tables, "a", "b")
    folder = tmp_path / "plain"
    live = set(files(tmp_path, PLAIN))
    old, young, hidden = folder / "part-x.parquet", folder / "part-y.parquet", folder / "_hidden"
    for file in (old, young, hidden):
        file.write_bytes(b"1234")
    assert unneeded_files(warehouse(), PLAIN, now) is None
    age(old, hidden, *live)
    look = unneeded_files(warehouse(), PLAIN, now)
    assert look == Unneeded(1, 4 if tables.local_folder else None)
    vacuum(warehouse(), PLAIN)
    assert set(folder.glob("*.parquet")) == {*live, young}
    assert hidden.exists()
    assert unneeded_files(warehouse(), PLAIN, now) is None
    assert warehouse().read(PLAIN).count() == 2


def test_files_that_were_replaced_stay_for_their_time(spark, local, tmp_path):
    now = datetime.now(UTC)
    plain(local, "a", "b", "c")
    before = set(files(tmp_path, PLAIN))
    compact(local, compaction_of(local, PLAIN))
    age(*before)  # written long ago, replaced now
    assert unneeded_files(local, PLAIN, now) is None
    vacuum(local, PLAIN)
    assert all(file.exists() for file in before)
    assert local.problems(PLAIN) == []


def test_a_folder_of_the_layout_that_is_empty_is_no_file(local, tmp_path):
    filed(local, DAY_1, [(0, "a")])
    empty = tmp_path / "filed" / "as_of=2020-01-01"
    empty.mkdir()
    age(empty)
    assert unneeded_files(local, FILED, datetime.now(UTC)) == Unneeded(0, 0)
    vacuum(local, FILED)
    assert not empty.exists()


def test_nothing_is_old_before_its_time(local, tmp_path):
    plain(local, "a")
    (tmp_path / "plain" / "part-x.parquet").touch()
    now = datetime.now(UTC)
    assert not may_have_unneeded(local, PLAIN, before=now - timedelta(hours=1))
    assert may_have_unneeded(local, PLAIN, before=now + timedelta(hours=1))
    assert may_have_unneeded(local, PLAIN, before=None)
    (tmp_path / "plain" / "part-x.parquet").unlink()
    assert not may_have_unneeded(local, PLAIN, before=None)


def test_a_checkpoint_stands_for_the_commits_before_it(spark, local, tmp_path):
    plain(local, "a", "b", "c")
    log = tmp_path / "plain" / "_delta_log"
    assert commits_to_read(local, PLAIN) == 4
    stale = log / "._last_checkpoint.crc"
    stale.write_bytes(b"crc\0\0\0\2\0\1\2\3\4")  # of a checkpoint that Spark wrote
    write_checkpoint(local, PLAIN)
    assert commits_to_read(local, PLAIN) is None
    assert json.loads((log / "_last_checkpoint").read_text())["version"] == 3
    assert not stale.exists()
    # Without the commits before it, the checkpoint has to say everything.
    for n in range(3):
        (log / f"{n:020}.json").unlink()
    copy = tmp_path / "copy"
    (tmp_path / "plain").rename(copy)
    rows = spark.read.format("delta").load(str(copy)).collect()
    assert sorted(r["run_id"] for r in rows) == ["a", "b", "c"]
    detail = spark.sql(f"DESCRIBE DETAIL delta.`{copy}`").collect()[0]
    assert (detail["minReaderVersion"], detail["minWriterVersion"]) == (1, 2)
    assert detail["properties"] == PLAIN.properties
    assert DeltaTable(copy).to_pyarrow_table().num_rows == 3


def test_elsewhere_spark_writes_checkpoints_by_itself(spark, tmp_path):
    tables = Warehouse(spark, WarehouseSettings(path=f"file://{tmp_path}"))
    plain(tables, "a", "b", "c")
    assert commits_to_read(tables, PLAIN) is None


def test_a_program_that_writes_at_the_same_time_is_told(spark, local, tmp_path, monkeypatch):
    plain(local, "a", "b", "c")
    look = compaction_of(local, PLAIN)
    counts = iter([3, 4])
    monkeypatch.setattr(Warehouse, "row_count", lambda *_: next(counts))
    with pytest.raises(maintenance.GateError, match=r"plain had 3 rows .* and has 4 now"):
        compact(local, look)
