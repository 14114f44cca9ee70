"""Exact k-means over all people: Lloyd's iterations as scans in Arrow.

Each scan reads each row once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyspark import TaskContext
from pyspark.sql import DataFrame
from pyspark.sql.pandas.types import from_arrow_schema
from threadpoolctl import threadpool_limits

from desirelines.frames.keep import checkpointed

Centres = npt.NDArray[np.float64]
PEOPLE_AT_ONCE = 50_000
MOST_HELD = 2**28
"""Bytes of people's numbers that one process scans alone.

A scan then needs no Spark job, and no data is moved.
"""
TOLERANCE = 1e-4
"""Share of the mean variance of the columns.

Iterations stop when the squared movement of the centres is at most this share; the same rule as in
scikit-learn.
"""

_PIECE = [("part", pa.int32()), ("piece", pa.int32())]
_PACKED = pa.schema([*_PIECE, ("points", pa.binary())])
_PARTIALS = pa.schema(
    [*_PIECE, ("sums", pa.binary()), ("counts", pa.binary()), ("squares", pa.float64())]
)


@dataclass(frozen=True, slots=True)
class KMeansResult:
    """State after the last scan: centres, people of each, and the cost of these centres."""

    centres: Centres
    sizes: tuple[int, ...]
    cost: float


def to_points(
    people: DataFrame, count: int, columns: Sequence[str], *, most_held: int = MOST_HELD
) -> DataFrame | pa.Table:
    """Pack the numbers of `count` people as bytes, some thousand people per piece, in their order.

    One row per piece of a partition: part, piece, points. Converting a person's columns to numpy
    costs more than everything a scan does with them, so it is done once and kept for all scans. Up
    to `most_held` bytes come to this process as a table. More stay where the people are, and are
    read in few tasks, because starting a task costs time.
    """
    packed = people.select(*columns).mapInArrow(_packed, from_arrow_schema(_PACKED))
    if count * len(columns) * np.dtype(np.float64).itemsize <= most_held:
        return packed.toArrow()
    return checkpointed(packed).coalesce(
        int(people.sparkSession.conf.get("spark.sql.shuffle.partitions") or 200)
    )


def lloyd(points: DataFrame | pa.Table, start: Centres, *, max_iterations: int) -> KMeansResult:
    """Move the centres to the means of their people until they stay, then count once more.

    `points` are of people in a fixed order of partitions and rows. The sums of a piece follow the
    order of its people, and the pieces are added in their order. So the result is identical to the
    bit on any number of cores, in this process or on executors. A centre without people stays where
    it is. Source: Lloyd 1982.
    """
    centres, tolerance, scans = start, 0.0, 0
    while True:
        sums, counts, squares = _scan(points, centres)
        scans += 1
        if scans == 1:
            total = counts.sum()
            mean = sums.sum(axis=0) / total
            tolerance = TOLERANCE * float(squares / total - mean @ mean) / centres.shape[1]
        full = counts > 0
        moved = centres.copy()
        moved[full] = sums[full] / counts[full][:, None]
        # Σ |x − c|² = Σ |x|² − 2 Σ c·s + Σ n |c|²
        cost = float(
            squares - 2 * (centres * sums).sum() + (counts * (centres**2).sum(axis=1)).sum()
        )
        shift = float(((moved - centres) ** 2).sum())
        if shift <= tolerance or scans > max_iterations:
            return KMeansResult(centres, tuple(int(n) for n in counts), max(cost, 0.0))
        centres = moved


def _scan(
    points: DataFrame | pa.Table, centres: Centres
) -> tuple[Centres, npt.NDArray[np.int64], np.float64]:
    scan = partial(_partials, centres=centres)
    if isinstance(points, pa.Table):
        with threadpool_limits(1):  # as in Spark's workers: the same products, to the bit
            pieces = pa.Table.from_batches(scan(points.to_batches()), schema=_PARTIALS).to_pylist()
    else:
        pieces = points.mapInArrow(scan, from_arrow_schema(_PARTIALS)).collect()
    sums, squares = np.zeros_like(centres), np.float64(0.0)
    counts = np.zeros(len(centres), dtype=np.int64)
    for row in sorted(pieces, key=lambda r: (int(r["part"]), int(r["piece"]))):
        sums = sums + np.frombuffer(row["sums"]).reshape(centres.shape)
        counts = counts + np.frombuffer(row["counts"], dtype=np.int64)
        squares = squares + row["squares"]
    return sums, counts, squares


def _packed(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """One row for every PEOPLE_AT_ONCE people of a partition, whatever the size of the batches.

    Runs on executors.
    """
    context = TaskContext.get()
    part = 0 if context is None else context.partitionId()
    waiting: list[Centres] = []
    piece, held = 0, 0
    for batch in batches:
        waiting.append(np.column_stack([c.to_numpy(zero_copy_only=False) for c in batch.columns]))
        held += batch.num_rows
        while held >= PEOPLE_AT_ONCE:
            together = np.concatenate(waiting)
            yield _row(part, piece, together[:PEOPLE_AT_ONCE])
            waiting, held, piece = [together[PEOPLE_AT_ONCE:]], held - PEOPLE_AT_ONCE, piece + 1
    if held:
        yield _row(part, piece, np.concatenate(waiting))


def _row(part: int, piece: int, points: Centres) -> pa.RecordBatch:
    row = {"part": part, "piece": piece, "points": points.tobytes()}
    return pa.RecordBatch.from_pylist([row], schema=_PACKED)


def _partials(batches: Iterator[pa.RecordBatch], *, centres: Centres) -> Iterator[pa.RecordBatch]:
    """Sums, counts and squares: one row per piece. Runs where the pieces are."""
    k, width = centres.shape
    half = (centres**2).sum(axis=1) / 2
    for batch in batches:
        for part, piece, packed in zip(*batch.columns, strict=True):
            points = np.frombuffer(packed.as_buffer(), dtype=np.float64).reshape(-1, width)
            nearest = np.argmin(half - points @ centres.T, axis=1)
            sums = np.column_stack(
                [np.bincount(nearest, weights=points[:, n], minlength=k) for n in range(width)]
            )
            counts = np.bincount(nearest, minlength=k)
            squares = float(np.einsum("ij,ij->", points, points))
            row = {
                "part": part.as_py(),
                "piece": piece.as_py(),
                "sums": sums.tobytes(),
                "counts": counts.tobytes(),
            }
            yield pa.RecordBatch.from_pylist([row | {"squares": squares}], schema=_PARTIALS)
