"""Folders of files that Spark wrote, on this machine or in an object store."""

from __future__ import annotations

import shutil
from pathlib import Path
from urllib.parse import urlparse

from pyspark.sql import SparkSession


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
