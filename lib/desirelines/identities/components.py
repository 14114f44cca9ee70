"""Connected components of a graph of keys, in rounds whose number grows with the logarithm of the graph's size.

Randomised contraction: every key points to the smallest of itself and its neighbours, in an order that is drawn anew each
round; keys that point to the same one become one. What is left after a round is a smaller graph of the same shape of problem.
Source: Bögeholz, Brand, Todor, "In-database connected component analysis", ICDE 2020. As soon as the graph fits one task, that
task does the rest by scipy. Why this one, with measurements: docs/adr/0005-identities.md.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
from pyspark import StorageLevel
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

MOST_LOCAL_LINKS = 2_000_000
"""Links that one task takes in: some hundred megabytes of it."""


def to_components(pairs: DataFrame, *, most_local: int = MOST_LOCAL_LINKS) -> DataFrame:
    """One row per key of the pairs: key, component_key (any key of its component, the same for all of it).

    `pairs` holds key and other_key, each pair once or more often, in either direction.
    """
    edges = pairs.select("key", "other_key").filter(F.col("key") != F.col("other_key"))
    edges = settled(edges)
    hops: list[DataFrame] = []
    while edges.count() > most_local:
        to = settled(_smallest_neighbour(edges, salt=len(hops)))
        hops.append(to)
        edges = settled(_contracted(edges, to))
    found = edges.repartition(1).mapInArrow(_components_of_one_task, "key string, component_key string")
    for to in reversed(hops):
        later = found.select(F.col("key").alias("points_to"), F.col("component_key").alias("_later"))
        found = to.join(later, "points_to", "left").select(
            "key", F.coalesce("_later", "points_to").alias("component_key")
        )
    return found


def settled(rows: DataFrame) -> DataFrame:
    """The rows, computed, with their true size as all that Spark remembers of how they were made.

    A checkpoint takes over the estimate of its plan. A join's is the product of its sides', so from round to round the number
    had twice the digits, and the fourteenth took 17 s to plan. A cache knows its size once it is filled.
    """
    cached = rows.persist(StorageLevel.MEMORY_AND_DISK)
    cached.count()
    settled = cached.localCheckpoint()
    cached.unpersist()
    return settled


def _smallest_neighbour(edges: DataFrame, *, salt: int) -> DataFrame:
    both = edges.unionByName(edges.select(F.col("other_key").alias("key"), F.col("key").alias("other_key")))

    def place(key: str) -> Column:
        return F.struct(F.xxhash64(F.lit(salt), F.col(key)).alias("drawn"), F.col(key).alias("name"))

    smallest = both.groupBy("key").agg(F.min(place("other_key")).alias("near"))
    return smallest.select("key", F.least(F.col("near"), place("key"))["name"].alias("points_to"))


def _contracted(edges: DataFrame, to: DataFrame) -> DataFrame:
    one = edges.join(to, "key").select(F.col("points_to").alias("_key"), "other_key")
    two = one.join(to.withColumnRenamed("key", "other_key"), "other_key")
    ends = two.select(
        F.least("_key", "points_to").alias("key"), F.greatest("_key", "points_to").alias("other_key")
    ).filter(F.col("key") != F.col("other_key"))
    return ends.distinct()


def _components_of_one_task(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Runs on an executor, once."""
    filled = [batch for batch in batches if batch.num_rows]
    if not filled:
        return
    edges = pa.Table.from_batches(filled)
    keys, one, other = numbered(edges.column("key"), edges.column("other_key"))
    group = groups(len(keys), one, other)
    first = np.full(group.max() + 1, len(keys), dtype=np.int64)
    np.minimum.at(first, group, np.arange(len(keys)))
    yield pa.RecordBatch.from_pydict({"key": keys, "component_key": keys.take(pa.array(first[group]))})


def numbered(one: pa.ChunkedArray, other: pa.ChunkedArray) -> tuple[pa.Array, np.ndarray, np.ndarray]:
    """Number the keys of both columns from 0: the keys, and each column as numbers."""
    encoded = pa.chunked_array([*one.chunks, *other.chunks], pa.string()).combine_chunks().dictionary_encode()
    codes = encoded.indices.to_numpy().astype(np.int64)
    return encoded.dictionary, codes[: len(one)], codes[len(one) :]


def groups(size: int, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Number of the component of each of `size` nodes joined by the links one–other."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    links = coo_array((np.ones(len(one), dtype=np.int8), (one, other)), shape=(size, size))
    labels: np.ndarray = connected_components(links, directed=False)[1].astype(np.int64)
    return labels
