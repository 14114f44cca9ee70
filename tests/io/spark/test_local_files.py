"""When a path without a scheme is a file of this machine for Spark as well."""

import pytest

from desirelines.io.spark import local_files


def test_in_an_embedded_session_it_is(spark, tmp_path):
    assert local_files.is_local(spark, str(tmp_path))
    assert not local_files.is_local(spark, f"file://{tmp_path}")
    assert not local_files.is_local(spark, "s3://bucket/warehouse")
    assert not local_files.is_local(spark, str(tmp_path / "a%20b"))


@pytest.mark.parametrize("variable", local_files.CLUSTER_SETTINGS)
def test_on_a_machine_of_a_cluster_nobody_knows(spark, monkeypatch, variable):
    monkeypatch.setenv(variable, "/etc/hadoop/conf")
    assert not local_files.is_local(spark, "/warehouse")


def test_with_another_default_file_system_or_a_session_on_a_server_it_is_not(spark, monkeypatch):
    spark.conf.set("spark.hadoop.fs.defaultFS", "hdfs://name:8020")
    try:
        assert not local_files.is_local(spark, "/warehouse")
    finally:
        spark.conf.unset("spark.hadoop.fs.defaultFS")
    monkeypatch.setattr(local_files, "is_remote", lambda: True)
    assert not local_files.is_local(spark, "/warehouse")
