"""The total orders of a stream: of its raw rows inside a batch, and of its events."""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

from desirelines.settings import Source


def total_order(source: Source) -> list[Column]:
    """Total order of a stream's rows inside a batch.

    `received_at` is left out for a source whose order is the place in the file.
    """
    first = [F.col("occurred_at").asc_nulls_first()]
    if not source.ordered:
        first.append(F.col("received_at").asc_nulls_first())
    return [
        *first,
        F.col("file_name").asc_nulls_first(),
        F.col("file_place").asc_nulls_first(),
        F.col("given_id").asc_nulls_first(),
        F.col("content_digest").asc(),
        F.col("row_hash").asc(),  # hash of the whole raw row: rows that still tie are the same row
    ]


AFTER_TIME = ("received_at", "source", "file_name", "file_place", "event_id")
"""Columns of `events` that decide, in this order, which of two events at one time is first."""


def event_order() -> list[Column]:
    """Order of a stream's events in `events`; null comes first.

    The kernel of sessions sorts by the same.
    """
    return [F.col(name).asc_nulls_first() for name in ("occurred_at", *AFTER_TIME)]
