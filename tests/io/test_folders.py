"""Folders that Spark wrote are deleted, here and where only Spark can."""

import pytest

from desirelines.io.folders import delete_folder, may_be_there, size_of_folder


@pytest.mark.parametrize("scheme", ["", "file://"], ids=["path", "address"])
def test_nothing_of_a_deleted_folder_can_be_read(spark, tmp_path, scheme):
    place = f"{scheme}{tmp_path}/rows"
    for part in ("batch=0", "batch=1"):
        spark.range(3).write.parquet(f"{place}/{part}")
    delete_folder(spark, place)
    left = [p for p in (tmp_path / "rows").rglob("*.parquet") if "batch" in str(p)]
    assert left == []
    if scheme:
        assert spark.read.parquet(place).count() == 0
    else:
        assert not (tmp_path / "rows").exists()
    delete_folder(spark, place)  # once more: nothing happens


def test_of_an_object_store_only_spark_can_say_what_is_there(tmp_path):
    assert may_be_there("s3a://bucket/rows")
    assert may_be_there(str(tmp_path))
    assert not may_be_there(str(tmp_path / "rows"))


@pytest.mark.parametrize("scheme", ["", "file://"], ids=["path", "address"])
def test_the_files_of_a_folder_and_their_bytes(spark, tmp_path, scheme):
    assert size_of_folder(spark, f"{scheme}{tmp_path}/rows") == (0, 0)
    (tmp_path / "rows" / "deep").mkdir(parents=True)
    (tmp_path / "rows" / "a.parquet").write_bytes(b"12345")
    (tmp_path / "rows" / "deep" / "b.parquet").write_bytes(b"678")
    assert size_of_folder(spark, f"{scheme}{tmp_path}/rows") == (2, 8)
