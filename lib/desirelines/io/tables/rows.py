"""Counting rows, a table without any, and texts as rows."""

from __future__ import annotations

from collections.abc import Iterable

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from desirelines.tables import Table


def empty_like(spark: SparkSession, table: Table) -> DataFrame:
    """An empty DataFrame with the table's columns."""
    return spark.createDataFrame([], table.schema)


def listed(spark: SparkSession, texts: Iterable[str], column: str) -> DataFrame:
    """One row per text, to join with: a literal in a plan would stand in logs."""
    return spark.createDataFrame([(text,) for text in texts], f"{column} string")


def row_count(rows: DataFrame) -> int:
    """Number of rows."""
    return int(rows.agg(F.count("*")).collect()[0][0])
