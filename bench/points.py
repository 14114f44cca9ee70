"""Synthetic people for the bench, the same in every run: twenty numbers each.

They are of eight groups of unequal size that touch.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.sql import DataFrame, SparkSession

Points = npt.NDArray[np.float64]
GROUPS, WIDTH = 8, 20
SHARES = (0.3, 0.2, 0.15, 0.12, 0.1, 0.06, 0.04, 0.03)
APART = 0.7
"""Standard deviation of a group's centre in each number; people's own is 1."""
NAMES = tuple(f"n{number:02d}" for number in range(WIDTH))
AT_ONCE, BUCKETS = 500_000, 64


def points(spark: SparkSession, size: int, out: Path) -> DataFrame:
    """Give `size` people from build/bench, written there first if they are missing.

    Columns: person_id, bucket, n00 … n19.
    """
    path = out.resolve() / f"points-{size}"
    if not (path / "_SUCCESS").exists():
        path.mkdir(parents=True, exist_ok=True)
        for number, first in enumerate(range(0, size, AT_ONCE)):
            pq.write_table(
                _piece(number, first, min(AT_ONCE, size - first)),
                path / f"part-{number:03d}.parquet",
            )
        (path / "_SUCCESS").touch()
    return spark.read.parquet(str(path))


def matrix(size: int, out: Path) -> Points:
    """The same people's numbers in memory."""
    table = pq.read_table(out.resolve() / f"points-{size}", columns=list(NAMES))
    return np.column_stack([table.column(name).to_numpy() for name in NAMES])


def _piece(number: int, first: int, count: int) -> pa.Table:
    centres = np.random.default_rng(1).normal(scale=APART, size=(GROUPS, WIDTH))
    random = np.random.default_rng((2, number))
    drawn = centres[random.choice(GROUPS, count, p=SHARES)] + random.normal(size=(count, WIDTH))
    who = np.arange(first, first + count)
    columns = {
        "person_id": pa.array([f"p{n:09d}" for n in who]),
        "bucket": pa.array((who % BUCKETS).astype(np.int32)),
    }
    return pa.table(columns | {name: drawn[:, n] for n, name in enumerate(NAMES)})
