"""A Delta source that was rewritten is read on; nothing is read twice."""

import shutil

import pytest

from desirelines.io.sources.delta_history import (
    Skipped,
    _can_remove,
    _metrics,
    skipped_commits,
    unread_files,
)
from tests.support import shop
from tests.support.ingest import ingest
from tests.support.sources import source as mapping_of

OVERWRITE = {"mode": "Overwrite"}


@pytest.mark.parametrize(
    ("operation", "parameters", "metrics", "removes"),
    [
        ("WRITE", {"mode": "Append"}, {"numOutputRows": "3"}, False),
        ("WRITE", OVERWRITE, {"numOutputRows": "3", "numRemovedFiles": "2"}, True),
        ("WRITE", OVERWRITE, {"numOutputRows": "3", "numRemovedFiles": "0"}, False),
        ("WRITE", OVERWRITE, {"numOutputRows": "3"}, True),  # a writer that does not count them
        ("MERGE", {}, {"numTargetRowsInserted": "2", "numTargetFilesRemoved": "0"}, False),
        ("MERGE", {}, {"numTargetRowsUpdated": "1", "numTargetFilesRemoved": "0"}, True),
        ("MERGE", {}, {"numTargetDeletionVectorsAdded": "1"}, True),
        ("MERGE", {}, {"num_target_rows_updated": 1, "num_target_files_removed": 0}, True),
        ("DELETE", {}, {"numDeletedRows": "0"}, False),
        ("OPTIMIZE", {}, {"numRemovedFiles": "6", "numDeletionVectorsRemoved": "2"}, False),
        ("STREAMING UPDATE", {"outputMode": "Complete"}, {}, True),
        ("CREATE OR REPLACE TABLE AS SELECT", {}, {"numOutputRows": "1"}, True),
        ("SET TBLPROPERTIES", {}, {}, False),
    ],
)
def test_the_history_tells_which_commits_remove_rows(operation, parameters, metrics, removes):
    commit = {
        "operation": operation,
        "operationParameters": parameters,
        "operationMetrics": metrics,
    }
    assert _can_remove(commit, _metrics(commit)) is removes


@pytest.mark.parametrize("vectors", [True, False])
def test_what_a_stream_skips_is_told_with_deletion_vectors_as_without(spark, tmp_path, vectors):
    table = tmp_path / "t"
    spark.sql(
        f"CREATE TABLE delta.`{table}` (id int, day string) USING delta PARTITIONED BY (day) "
        f"TBLPROPERTIES (delta.enableDeletionVectors = {str(vectors).lower()})"
    )

    def write(*rows, mode="append", **options):
        frame = spark.createDataFrame(list(rows), "id int, day string").coalesce(1)
        frame.write.format("delta").mode(mode).options(**options).save(str(table))

    def merge(*rows, when):
        frame = spark.createDataFrame(list(rows), "id int, day string")
        frame.createOrReplaceTempView("merged")
        spark.sql(f"MERGE INTO delta.`{table}` t USING merged m ON t.id = m.id {when}")
        spark.catalog.dropTempView("merged")

    insert = "WHEN NOT MATCHED THEN INSERT *"
    write((1, "a"), (2, "a"), (3, "a"), (4, "a"))  # 1
    merge((1, "a"), (5, "a"), when=f"WHEN MATCHED THEN UPDATE SET * {insert}")  # 2
    merge((6, "a"), when=insert)  # 3
    write((7, "b"), mode="overwrite", partitionOverwriteMode="dynamic")  # 4: of a new day
    write((8, "b"), mode="overwrite", partitionOverwriteMode="dynamic")  # 5: of a day there was
    spark.sql(f"DELETE FROM delta.`{table}` WHERE id = 2")  # 6
    spark.sql(f"OPTIMIZE delta.`{table}`").collect()  # 7
    write((9, "c"), mode="overwrite")  # 8
    source = mapping_of(format="delta", path=str(table))
    assert skipped_commits(spark, source, since=1, until=8) == [
        Skipped(2, "MERGE", 1, 2),
        Skipped(5, "WRITE", None, 1),
        Skipped(6, "DELETE", 1, 0),
        Skipped(8, "WRITE", None, 1),
    ]


