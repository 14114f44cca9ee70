"""Paths to tallies, in Arrow batches by the kernel; tallies of people to groups of segments."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from desirelines.paths.chains import Ints
from desirelines.paths.matching import flat_paths, numbers
from desirelines.paths.tallies import Steps

ALL = "all"
PERSON_COLUMNS, GROUP_COLUMNS = ("person_id", "grain", "segments"), ("grain", "segments")
"""What owns a tally: a person, or all people of the same segments."""
_TYPES = {"person_id": "string", "grain": "string", "segments": "array<string>"}


@dataclass(frozen=True, slots=True)
class Batch:
    """Paths of an Arrow batch: their steps as numbers, the names these stand for, their owners (one row each), and the rows as they are."""

    steps: Steps
    names: pa.Array
    owners: pa.RecordBatch
    rows: pa.RecordBatch


Counted = tuple[Ints, dict[str, pa.Array]]
"""Number of the owner of each row, and the rows' columns."""


def with_segments(paths: DataFrame, members: DataFrame) -> DataFrame:
    """Add `segments`, the segments of the row's person and `all`. The rows are read once, and shuffled once unless people are few."""
    of_person = members.groupBy("person_id").agg(F.sort_array(F.collect_list("segment_id")).alias("_own"))
    segments = F.concat(F.array(F.lit(ALL)), F.coalesce("_own", F.array().cast("array<string>")))
    return paths.join(of_person, "person_id", "left").withColumn("segments", segments).drop("_own")


def to_tallies(
    paths: DataFrame,
    count: Callable[[Batch], Iterator[Counted]],
    columns: str,
    *,
    of: tuple[str, ...] = PERSON_COLUMNS,
) -> DataFrame:
    """Give the rows that `count` makes of the paths of each owner in each Arrow batch, with the owner's columns. No shuffle.

    `paths` carry person_id, grain, segments (see `with_segments`), steps and at_ms. `count` runs on executors; an owner's rows are
    of one batch, so they are still to be put together with those of others.
    """
    # Arrow's lists of what cannot be null are of another type, which some of its functions do not take.
    types = {"segments": "array<string>", "steps": "array<string>", "at_ms": "array<long>"}
    rows = paths.withColumns({name: F.col(name).cast(type_) for name, type_ in types.items()})
    schema = ", ".join(f"{c} {_TYPES[c]}" for c in of)
    return rows.mapInArrow(partial(_tallied, count=count, of=of), f"{schema}, {columns}")


def to_groups(tallies: DataFrame, *by: str) -> DataFrame:
    """People's tallies added up: one row per grain, segment_id and `by`, with people_count and every sum. Two shuffles: of people's rows, of groups."""
    sums = [F.sum(c).alias(c) for c in tallies.columns if c not in (*PERSON_COLUMNS, *by)]
    of_people = tallies.groupBy(*PERSON_COLUMNS, *by).agg(*sums).withColumn("segment_id", F.explode("segments"))
    return of_people.groupBy("grain", "segment_id", *by).agg(F.count("*").alias("people_count"), *sums)


def read_batch(rows: pa.RecordBatch, of: tuple[str, ...]) -> Batch:
    """Paths of an Arrow batch as numbers. Steps are array<string>, at_ms array<long>; no step is null."""
    path, at_ms, name, names = flat_paths(rows)
    code = np.zeros(rows.num_rows, dtype=np.int64)
    for column in (rows.column(c) for c in of):
        text = pc.binary_join(column, "\x1f") if pa.types.is_list(column.type) else column
        encoded = text.dictionary_encode()
        code = code * max(len(encoded.dictionary), 1) + numbers(encoded.indices)
    _, first, owner = np.unique(code, return_index=True, return_inverse=True)
    flat = Steps(path, name, at_ms, owner.astype(np.int64))
    owners = pa.RecordBatch.from_arrays([rows.column(c).take(pa.array(first)) for c in of], names=list(of))
    return Batch(flat, names, owners, rows)


def _tallied(
    batches: Iterator[pa.RecordBatch], *, count: Callable[[Batch], Iterator[Counted]], of: tuple[str, ...]
) -> Iterator[pa.RecordBatch]:
    """Runs on executors."""
    for rows in batches:
        batch = read_batch(rows, of)
        for owner, columns in count(batch):
            owners = batch.owners.take(pa.array(owner))
            yield pa.RecordBatch.from_pydict({c: owners.column(c) for c in of} | columns)
