"""What a log says of its files, and when it does not say enough."""

from datetime import UTC, date, datetime

import pytest

from desirelines.io.tables.file_statistics import (
    bounds_of_files,
    rows_in_files,
    rows_in_files_since,
)
from desirelines.io.tables.store import Warehouse
from desirelines.settings.model import Warehouse as WarehouseSettings
from desirelines.tables import FEATURES, SEGMENT_MEMBERS

DAYS = (date(2026, 1, 1), date(2026, 1, 2))
NOON = datetime(2026, 1, 1, 12, 0, 0, 123456, tzinfo=UTC)


@pytest.fixture
def table(spark, tmp_path):
    """Two files of the first day, one of the second; a text, a time and a number."""
    for day, rows in (
        (DAYS[0], [("a", NOON, 1), ("b", None, 2)]),
        (DAYS[0], [("c" * 40, NOON, 3)]),
        (DAYS[1], [("d", NOON, None)]),
    ):
        frame = spark.createDataFrame(
            [(day, *row) for row in rows], "on date, name string, at timestamp, n long"
        )
        writer = frame.coalesce(1).write.format("delta").partitionBy("on").mode("append")
        writer.save(str(tmp_path / "t"))
    return tmp_path / "t"


def test_rows_are_counted_by_the_log_of_all_files_or_of_a_partition(table):
    assert rows_in_files(table) == 4
    assert rows_in_files(table, {"on": DAYS[0]}) == 3
    assert rows_in_files(table, {"on": date(2000, 1, 1)}) == 0
    assert rows_in_files(table, {"n": 1}) is None  # of no partition: the log cannot say it


def test_bounds_are_those_of_the_values_where_the_log_says_them_whole(table):
    assert sorted(bounds_of_files(table, "on")) == [(DAYS[0], DAYS[0])] * 2 + [(DAYS[1], DAYS[1])]
    milliseconds = NOON.replace(microsecond=123000)
    assert bounds_of_files(table, "at") == [(milliseconds, milliseconds)] * 3
    assert bounds_of_files(table, "name") is None  # one is longer than what Delta stores
    assert bounds_of_files(table, "n") is None  # one file has only null
    assert bounds_of_files(table, "nothing") is None


def test_a_table_without_files_has_no_bounds(spark, tmp_path):
    spark.sql(f"CREATE TABLE delta.`{tmp_path / 'e'}` (on date, n long) USING DELTA")
    assert bounds_of_files(tmp_path / "e", "n") == []
    assert (rows_in_files(tmp_path / "e"), rows_in_files(tmp_path / "e", {"on": DAYS[0]})) == (0, 0)


def members(spark, *run_ids):
    return spark.createDataFrame(
        [("p", "s", True, DAYS[0], 0, run_id, None, None, None) for run_id in run_ids],
        "person_id string, segment_id string, is_primary boolean, since_on date, bucket long, "
        "run_id string, computed_at timestamp, data_through date, expires_at timestamp",
    )


@pytest.mark.parametrize("run_id", ["short", "a name of a run that is longer than Delta stores it"])
def test_a_warehouse_reads_rows_only_where_the_log_does_not_say_it(spark, tmp_path, run_id):
    warehouse = Warehouse(spark, WarehouseSettings(path=str(tmp_path)))
    assert (warehouse.bounds(SEGMENT_MEMBERS, "run_id"), warehouse.run_ids(SEGMENT_MEMBERS)) == (
        None, set(),
    )  # fmt: skip
    warehouse.replace_all(members(spark, run_id, run_id), SEGMENT_MEMBERS)
    assert warehouse.bounds(SEGMENT_MEMBERS, "run_id") == (run_id, run_id)
    assert warehouse.run_ids(SEGMENT_MEMBERS) == {run_id}
    assert warehouse.row_count(SEGMENT_MEMBERS) == 2
    assert warehouse.row_count(SEGMENT_MEMBERS, since_on=DAYS[0]) == 2  # counted by Spark
    assert warehouse.row_count(SEGMENT_MEMBERS, since_on=DAYS[1]) == 0
    assert (warehouse.partitions(FEATURES, "as_of"), warehouse.row_count(FEATURES)) == (set(), 0)


def test_rows_since_a_value_are_those_of_whole_files_where_the_log_says_their_largest(table):
    assert rows_in_files_since(table, "at", NOON.replace(microsecond=0)) == 4
    assert rows_in_files_since(table, "at", NOON.replace(hour=13)) == 0
    assert rows_in_files_since(table, "n", 2) is None  # one file has only null
