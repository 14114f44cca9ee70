"""From paths to tallies of people of the same segments, and from tallies to groups of segments.

The kernel makes the tallies, in Arrow batches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from desirelines.kernels.arrow import whole_numbers, whole_people
from desirelines.kernels.groups import GroupSum, Ints
from desirelines.paths.kernel import Steps, of_groups
from desirelines.paths.pattern_matching import flat_paths
from desirelines.tables import EVERYBODY

ALL = EVERYBODY
GROUP = ("grain", "segments")
"""What a tally is of: all people of the same segments, at a grain."""


@dataclass(frozen=True, slots=True)
class Batch:
    """All paths of some people, as numbers.

    Attributes:
        steps: the steps; the owner of a path is its person, at its grain.
        names: the names that the numbers of steps stand for.
        group: number of the group of each owner.
        groups: grain and segments of each group.
        rows: the input rows.
    """

    steps: Steps
    names: pa.Array
    group: Ints
    groups: pa.RecordBatch
    rows: pa.RecordBatch

    def by_group(self, of_owners: GroupSum) -> GroupSum:
        """Sum a tally of owners by group; its first sum is the number of people."""
        return of_groups(of_owners, self.group)


Counted = tuple[Ints, dict[str, pa.Array]]
"""Number of the group of each row, and the rows' columns."""


def with_segments(paths: DataFrame, members: DataFrame) -> DataFrame:
    """Add `segments`: the segments of the row's person, and `all`.

    The rows are read once, and shuffled once unless people are few.
    """
    of_person = members.groupBy("person_id").agg(
        F.sort_array(F.collect_list("segment_id")).alias("_memberships")
    )
    memberships = F.coalesce("_memberships", F.array().cast("array<string>"))
    segments = F.concat(F.array(F.lit(ALL)), memberships)
    joined = paths.join(of_person, "person_id", "left")
    return joined.withColumn("segments", segments).drop("_memberships")


def colocated_by_person(paths: DataFrame) -> DataFrame:
    """Repartition and sort paths by person, as required to count people. One shuffle."""
    return paths.repartition("person_id").sortWithinPartitions("person_id")


def to_tallies(
    paths: DataFrame, count: Callable[[Batch], Iterator[Counted]], columns: str
) -> DataFrame:
    """The rows that `count` returns for each portion of people, with grain and segments.

    No shuffle. `paths` are `colocated_by_person` and carry person_id, grain, segments (see
    `with_segments`), steps and at_ms. `count` runs on executors. Its rows cover some people only,
    so they must still be summed with those of others.

    Raises:
        ValueError: on an executor: the paths of a partition are not sorted by person.
    """
    # Arrow has another type for lists that cannot be null, which some of its functions reject.
    types = {"segments": "array<string>", "steps": "array<string>", "at_ms": "array<long>"}
    rows = paths.withColumns({name: F.col(name).cast(type_) for name, type_ in types.items()})
    return rows.mapInArrow(
        partial(_tallied, count=count), f"grain string, segments array<string>, {columns}"
    )


def to_groups(tallies: DataFrame, *by: str) -> DataFrame:
    """Sum tallies: one row per grain, segment_id and `by`. One shuffle, of groups."""
    sums = [F.sum(c).alias(c) for c in tallies.columns if c not in (*GROUP, *by)]
    return (
        tallies.withColumn("segment_id", F.explode("segments"))
        .groupBy("grain", "segment_id", *by)
        .agg(*sums)
    )


def read_batch(rows: pa.RecordBatch) -> Batch:
    """Paths of an Arrow batch as numbers.

    Steps are array<string>, at_ms array<long>; no step is null.
    """
    path, at_ms, name, names = flat_paths(rows)
    grain = rows.column("grain")
    of_group, first_of_group = _numbered(grain, pc.binary_join(rows.column("segments"), "\x1f"))
    owner, first_of_owner = _numbered(grain, rows.column("person_id"))
    groups = pa.RecordBatch.from_arrays(
        [rows.column(c).take(pa.array(first_of_group)) for c in GROUP], names=list(GROUP)
    )
    return Batch(Steps(path, name, at_ms, owner), names, of_group[first_of_owner], groups, rows)


def _tallied(
    batches: Iterator[pa.RecordBatch], *, count: Callable[[Batch], Iterator[Counted]]
) -> Iterator[pa.RecordBatch]:
    """Tallies of each batch of people. Runs on executors."""
    for rows in whole_people(batches, "grain"):
        batch = read_batch(rows)
        for group, columns in count(batch):
            groups = batch.groups.take(pa.array(group))
            yield pa.RecordBatch.from_pydict({c: groups.column(c) for c in GROUP} | columns)


def _numbered(*columns: pa.Array) -> tuple[Ints, Ints]:
    """Number of each row by the values of the columns, and a row of each number."""
    code = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        encoded = column.dictionary_encode()
        code = code * max(len(encoded.dictionary), 1) + whole_numbers(encoded.indices)
    _, first, number = np.unique(code, return_index=True, return_inverse=True)
    return number.astype(np.int64), first.astype(np.int64)
