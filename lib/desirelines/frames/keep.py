"""Keep rows that are read more than once: the one place that caches and checkpoints.

Spark keeps them in memory and on disk. A managed session can refuse that (serverless Databricks
answers NOT_SUPPORTED_WITH_SERVERLESS). Rows then go to a scratch table, which is read instead and
deleted when they are released, at the latest when the command ends.

An executor can die. Rows that were `kept` are then computed again by their plan. Rows that were
`checkpointed` have none, so on a cluster two executors hold them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from pyspark import StorageLevel
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame

Layout = Callable[[DataFrame], DataFrame]
"""Puts rows in the partitions and the order that their readers need."""
NOT_SUPPORTED = "0A000"
"""The SQL standard's state of a feature that the database does not support."""
TWICE = StorageLevel(
    useDisk=True, useMemory=True, useOffHeap=False, deserialized=True, replication=2
)
"""As Spark holds a checkpoint by default, and on a second executor.

MEMORY_AND_DISK_2 would write every row as bytes and read it again.
"""
SERVERLESS = "NOT_SUPPORTED_WITH_SERVERLESS"
"""The name of the refusal; some servers send it as text only, without a state."""


class Scratch(Protocol):
    """A place for rows that the session refuses to keep."""

    def put(self, rows: DataFrame) -> tuple[DataFrame, Callable[[], None]]:
        """Write the rows; give them as read back, and what deletes them."""


_places: list[Scratch] = []
"""Places of the commands that are open in this process, the innermost last."""
_in_scratch: dict[int, tuple[DataFrame, Callable[[], None]]] = {}
"""Rows in scratch tables, by the identity of their DataFrame, with what deletes them."""


@contextmanager
def scratch_in(place: Scratch) -> Iterator[None]:
    """Put refused rows in this place while the block runs, and delete them at its end."""
    before = set(_in_scratch)
    _places.append(place)
    try:
        yield
    finally:
        _places.remove(place)
        for key in set(_in_scratch) - before:
            _in_scratch.pop(key)[1]()


def kept(rows: DataFrame, layout: Layout | None = None) -> DataFrame:
    """Keep the rows for several readers until they are released.

    Computed by the first action; at once where the session refuses to keep them. `layout` is the
    one they have, and is made again after a scratch table, which keeps no order.
    """
    try:
        return rows.persist(StorageLevel.MEMORY_AND_DISK)
    except PySparkException as error:
        return _from_scratch(rows, layout, error)


def release(*frames: DataFrame) -> None:
    """Give up what was kept; rows that are not kept are left alone."""
    for rows in frames:
        in_scratch = _in_scratch.pop(id(rows), None)
        if in_scratch is None:
            rows.unpersist()
        else:
            in_scratch[1]()


def checkpointed(rows: DataFrame, layout: Layout | None = None, *, lazy: bool = False) -> DataFrame:
    """Compute the rows and cut their plan: later plans begin at the computed rows.

    `lazy`: the next action on them computes them, so that one job does both. They are kept until
    Spark's cleaner finds no reference; in a scratch table until the command ends. `layout`: as for
    `kept`.
    """
    try:
        return rows.localCheckpoint(not lazy, _held_by(rows))
    except PySparkException as error:
        return _from_scratch(rows, layout, error)


def settled(rows: DataFrame) -> DataFrame:
    """Compute the rows, and let Spark remember only their true size, not their plan.

    A checkpoint keeps the size estimate of its plan. A join's estimate is the product of its
    sides', so in a loop the number doubled its digits each round, and the fourteenth round took 17
    s to plan. A cache knows its size once it is filled, and so does a scratch table.
    """
    cached = kept(rows)
    if id(cached) in _in_scratch:
        return cached
    cached.count()
    settled_rows = checkpointed(cached)
    release(cached)
    return settled_rows


def _held_by(rows: DataFrame) -> StorageLevel | None:
    """How Spark holds rows without a plan: by default in one process, twice on a cluster.

    With one copy, the death of its executor fails the run (CHECKPOINT_RDD_BLOCK_ID_NOT_FOUND).
    """
    try:
        master = rows.sparkSession.conf.get("spark.master", None) or ""
    except PySparkException:  # a managed session that does not tell
        master = ""
    is_one_process = master.startswith("local") and not master.startswith("local-cluster")
    return None if is_one_process else TWICE


def _from_scratch(rows: DataFrame, layout: Layout | None, error: PySparkException) -> DataFrame:
    """Keep the rows in a scratch table, if `error` is a refusal and there is a place for them."""
    is_refusal = error.getSqlState() == NOT_SUPPORTED or SERVERLESS in str(error)
    if not is_refusal or not _places:
        raise error
    written, delete = _places[-1].put(rows)
    read_back = written if layout is None else layout(written)
    _in_scratch[id(read_back)] = (read_back, delete)
    return read_back
