"""Tables of a local folder are created without Spark, as Spark itself would create them."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from desirelines import tables
from desirelines.io.tables.ddl import create_statement
from desirelines.io.tables.first_commit import COMMIT, write_first_commit

DEPENDS_ON_THE_MOMENT = {"id", "createdTime"}


def actions(table):
    lines = (table / "_delta_log" / COMMIT).read_text().splitlines()
    return {key: value for line in lines for key, value in json.loads(line).items()}


def what_matters(table):
    found = actions(table)
    metadata = {k: v for k, v in found["metaData"].items() if k not in DEPENDS_ON_THE_MOMENT}
    metadata["schemaString"] = json.loads(metadata["schemaString"])
    partitions = json.loads(found["commitInfo"]["operationParameters"]["partitionBy"])
    return metadata, found["protocol"], found["commitInfo"]["operation"], partitions


def test_every_contract_gives_the_commit_that_spark_writes(spark, tmp_path):
    for table in tables.ALL:
        spark.sql(
            create_statement(
                f"delta.`{tmp_path / 'by_spark' / table.name}`", table, table.properties
            )
        )
        write_first_commit(tmp_path / table.name, table, table.properties)
        of_spark = what_matters(tmp_path / "by_spark" / table.name)
        assert what_matters(tmp_path / table.name) == of_spark, table.name


@pytest.mark.parametrize("table", [tables.EVENTS, tables.RUNS], ids=lambda t: t.name)
def test_spark_writes_to_it_and_its_checksums_stay_right(spark, tmp_path, table):
    place = tmp_path / table.name
    write_first_commit(place, table, table.properties)
    # Rows of null alone: of no rows Delta makes no commit.
    rows = spark.createDataFrame([dict.fromkeys(table.column_names)], table.schema)
    for _ in range(2):
        rows.write.format("delta").mode("append").save(str(place))
    read = spark.read.format("delta").load(str(place))
    assert (read.count(), read.schema) == (2, rows.schema)
    detail = spark.sql(f"DESCRIBE DETAIL delta.`{place}`").collect()[0]
    checksum = json.loads((place / "_delta_log" / f"{2:020}.crc").read_text())
    assert (checksum["numFiles"], checksum["tableSizeBytes"]) == (
        detail["numFiles"], detail["sizeInBytes"],
    )  # fmt: skip
    assert checksum["metadata"]["description"] == detail["description"] == table.description


def test_of_many_that_create_a_table_at_once_one_does(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        for done in [
            pool.submit(write_first_commit, tmp_path / "t", tables.RUNS, tables.RUNS.properties)
            for _ in range(16)
        ]:
            done.result()
    log = tmp_path / "t" / "_delta_log"
    assert sorted(file.name for file in log.iterdir()) == [
        COMMIT.replace("json", "crc"), COMMIT,
    ]  # fmt: skip
    checksum = json.loads((log / COMMIT.replace("json", "crc")).read_text())
    assert checksum["metadata"] == actions(tmp_path / "t")["metaData"]


def test_a_table_that_is_there_stays_as_it_is(tmp_path):
    write_first_commit(tmp_path / "t", tables.RUNS, tables.RUNS.properties)
    before = (tmp_path / "t" / "_delta_log" / COMMIT).read_bytes()
    write_first_commit(tmp_path / "t", tables.EVENTS, tables.EVENTS.properties)
    assert (tmp_path / "t" / "_delta_log" / COMMIT).read_bytes() == before