@pytest.mark.integration
def test_a_table_that_its_stream_cannot_follow_is_read_again_by_resync(
    spark, cli, capsys, tmp_path
):
    shop.configure(tmp_path)
    mapping = tmp_path / "shop.yaml"
    mapping.write_text(mapping.read_text().replace("format: csv", "format: delta"))
    rows = shop.rows(0, 1)
    where = tmp_path / "in"
    spark.createDataFrame(rows).coalesce(1).write.format("delta").save(str(where))
    assert ingest(cli, capsys, tmp_path)[0] == 0
    shutil.rmtree(where)  # made anew, under another id
    spark.createDataFrame(rows).coalesce(1).write.format("delta").save(str(where))
    for _ in range(2):
        code, output = ingest(cli, capsys, tmp_path)
        assert code == 2
        assert "DIFFERENT_DELTA_TABLE_READ_BY_STREAMING_SOURCE" in output
        assert "Read the source again: `desirelines ingest-events --resync shop`" in output
    assert cli("ingest-events", "--conf", str(tmp_path / "conf.yaml"), "--resync", "shop") == 0
    assert f"{len(rows)} duplicate" in capsys.readouterr().err


@pytest.mark.integration
def test_a_source_that_was_rewritten_is_read_on_and_nobody_comes_back(spark, cli, capsys, tmp_path):
    shop.configure(tmp_path)
    mapping = tmp_path / "shop.yaml"
    mapping.write_text(mapping.read_text().replace("format: csv", "format: delta"))
    source = str(tmp_path / "in")

    def write(rows):
        spark.createDataFrame(rows).coalesce(1).write.format("delta").mode("append").save(source)

    first, second, third = shop.rows(0, 2), shop.rows(2, 3), shop.rows(3, 4)
    write(first)
    assert ingest(cli, capsys, tmp_path)[0] == 0
    erased = [r for r in first if r["cookie"] == "cookie0"]
    assert erased
    spark.sql(f"DELETE FROM delta.`{source}` WHERE cookie = 'cookie0'")
    write(second)
    spark.sql(f"OPTIMIZE delta.`{source}`").collect()
    code, output = ingest(cli, capsys, tmp_path)
    assert code == 0
    assert (
        f"shop: DELETE at version 1 deleted or changed {len(erased)} rows; "
        "nothing is read twice\n" in output
    )
    assert f"shop: {len(second)} rows read, {len(second)} used" in output
    spark.createDataFrame([*third, second[0] | {"url": "/elsewhere"}]).createOrReplaceTempView(
        "brought"
    )
    spark.sql(
        f"MERGE INTO delta.`{source}` t USING brought b ON t.id = b.id WHEN MATCHED "
        "THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *"
    )
    code, output = ingest(cli, capsys, tmp_path)
    assert code == 0
    assert (
        f"the rows it added ({len(third) + 1}) were not read: "
        "run `desirelines ingest-events --resync shop`" in output
    )
    capsys.readouterr()
    assert cli("ingest-events", "--conf", str(tmp_path / "conf.yaml"), "--resync", "shop") == 0
    there = len(first) - len(erased) + len(second)
    assert f"{there - 1} duplicate, 1 conflict, {len(third)} used" in capsys.readouterr().err
    code, output = ingest(cli, capsys, tmp_path)
    assert (code, "rows read" in output, "MERGE" in output) == (0, False, False)
    assert spark.read.format("delta").load(str(tmp_path / "warehouse" / "events")).count() == len(
        first + second + third
    )


def test_files_that_a_stream_still_reads_are_those_of_commits_that_only_append(spark, tmp_path):
    place = tmp_path / "t"

    def append(n):
        before = set(place.glob("*.parquet"))
        spark.range(n, n + 2).coalesce(1).write.format("delta").mode("append").save(str(place))
        return {file.name for file in set(place.glob("*.parquet")) - before}

    of = mapping_of(format="delta", path=str(place))
    first, second = append(0), append(2)
    spark.sql(f"DELETE FROM delta.`{place}` WHERE id = 0")  # version 2 writes a file anew
    spark.sql(f"OPTIMIZE delta.`{place}`")
    third = append(4)
    assert unread_files(spark, of, since=-1, until=4) == first | second | third
    assert unread_files(spark, of, since=0, until=3) == second
    assert unread_files(spark, of, since=1, until=3) == frozenset()
    assert unread_files(spark, of, since=4, until=4) == frozenset()
    (place / "_delta_log" / f"{1:020d}.json").unlink()
    assert unread_files(spark, of, since=0, until=4) is None
