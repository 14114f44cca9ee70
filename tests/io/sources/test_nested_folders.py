"""Files in folders below a source's folder are read, or told."""

import pytest

from desirelines.errors import SourceError
from desirelines.io.sources.nested_folders import columns_of_folders, lookup_of
from desirelines.io.sources.readers import static_schema
from tests.support.sources import source

NESTED = {"recursiveFileLookup": "true"}


@pytest.mark.parametrize(
    ("files", "options"),
    [
        (["a.csv"], {}),
        (["2024/07/01/a.csv", "2024/07/02/a.csv"], NESTED),
        (["a.csv", "old/b.csv"], NESTED),
        (["dt=2024-07-01/a.csv", "dt=2024-07-02/a.csv"], {}),
        (["y=2024/m=07/a.csv"], {}),
        (["a.csv", "_temporary/0/b.csv", ".hidden/b.csv"], {}),
    ],
)
def test_folders_that_make_no_column_are_looked_into(tmp_path, files, options):
    for file in files:
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text("x")
    assert lookup_of(str(tmp_path)) == options


def test_two_kinds_of_folders_are_two_sources(tmp_path):
    for file in ("dt=2024-07-01/a.csv", "old/a.csv"):
        (tmp_path / file).parent.mkdir()
        (tmp_path / file).write_text("x")
    with pytest.raises(SourceError, match=r"\(dt=2024-07-01\) and in others \(old\)"):
        lookup_of(str(tmp_path), "source 'shop'")


def test_elsewhere_and_by_pattern_spark_looks_alone(tmp_path):
    assert lookup_of("s3a://bucket/in") == lookup_of(str(tmp_path / "*")) == lookup_of(None) == {}


def test_names_of_folders_make_columns(tmp_path):
    (tmp_path / "y=2024" / "m=07").mkdir(parents=True)
    (tmp_path / "old").mkdir()
    assert columns_of_folders(str(tmp_path)) == {"y", "m"}
    assert columns_of_folders("s3a://bucket/in") == columns_of_folders(None) == frozenset()


def test_files_of_a_delta_table_lie_where_its_log_says(spark, tmp_path):
    """Its folders are no source's folders: beside those of partitions lies `_delta_log`."""
    rows = spark.range(3).selectExpr("id", "'2024-07-01' AS dt")
    rows.write.format("delta").partitionBy("dt").save(str(tmp_path / "delta"))
    schema = static_schema(spark, source(format="delta", path=str(tmp_path / "delta")))
    assert schema.names == ["id", "dt"]
