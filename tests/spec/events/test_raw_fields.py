"""Fields of a raw row, whatever they are called."""

from pyspark.sql import functions as F
from pyspark.sql import types as T

from desirelines.events.raw_fields import RawRows, raw_text
from desirelines.io.sources.readers import as_raw
from tests.support.sources import source


def test_columns_of_any_name_are_reached(spark):
    found = spark.createDataFrame(
        [("1", "2", "3", "4")],
        T.StructType([T.StructField(n, T.StringType()) for n in ("a`b", "a.b", "ä\"'", "")]),
    )
    raw = as_raw(found, source(), F.lit(None).cast("string"), F.lit(None).cast("long"))
    rows = RawRows(raw, source())
    assert raw.select(
        rows.field("a`b").alias("x"),
        rows.field("ä\"'").alias("y"),
        raw_text(source()).alias("text"),
    ).collect() == [("1", "3", '{"a`b":"1","a.b":"2","ä\\"\'":"3","":"4"}')]
