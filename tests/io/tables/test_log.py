"""The newest version of a table, by the names of the files in its log."""

from desirelines.io.tables.log import commits_after_checkpoint, drop_stale_sum, newest_version


def test_the_newest_commit_counts_and_nothing_else(tmp_path):
    log = tmp_path / "events" / "_delta_log"
    log.mkdir(parents=True)
    assert newest_version(tmp_path / "events") is None
    for name in (
        f"{0:020}.json", f"{9:020}.json", f"{10:020}.json", f"{10:020}.checkpoint.parquet",
        f"{11:020}.json.tmp", f"{12:020}.crc", "_last_checkpoint",
    ):  # fmt: skip
        (log / name).touch()
    assert newest_version(tmp_path / "events") == 10
    assert commits_after_checkpoint(tmp_path / "events") == 0
    assert newest_version(tmp_path / "sessions") is None


def test_it_is_the_version_of_delta_itself(spark, tmp_path):
    place = str(tmp_path / "rows")
    for n in range(4):  # beyond the first checkpoint
        writer = spark.range(n).write.format("delta").option("delta.checkpointInterval", "2")
        writer.mode("overwrite").save(place)
        version = spark.sql(f"DESCRIBE HISTORY delta.`{place}` LIMIT 1").collect()[0]["version"]
        assert newest_version(tmp_path / "rows") == version == n
    assert list((tmp_path / "rows" / "_delta_log").glob("*.checkpoint.parquet"))


def test_commits_after_the_newest_checkpoint_are_counted(tmp_path):
    log = tmp_path / "events" / "_delta_log"
    log.mkdir(parents=True)
    assert commits_after_checkpoint(tmp_path / "events") == 0
    for n in range(5):
        (log / f"{n:020}.json").touch()
    assert commits_after_checkpoint(tmp_path / "events") == 5
    for name in (f"{1:020}.checkpoint.parquet", f"{2:020}.checkpoint.{1:010}.{2:010}.parquet"):
        (log / name).touch()
    assert commits_after_checkpoint(tmp_path / "events") == 2


def test_the_sum_of_a_checkpoint_of_before_is_deleted(tmp_path):
    log = tmp_path / "events" / "_delta_log"
    log.mkdir(parents=True)
    for name in ("_last_checkpoint", "._last_checkpoint.crc", f"{0:020}.crc"):
        (log / name).touch()
    for _ in range(2):
        drop_stale_sum(tmp_path / "events")
        assert {f.name for f in log.iterdir()} == {"_last_checkpoint", f"{0:020}.crc"}
