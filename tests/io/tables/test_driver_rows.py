"""Rows that the driver has are appended without Spark, and every reader finds them."""

from datetime import UTC, date, datetime

import pyarrow
import pytest

from desirelines import tables
from desirelines.io.tables.driver_rows import append_in_folder, is_for_driver
from desirelines.io.tables.few_files import read_few_files
from desirelines.io.tables.file_statistics import rows_in_files
from desirelines.io.tables.first_commit import write_first_commit
from desirelines.io.tables.small import in_utc
from desirelines.io.tables.store import Warehouse
from desirelines.settings.model import Warehouse as WarehouseSettings

VALUES = {
    "string": "größer", "long": 2**53 + 1, "double": 0.1, "boolean": False,
    "date": date(2025, 3, 30), "timestamp": datetime(2025, 3, 30, 1, 2, 3, 456789, tzinfo=UTC),
    "array": [],
}  # fmt: skip
"""One value of each type that a contract has."""
OF_DRIVER = [table for table in tables.ALL if is_for_driver(table)]


def row_of(table):
    return {c.name: VALUES[c.type.typeName()] for c in table.columns}


def nulls_of(table):
    """Null in every column but those of the file layout."""
    return row_of(table) | {c: None for c in table.column_names if c not in table.partition_by}


def by_spark(spark, place, table):
    rows = spark.read.format("delta").load(str(place))
    assert rows.schema == table.schema  # with the comments
    return [in_utc(row.asDict()) for row in rows.collect()]


def commits(place):
    return sorted(file.name for file in (place / "_delta_log").glob("*.json"))


def test_spark_reads_what_the_driver_wrote_to_every_table_without_people(spark, tmp_path):
    assert len(OF_DRIVER) > 10
    for table in OF_DRIVER:
        place = tmp_path / table.name
        write_first_commit(place, table, table.properties)
        append_in_folder(place, table, [row_of(table), nulls_of(table)])
        append_in_folder(place, table, [row_of(table)])
        wanted = [row_of(table), nulls_of(table), row_of(table)]
        assert sorted(by_spark(spark, place, table), key=str) == sorted(wanted, key=str), table.name
        assert rows_in_files(place, {}) == 3


def test_spark_writes_after_the_driver_and_the_driver_after_spark(spark, tmp_path):
    table = tables.RUNS
    place = tmp_path / table.name
    write_first_commit(place, table, table.properties)
    for number in range(4):
        row = row_of(table) | {"run_id": f"r{number}"}
        if number % 2:
            rows = spark.createDataFrame([row], table.schema)
            rows.write.format("delta").mode("append").save(str(place))
        else:
            append_in_folder(place, table, [row])
    assert sorted(r["run_id"] for r in by_spark(spark, place, table)) == ["r0", "r1", "r2", "r3"]
    assert read_few_files(spark, place).count() == 4
    spark.sql(f"DELETE FROM delta.`{place}` WHERE run_id = 'r2'")
    assert rows_in_files(place, {}) == 3
    assert spark.sql(f"DESCRIBE HISTORY delta.`{place}`").count() == 6


def test_no_rows_make_no_commit(tmp_path):
    table = tables.RUNS
    write_first_commit(tmp_path, table, table.properties)
    append_in_folder(tmp_path, table, [])
    assert len(commits(tmp_path)) == 1


def test_a_value_of_another_type_is_refused_and_nothing_is_written(tmp_path):
    table = tables.RUN_PARAMETERS
    write_first_commit(tmp_path, table, table.properties)
    with pytest.raises(pyarrow.ArrowTypeError):
        append_in_folder(tmp_path, table, [{"run_id": "r1", "name": "cuts", "value": 3}])
    assert len(commits(tmp_path)) == 1


def test_the_driver_writes_no_table_about_people():
    about_people = {t.name for t in tables.ALL} - {t.name for t in OF_DRIVER}
    assert {"events", "people", "features", "segment_members", "suppressions"} <= about_people


@pytest.mark.parametrize("table", [tables.PEOPLE, tables.RUNS], ids=lambda t: t.name)
def test_the_store_leaves_tables_about_people_to_spark(spark, tmp_path, table):
    store = Warehouse(spark, WarehouseSettings(path=str(tmp_path)))
    store.append([row_of(table)], table)
    last = (tmp_path / table.name / "_delta_log" / f"{1:020}.json").read_text()
    assert ("delta-rs" in last) == (table == tables.RUNS)
    assert by_spark(spark, tmp_path / table.name, table) == [row_of(table)]


def test_the_driver_runs_no_job(spark, tmp_path):
    store = Warehouse(spark, WarehouseSettings(path=str(tmp_path)))
    spark.sparkContext.setJobGroup("driver rows", "")
    try:
        store.replace_run([row_of(tables.RUN_PARAMETERS) | {"run_id": "r1"}],
                          tables.RUN_PARAMETERS, "r1")  # fmt: skip
        store.begin_run("r2")
        store.replace_run([row_of(tables.RUN_PARAMETERS) | {"run_id": "r2"}],
                          tables.RUN_PARAMETERS, "r2")  # fmt: skip
        # Of a run that may have rows, those are searched by Spark; the first needs no search.
        jobs = spark.sparkContext.statusTracker().getJobIdsForGroup("driver rows")
    finally:
        spark.sparkContext._jsc.clearJobGroup()
    assert list(jobs) == []
    assert {r["run_id"] for r in store.rows(tables.RUN_PARAMETERS)} == {"r1", "r2"}
