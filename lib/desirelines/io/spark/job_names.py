"""Names for Spark's jobs, so that its web page says which stage each belongs to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from pyspark.sql import SparkSession
from pyspark.sql.utils import is_remote
from pyspark.util import inheritable_thread_target

DESCRIPTION = "spark.job.description"
"""Spark's own property of a thread: the text that its web page shows beside a job."""
Done = TypeVar("Done")


@contextmanager
def named_jobs(spark: SparkSession, name: str) -> Iterator[None]:
    """Name the jobs that this thread starts while the block runs.

    A Connect server has no names for jobs, and its web page shows tags instead.
    """
    if is_remote():
        spark.addTag(name)
        try:
            yield
        finally:
            spark.removeTag(name)
        return
    context = spark.sparkContext
    before = context.getLocalProperty(DESCRIPTION)
    context.setLocalProperty(DESCRIPTION, name)
    try:
        yield
    finally:
        context.setLocalProperty(DESCRIPTION, before)  # type: ignore[arg-type]  # null unsets it


def at_once(
    spark: SparkSession, works: Sequence[Callable[[], Done]], *, most: int | None = None
) -> list[Done]:
    """Do these at the same time, `most` at once, on threads whose jobs have this thread's name.

    Gives what each gave, in their order. The first error is raised once all have ended.
    """
    with ThreadPoolExecutor(most or max(1, len(works)), "at_once") as pool:
        doing = [pool.submit(inheritable_thread_target(spark)(work)) for work in works]
        return [one.result() for one in doing]
