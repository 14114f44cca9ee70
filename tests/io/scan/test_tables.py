"""Where Delta keeps a person after an erasure, and that a scan sees it."""

import os
import time

import pytest
from delta.tables import DeltaTable
from pyspark.sql import functions as F

from desirelines.erasure.needles import KEY, Sought, needles_of
from desirelines.io.scan.run import scan
from desirelines.tables import EVENTS
from tests.conftest import configured

ANN = "0" * 31 + "a"
NEEDLES = needles_of([Sought(0, KEY, ANN)])
OURS = {n: v for n, v in EVENTS.properties.items() if n.startswith("delta.")} | {
    "delta.dataSkippingStatsColumns": "n"
}


@pytest.fixture
def table(spark, tmp_path):
    return Table(spark, str(tmp_path / "t"))


class Table:
    """A table of keys, from which ann is erased."""

    def __init__(self, spark, place):
        self.spark, self.place = spark, place

    def write(self, **properties):
        rows = [(ANN, 1), ("b" * 32, 2), ("c" * 32, 3)]
        for part in (rows[:2], rows[2:]):
            frame = self.spark.createDataFrame(part, "person_id string, n int").coalesce(1)
            frame.write.format("delta").mode("append").options(
                **{f"delta.{n}": v for n, v in properties.items()}
            ).save(self.place)

    def merge(self):
        keys = self.spark.createDataFrame([(ANN,)], "person_id string")
        rows = DeltaTable.forPath(self.spark, self.place).alias("t")
        rows.merge(keys.alias("k"), "t.person_id = k.person_id").whenMatchedDelete().execute()
        assert (
            self.spark.read.format("delta")
            .load(self.place)
            .filter(F.col("person_id") == ANN)
            .isEmpty()
        )

    def sql(self, statement):
        off = {"spark.databricks.delta.retentionDurationCheck.enabled": "false"}
        with configured(self.spark, off):
            self.spark.sql(statement.format(f"delta.`{self.place}`"))

    def vacuum(self, kind=""):
        self.sql(f"VACUUM {{}} {kind} RETAIN 0 HOURS")

    def unclean(self):
        """Kinds of files that still hold ann."""
        kinds = {"/": "data", "_delta_log/": "log", "_change_data/": "changes"}
        found = scan(self.place, NEEDLES)
        return sorted({
            next(kind for part, kind in reversed(kinds.items()) if part in "/" + file.path)
            + "." + file.path.rpartition(".")[2]
            for file in found.unclean
        })  # fmt: skip


def test_by_default_statistics_keep_the_person_in_log_and_checksums(table):
    table.write()
    table.merge()
    assert table.unclean() == ["data.parquet", "log.crc", "log.json"]
    table.vacuum()
    assert table.unclean() == ["log.crc", "log.json"]


def test_with_the_properties_of_our_tables_nothing_is_left(table):
    table.write(**{n.removeprefix("delta."): v for n, v in OURS.items()})
    assert table.unclean() == ["data.parquet"]
    table.merge()
    assert table.unclean() == ["data.parquet"]
    table.vacuum()
    assert table.unclean() == []


def test_a_deletion_vector_leaves_the_row_in_its_file_until_it_is_purged(table):
    table.write(enableDeletionVectors="true", dataSkippingStatsColumns="n")
    table.sql("DELETE FROM {} WHERE n = 1")
    table.vacuum()
    assert table.unclean() == ["data.parquet"]
    table.sql("REORG TABLE {} APPLY (PURGE)")
    table.vacuum()
    assert table.unclean() == []


def test_change_data_hold_the_row_until_they_are_vacuumed(table):
    table.write(enableChangeDataFeed="true", dataSkippingStatsColumns="n")
    table.merge()
    assert table.unclean() == ["changes.parquet", "data.parquet"]
    table.vacuum()
    assert table.unclean() == []


def test_an_orphan_outlives_a_light_vacuum_and_not_a_full_one(table, tmp_path):
    table.write(dataSkippingStatsColumns="n")
    frame = table.spark.createDataFrame([(ANN, 1)], "person_id string, n int").coalesce(1)
    frame.write.parquet(str(tmp_path / "failed"))
    (part,) = (tmp_path / "failed").glob("part-*.parquet")
    orphan = tmp_path / "t" / part.name
    part.rename(orphan)
    os.utime(orphan, (time.time() - 9e6,) * 2)
    table.merge()
    table.vacuum("LITE")
    assert table.unclean() == ["data.parquet"]
    table.vacuum("FULL")
    assert table.unclean() == []


def test_a_literal_in_a_condition_stays_in_the_log(table):
    table.write(dataSkippingStatsColumns="n")
    DeltaTable.forPath(table.spark, table.place).delete(F.col("person_id") == ANN)
    table.vacuum()
    assert table.unclean() == ["log.json"]


def test_a_table_filed_by_the_person_keeps_them_in_the_name_of_a_folder(table):
    rows = table.spark.createDataFrame([(ANN, 1), ("b", 2)], "person_id string, n int")
    rows.write.format("delta").partitionBy("person_id").save(table.place)
    table.merge()
    table.vacuum()
    paths = [f.path for f in scan(table.place, NEEDLES).unclean if not f.path.startswith("_")]
    assert paths == ["person_id=***"]
