"""Match patterns against paths: which paths hold which pattern."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from desirelines.kernels.arrow import flat_lists, whole_numbers
from desirelines.kernels.groups import Flags, Ints, sort_order
from desirelines.paths.chain_kernel import Link, chains
from desirelines.settings.patterns import Item, Pattern


def with_matches(paths: DataFrame, patterns: list[Pattern]) -> DataFrame:
    """Replace steps and at_ms by `matches`: a struct for each pattern found in the path.

    The struct holds the pattern's number, how often it occurs (for `every`: once for each step that
    an occurrence begins with; else once), and when the occurrence began and ended: the last one for
    `last`, else the first. Other columns stay.
    """
    kept = [f for f in paths.schema.fields if f.name not in ("steps", "at_ms")]
    schema = ", ".join(f"`{f.name}` {f.dataType.simpleString()}" for f in kept)
    matches = "matches array<struct<pattern: long, times: long, first_ms: long, last_ms: long>>"
    steps = F.col("steps").cast("array<string>")
    return paths.select(
        *(f.name for f in kept),
        steps.alias("steps"),
        F.col("at_ms").cast("array<long>").alias("at_ms"),
    ).mapInArrow(partial(_matched, patterns=patterns), f"{schema}, {matches}")


def flat_paths(batch: pa.RecordBatch) -> tuple[Ints, Ints, Ints, pa.Array]:
    """Flatten the paths of a batch.

    Returns the path number, milliseconds and name number of each step, and the names.
    """
    path, steps = flat_lists(batch.column("steps"))
    names = steps.dictionary_encode()
    return (
        path,
        whole_numbers(batch.column("at_ms").flatten()),
        whole_numbers(names.indices),
        names.dictionary,
    )


def fitting(name: Ints, names: pa.Array, item: Item) -> Flags:
    """Whether each step, given by the number of its name, fits an item."""
    is_named = np.asarray(pc.is_in(names, pa.array(sorted(item.names), names.type)))
    flags: Flags = is_named[name] if len(name) else np.zeros(0, dtype=bool)
    return ~flags if item.is_not else flags


def occurrences(
    path: Ints, at_ms: Ints, name: Ints, names: pa.Array, patterns: list[Pattern]
) -> tuple[Ints, Ints, Ints, Ints, Ints]:
    """One row per path and pattern in it: path, number of the pattern, times, first_ms, last_ms."""
    fits = {
        item: fitting(name, names, item)
        for item in {_anywhere(i) for p in patterns for i in p.items}
    }
    parts = [_occurrences(n, p, path, at_ms, fits) for n, p in enumerate(patterns)]
    of, number, times, first_ms, last_ms = (
        np.concatenate(column) for column in zip(*parts, strict=True)
    )
    return of, number, times, first_ms, last_ms


def _matched(
    batches: Iterator[pa.RecordBatch], *, patterns: list[Pattern]
) -> Iterator[pa.RecordBatch]:
    """Matches of each path. Runs on executors."""
    for batch in batches:
        of, number, times, first_ms, last_ms = occurrences(*flat_paths(batch), patterns)
        order = sort_order((of, number))
        bounds = np.searchsorted(of[order], np.arange(batch.num_rows + 1)).astype(np.int32)
        values = [pa.array(column[order]) for column in (number, times, first_ms, last_ms)]
        matches = pa.StructArray.from_arrays(
            values, names=["pattern", "times", "first_ms", "last_ms"]
        )
        kept = {n: batch.column(n) for n in batch.schema.names if n not in ("steps", "at_ms")}
        yield pa.RecordBatch.from_pydict(
            kept | {"matches": pa.ListArray.from_arrays(pa.array(bounds), matches)}
        )


def _anywhere(item: Item) -> Item:
    """The item regardless of its place, so that what fits it is computed once per batch."""
    return replace(item, after_gap=False)


def _occurrences(
    number: int, pattern: Pattern, path: Ints, at_ms: Ints, fits: dict[Item, Flags]
) -> tuple[Ints, Ints, Ints, Ints, Ints]:
    """Occurrences of one pattern."""
    links = [Link(fits[_anywhere(item)], not item.after_gap) for item in pattern.items]
    attempts = chains(path, at_ms, links, within_ms=pattern.within_ms)
    whole = attempts.depth == len(links)
    anchor, last = attempts.anchor[whole], attempts.last[whole]
    of = path[anchor]
    paths, first = np.unique(of, return_index=True)
    times = np.diff(np.append(first, len(of)))
    chosen = first + times - 1 if pattern.occurrence == "last" else first
    if pattern.occurrence != "every":
        times = np.ones(len(paths), dtype=np.int64)
    return (
        paths,
        np.full(len(paths), number, dtype=np.int64),
        times,
        at_ms[anchor[chosen]],
        at_ms[last[chosen]],
    )
