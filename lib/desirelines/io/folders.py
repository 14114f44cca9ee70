"""Folders of files that Spark wrote, on this machine or in an object store."""

from __future__ import annotations

import shutil
from pathlib import Path
from urllib.parse import urlparse

from pyspark.errors import AnalysisException
from pyspark.sql import SparkSession
from pyspark.sql import functions as F


def may_be_there(place: str) -> bool:
    """False if there is no such folder; of an object store only Spark can say it."""
    return bool(urlparse(place).scheme) or Path(place).is_dir()


def delete_folder(spark: SparkSession, place: str) -> None:
    """Delete all that is in a folder.

    In an object store Spark writes nothing over it, with the rights it has there; an empty file
    stays.
    """
    if urlparse(place).scheme:
        spark.createDataFrame([], "nothing int").write.mode("overwrite").parquet(place)
    else:
        shutil.rmtree(place, ignore_errors=True)


def size_of_folder(spark: SparkSession, place: str) -> tuple[int, int]:
    """The number of files in a folder and below it, and their bytes; both 0 without a folder."""
    if not urlparse(place).scheme:
        files = [file for file in Path(place).rglob("*") if file.is_file()]
        return len(files), sum(file.stat().st_size for file in files)
    try:
        listed = spark.read.format("binaryFile").option("recursiveFileLookup", "true").load(place)
    except AnalysisException:
        return 0, 0
    files_with_rows = listed.filter(F.col("length") > 0)
    count, size = files_with_rows.agg(F.count("*"), F.sum("length")).collect()[0]
    return int(count), int(size or 0)
