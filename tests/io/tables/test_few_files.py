"""Tables of few files: the rows and types that Delta reads, without Delta's queries."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from desirelines.io.tables import few_files
from desirelines.io.tables.few_files import read_few_files
from desirelines.io.tables.first_commit import write_first_commit
from desirelines.tables import EVENTS
from tests.support.tables import rows_of

COLUMNS = "name string, on date, at timestamp, paid decimal(18,4), n long, words array<string>"
LATE = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
LONG_AGO = datetime(1960, 1, 1, 0, 0, 0, 123456, tzinfo=UTC)
ROWS = [
    ("a", date(2026, 3, 1), LATE, Decimal("1.5"), 1, ["x", None]),
    ("b", date(2026, 3, 2), LONG_AGO, Decimal(-2), 2, []),
    ("c", None, None, None, None, None),
    ("d", date(2026, 3, 2), None, None, 4, None),
]  # fmt: skip


@pytest.fixture
def folder(spark, tmp_path):
    """A table filed by day, with a day that is null, in two versions."""
    for rows in (ROWS[:1], ROWS[1:]):
        frame = spark.createDataFrame(rows, COLUMNS)
        frame.write.format("delta").partitionBy("on").mode("append").save(str(tmp_path / "t"))
    return tmp_path / "t"


def both(spark, folder):
    return read_few_files(spark, folder), spark.read.format("delta").load(str(folder))


def test_rows_columns_and_types_are_those_that_delta_reads(spark, folder):
    by_list, by_delta = both(spark, folder)
    assert by_list.schema == by_delta.schema
    assert rows_of(by_list, *by_list.columns) == rows_of(by_delta, *by_delta.columns)
    assert by_list.count() == len(ROWS)
    assert "delta" not in by_list._jdf.queryExecution().executedPlan().toString().lower()


def test_only_files_of_the_newest_version_are_read(spark, folder):
    spark.sql(f"DELETE FROM delta.`{folder}` WHERE name = 'b'")
    spark.sql(f"UPDATE delta.`{folder}` SET n = 9 WHERE name = 'd'")
    by_list, _ = both(spark, folder)
    assert rows_of(by_list, "name", "n") == [("a", 1), ("c", None), ("d", 9)]


def test_a_condition_on_the_layout_reads_only_its_files(spark, folder):
    by_list, _ = both(spark, folder)
    of_a_day = by_list.filter("on = '2026-03-02'")
    assert rows_of(of_a_day, "name") == [("b",), ("d",)]
    plan = of_a_day._jdf.queryExecution().executedPlan().toString()
    assert "PartitionFilters: [isnotnull(on" in plan


def test_a_table_without_files_has_no_rows_and_its_own_columns(spark, tmp_path):
    write_first_commit(tmp_path / "t", EVENTS, EVENTS.properties)
    by_list, by_delta = both(spark, tmp_path / "t")
    assert (by_list.schema, by_list.count()) == (by_delta.schema, 0)


def test_many_files_are_left_to_delta(spark, folder, monkeypatch):
    monkeypatch.setattr(few_files, "MOST_FILES", 2)
    assert read_few_files(spark, folder) is None


def test_deletion_vectors_are_left_to_delta(spark, folder):
    spark.sql(
        f"ALTER TABLE delta.`{folder}` SET TBLPROPERTIES ('delta.enableDeletionVectors' = 'true')"
    )
    assert read_few_files(spark, folder) is None


@pytest.mark.parametrize("name", ["a b", "a*", "a[b]", "a{b}", "ä"])
def test_a_path_that_could_be_a_pattern_is_left_to_delta(spark, tmp_path, name):
    folder = tmp_path / name / "t"
    write_first_commit(folder, EVENTS, EVENTS.properties)
    row = spark.createDataFrame([dict.fromkeys(EVENTS.column_names)], EVENTS.schema)
    row.write.format("delta").mode("append").save(str(folder))
    assert read_few_files(spark, folder) is None


def test_a_missing_file_is_left_to_delta(spark, folder):
    next(folder.rglob("*.parquet")).unlink()
    assert read_few_files(spark, folder) is None
