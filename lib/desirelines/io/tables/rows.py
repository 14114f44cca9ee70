"""Counting rows, and a table without any."""

from __future__ import annotations

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from desirelines.tables import Table


def empty_like(spark: SparkSession, table: Table) -> DataFrame:
    """An empty DataFrame with the table's columns."""
    return spark.createDataFrame([], table.schema)


def row_count(rows: DataFrame) -> int:
    """Number of rows."""
    return int(rows.agg(F.count("*")).collect()[0][0])
