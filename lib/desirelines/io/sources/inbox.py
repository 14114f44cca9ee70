"""Batches of a stream on a Spark Connect server, set down in files and then handed on from here.

Over Connect the function that takes a stream's batches runs on the server, out of reach of this
process. So there it only writes each batch into a folder of its own, again if the batch comes
again. A batch stays until it was handed on; if this process dies, the next command finds it.
"""

from __future__ import annotations

from collections.abc import Callable

from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame, SparkSession

from desirelines.io.folders import has_folder, remove_folder

FOLDER = "_arrivals"
"""Folder of the batches, beside the folder of checkpoints."""


def inbox_of(checkpoint: str) -> str:
    """The folder of the batches of the stream with this checkpoint."""
    checkpoints, _, stream = checkpoint.rpartition("/")
    return f"{checkpoints.rpartition('/')[0]}/{FOLDER}/{stream}"


def saver(inbox: str) -> Callable[[DataFrame, int], None]:
    """A function for `foreachBatch` that names nothing of this process, so it can be sent."""

    def save(batch: DataFrame, number: int) -> None:
        batch.write.mode("overwrite").parquet(f"{inbox}/batch={number}")

    return save


def hand_on(spark: SparkSession, inbox: str, take: Callable[[DataFrame, int], None]) -> None:
    """Hand the batches to `take` in their order; each is deleted when `take` is done with it."""
    if not has_folder(inbox):
        return
    for number in _numbers(spark, inbox):
        place = f"{inbox}/batch={number}"
        take(spark.read.parquet(place), number)
        remove_folder(place)
    remove_folder(inbox)


def _numbers(spark: SparkSession, inbox: str) -> list[int]:
    try:
        batches = spark.read.parquet(inbox).select("batch").distinct().collect()
    except AnalysisException:  # the server died before it wrote the first file
        return []
    return sorted(int(row["batch"]) for row in batches)
