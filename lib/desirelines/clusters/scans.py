"""Exact k-means over all people: Lloyd's iterations as scans in Arrow, each row seen once a scan."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyspark.sql import DataFrame

Centres = npt.NDArray[np.float64]
ROWS_AT_ONCE = 65_536
TOLERANCE = 1e-4
"""Of the mean variance of the columns; once the centres move by less (squared), they stay. As scikit-learn has it."""

_PARTIALS = "part int, sums array<double>, counts array<long>, squares double"


@dataclass(frozen=True, slots=True)
class Scanned:
    """Where the scans ended: centres, people of each, the cost of these centres, and how many scans it took."""

    centres: Centres
    sizes: tuple[int, ...]
    cost: float
    scans: int


def lloyd(people: DataFrame, columns: Sequence[str], start: Centres, *, most_scans: int) -> Scanned:
    """Move the centres to the means of their people until they stay, then count once more.

    `people` are kept in a fixed order of partitions and rows. Sums of a partition are made row by row, and those of partitions
    are added in their order, so the result is the same to the bit on any number of cores. A centre without people stays where
    it is. Source: Lloyd 1982.
    """
    centres, tolerance, scans = start, 0.0, 0
    while True:
        sums, counts, squares = _scan(people, columns, centres)
        scans += 1
        if scans == 1:
            total = counts.sum()
            mean = sums.sum(axis=0) / total
            tolerance = TOLERANCE * float(squares / total - mean @ mean) / len(columns)
        full = counts > 0
        moved = centres.copy()
        moved[full] = sums[full] / counts[full][:, None]
        # Σ |x − c|² = Σ |x|² − 2 Σ c·s + Σ n |c|²
        cost = float(squares - 2 * (centres * sums).sum() + (counts * (centres**2).sum(axis=1)).sum())
        shift = float(((moved - centres) ** 2).sum())
        if shift <= tolerance or scans > most_scans:
            return Scanned(centres, tuple(int(n) for n in counts), max(cost, 0.0), scans)
        centres = moved


def _scan(
    people: DataFrame, columns: Sequence[str], centres: Centres
) -> tuple[Centres, npt.NDArray[np.int64], np.float64]:
    parts = people.select(*columns).mapInArrow(partial(_partials, centres=centres), _PARTIALS).collect()
    sums, counts, squares = np.zeros_like(centres), np.zeros(len(centres), dtype=np.int64), np.float64(0.0)
    for row in sorted(parts, key=lambda r: int(r["part"])):
        sums = sums + np.reshape(row["sums"], centres.shape)
        counts = counts + np.asarray(row["counts"], dtype=np.int64)
        squares = squares + row["squares"]
    return sums, counts, squares


def _partials(batches: Iterator[pa.RecordBatch], *, centres: Centres) -> Iterator[pa.RecordBatch]:
    """Runs on executors: one row a partition."""
    from pyspark import TaskContext

    k, width = centres.shape
    sums, counts, squares = np.zeros((k, width)), np.zeros(k, dtype=np.int64), 0.0
    half = (centres**2).sum(axis=1) / 2
    for batch in batches:
        for first in range(0, batch.num_rows, ROWS_AT_ONCE):
            piece = batch.slice(first, ROWS_AT_ONCE)
            points = np.column_stack([c.to_numpy(zero_copy_only=False) for c in piece.columns])
            nearest = np.argmin(half - points @ centres.T, axis=1)
            counts += np.bincount(nearest, minlength=k)
            for column in range(width):
                sums[:, column] += np.bincount(nearest, weights=points[:, column], minlength=k)
            squares += float(np.einsum("ij,ij->", points, points))
    context = TaskContext.get()
    part = 0 if context is None else context.partitionId()
    yield pa.RecordBatch.from_pydict({
        "part": pa.array([part], pa.int32()), "sums": pa.array([sums.ravel().tolist()], pa.list_(pa.float64())),
        "counts": pa.array([counts.tolist()], pa.list_(pa.int64())), "squares": pa.array([squares]),
    })  # fmt: skip
