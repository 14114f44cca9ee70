"""Batches of a stream on a Spark Connect server, set down in files and then handed on from here.

Over Connect the function that takes a stream's batches runs on the server, out of reach of this
process. So there it only writes each batch into a folder of its own, again if the batch comes
again. A batch stays until it was handed on; if this process dies, the next command finds it.
"""

from __future__ import annotations

from collections.abc import Callable

from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame, SparkSession

from desirelines.io.folders import delete_folder, may_be_there

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
    if not may_be_there(inbox):
        return
    numbers = _numbers(spark, inbox)
    for number in numbers:
        place = f"{inbox}/batch={number}"
        take(spark.read.parquet(place), number)
        delete_folder(spark, place)
    if numbers:
        delete_folder(spark, inbox)


def _numbers(spark: SparkSession, inbox: str) -> list[int]:
    try:
        # A schema is given, as batches differ in theirs; only the names of folders are read.
        rows = spark.read.schema("batch long").parquet(inbox)
        batches = rows.distinct().collect()
    except AnalysisException:  # there is none, or the server died before its first file
        return []
    return sorted(int(row["batch"]) for row in batches)
