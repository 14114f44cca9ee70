"""Rows that are read more than once: kept by Spark, and in scratch tables where it refuses."""

import pytest
from pyspark import StorageLevel
from pyspark.errors import AnalysisException, PySparkException
from pyspark.sql import functions as F
from pyspark.sql.classic.dataframe import DataFrame

from desirelines.frames.keep import checkpointed, kept, release, settled
from desirelines.io.tables.scratch_tables import FOLDER, scratch_tables
from desirelines.io.tables.store import Warehouse
from desirelines.settings.model import Warehouse as WarehouseSettings

REFUSAL = "[NOT_SUPPORTED_WITH_SERVERLESS] PERSIST TABLE is not supported on serverless compute."


@pytest.fixture
def refusing(monkeypatch):
    """Every way to keep rows in the session is refused, as serverless Databricks does."""

    def refuse(*_, **__):
        raise AnalysisException(REFUSAL)

    for name in ("persist", "cache", "checkpoint", "localCheckpoint"):
        monkeypatch.setattr(DataFrame, name, refuse)


@pytest.fixture
def warehouse(spark, tmp_path):
    return Warehouse(spark, WarehouseSettings(path=str(tmp_path / "warehouse")))


def people(spark):
    return spark.createDataFrame(
        [("ann", ["toys"], {"x": 1}), ("bob", [], None), (None, None, {})],
        "`who is it` string, likes array<string>, properties map<string,int>",
    )


def files(warehouse):
    return sorted(p.name for p in warehouse.local_folder.glob(f"{FOLDER}/*"))


KEEPERS = [kept, checkpointed, lambda rows: checkpointed(rows, lazy=True), settled]
NAMES = ["kept", "checkpointed", "lazily", "settled"]


@pytest.mark.parametrize("keep", KEEPERS, ids=NAMES)
def test_refused_rows_are_the_same_rows_until_the_command_ends(spark, warehouse, refusing, keep):
    rows = people(spark)
    with scratch_tables(warehouse, "r1", is_alone=True):
        again = keep(rows)
        assert again.schema == rows.schema
        assert sorted(map(str, again.collect())) == sorted(map(str, rows.collect()))
        assert files(warehouse) == ["_scratch_r1_0"]
    assert files(warehouse) == []


@pytest.mark.parametrize("keep", KEEPERS, ids=NAMES)
def test_rows_that_spark_keeps_are_computed_once_and_in_no_scratch_table(spark, warehouse, keep):
    drawn = spark.range(4).select("id", F.uuid().alias("drawn"))
    with scratch_tables(warehouse, "r1", is_alone=True):
        again = keep(drawn)
        assert sorted(again.collect()) == sorted(again.collect())
        assert files(warehouse) == []
        release(again)


def test_released_rows_leave_their_scratch_table_and_others_stay(spark, warehouse, refusing):
    with scratch_tables(warehouse, "r1", is_alone=True):
        first, second = kept(people(spark)), kept(people(spark))
        release(first)
        assert files(warehouse) == ["_scratch_r1_1"]
        assert second.count() == 3
        release(second)
        assert files(warehouse) == []


def test_a_layout_is_made_again_after_a_scratch_table(spark, warehouse, refusing):
    def by_person(rows):
        return rows.repartition(2, "id").sortWithinPartitions("id", F.desc("at"))

    rows = spark.range(40).select((F.col("id") % 5).alias("id"), F.col("id").alias("at"))
    with scratch_tables(warehouse, "r1", is_alone=True):
        again = kept(rows, by_person)  # as they come, so that only a layout afterwards shows
        placed = again.select("id", "at", F.spark_partition_id().alias("part")).collect()
    assert placed == sorted(placed, key=lambda r: (r["part"], r["id"], -r["at"]))
    assert len({(r["id"], r["part"]) for r in placed}) == 5  # nobody in two partitions


@pytest.mark.parametrize(
    ("master", "copies"),
    [
        ("local", 1),
        ("local[2]", 1),
        ("local-cluster[2,1,1024]", 2),
        ("spark://host:7077", 2),
        ("yarn", 2),
        (None, 2),
        (PySparkException("CONFIG_NOT_AVAILABLE"), 2),
    ],
)
def test_rows_without_a_plan_are_held_twice_wherever_an_executor_can_die(
    spark, monkeypatch, master, copies
):
    """tests/deploy/test_standalone_cluster.py kills one."""
    levels = []

    def master_of_the_session(*_):
        if isinstance(master, Exception):
            raise master
        return master

    monkeypatch.setattr(type(spark.conf), "get", master_of_the_session)
    monkeypatch.setattr(
        DataFrame, "localCheckpoint", lambda rows, _, level: levels.append(level) or rows
    )
    checkpointed(spark.range(1))
    assert levels == [None if copies == 1 else StorageLevel(True, True, False, True, copies)]


def test_without_a_place_the_refusal_is_the_error(spark, refusing):
    with pytest.raises(AnalysisException, match="NOT_SUPPORTED_WITH_SERVERLESS"):
        kept(people(spark))


def test_an_error_that_is_no_refusal_is_not_hidden(spark, warehouse):
    broken = spark.range(3).select(F.raise_error(F.lit("no such row")))
    with (
        scratch_tables(warehouse, "r1", is_alone=True),
        pytest.raises(Exception, match="no such row"),
    ):
        checkpointed(broken)
    assert files(warehouse) == []


@pytest.mark.parametrize("is_alone", [True, False])
def test_a_command_that_holds_the_warehouse_sweeps_the_scratch_of_dead_ones(
    spark, warehouse, refusing, is_alone
):
    people(spark).write.parquet(warehouse.path_of(f"{FOLDER}/_scratch_dead_0"))
    with scratch_tables(warehouse, "r1", is_alone=is_alone):
        kept(people(spark))
        alive = ["_scratch_r1_0"]
        assert files(warehouse) == (alive if is_alone else ["_scratch_dead_0", *alive])


def test_in_a_catalog_scratch_tables_are_managed_tables(spark, tmp_path, refusing):
    spark.sql("CREATE SCHEMA IF NOT EXISTS scratch_test")
    settings = WarehouseSettings(path=str(tmp_path), catalog="spark_catalog", schema="scratch_test")
    warehouse = Warehouse(spark, settings)

    def tables():
        return [r["tableName"] for r in spark.sql("SHOW TABLES IN scratch_test").collect()]

    with scratch_tables(warehouse, "20260101T000000Z-00ff", is_alone=True):
        again = kept(people(spark))
        assert sorted(map(str, again.collect())) == sorted(map(str, people(spark).collect()))
        assert tables() == ["_scratch_20260101t000000z_00ff_0"]
        other = kept(spark.range(2))
        release(other)
        assert len(tables()) == 1
    assert tables() == []
    spark.range(1).write.format("delta").saveAsTable("scratch_test._scratch_dead_0")
    spark.range(1).write.format("delta").saveAsTable("scratch_test.scratch_of_theirs")
    with scratch_tables(warehouse, "r2", is_alone=True):
        kept(people(spark))
        assert sorted(tables()) == ["_scratch_r2_0", "scratch_of_theirs"]
    spark.sql("DROP SCHEMA scratch_test CASCADE")
