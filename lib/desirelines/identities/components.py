"""Connected components of a graph of keys, in a number of rounds logarithmic in its size.

Randomised contraction: every key points to the smallest of itself and its neighbours, in a random
order that is new each round; keys that point to the same key become one node. Each round leaves a
smaller graph with the same problem. Source: Bögeholz, Brand, Todor, "In-database connected
component analysis", ICDE 2020. As soon as the graph fits one task, that task finishes it with
scipy. Rounds work on numbers, because names are long. Reasons for this algorithm, with
measurements: docs/adr/0005-identities.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pyarrow as pa
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from desirelines.frames.keep import settled

MOST_LOCAL_LINKS = 2_000_000
"""Links between names that one task takes: a few hundred megabytes."""
NUMBERS_A_NAME = 4
"""Factor by which more links fit that task when keys are numbers."""


def to_components(pairs: DataFrame, *, most_local: int = MOST_LOCAL_LINKS) -> DataFrame:
    """One row per key of the pairs: key, component_key.

    component_key is a text that all keys of a component share, and no other key has. `pairs` holds
    key and other_key, each pair once or more often, in either direction.
    """
    edges = settled(pairs.select("key", "other_key").filter(F.col("key") != F.col("other_key")))
    if edges.count() <= most_local:
        return edges.repartition(1).mapInArrow(
            _components_of_names, "key string, component_key string"
        )
    names = settled(
        edges.select("key").unionByName(edges.select(F.col("other_key").alias("key"))).distinct()
    )
    number = number_of(names)
    components = _by_numbers(
        edges.select(number("key"), number("other_key")), most_local * NUMBERS_A_NAME
    )
    named = names.select("key", number("key").alias("_number"))
    of_number = components.select(
        F.col("key").alias("_number"), F.col("component").cast("string").alias("component_key")
    )
    return named.join(of_number, "_number").select("key", "component_key")


def _hashed(name: str, salt: int) -> Column:
    return F.xxhash64(F.lit(salt), F.col(name))


def number_of(
    names: DataFrame, hashed: Callable[[str, int], Column] = _hashed
) -> Callable[[str], Column]:
    """A distinct number for every name; with it, rounds move an eighth of the bytes.

    With ten million keys, two have the same hash once in four hundred thousand times; then another
    hash is tried.
    """
    count, salt = names.count(), 0
    while names.select(hashed("key", salt).alias("key")).distinct().count() < count:
        salt += 1
    return lambda name: hashed(name, salt).alias(name)


def _by_numbers(edges: DataFrame, most_local: int) -> DataFrame:
    """One row per number: key, component."""
    edges = settled(edges)
    hops: list[DataFrame] = []
    while edges.count() > most_local:
        to = settled(_smallest_neighbour(edges, salt=len(hops)))
        hops.append(to)
        edges = settled(_contracted(edges, to))
    components = edges.repartition(1).mapInArrow(_components_of_numbers, "key long, component long")
    for to in reversed(hops):
        later = components.select(
            F.col("key").alias("points_to"), F.col("component").alias("_later")
        )
        components = to.join(later, "points_to", "left").select(
            "key", F.coalesce("_later", "points_to").alias("component")
        )
    return components


def _smallest_neighbour(edges: DataFrame, *, salt: int) -> DataFrame:
    both = edges.unionByName(
        edges.select(F.col("other_key").alias("key"), F.col("key").alias("other_key"))
    )

    def place(key: str) -> Column:
        return F.struct(
            F.xxhash64(F.lit(salt), F.col(key)).alias("drawn"), F.col(key).alias("name")
        )

    smallest = both.groupBy("key").agg(F.min(place("other_key")).alias("near"))
    return smallest.select("key", F.least(F.col("near"), place("key"))["name"].alias("points_to"))


def _contracted(edges: DataFrame, to: DataFrame) -> DataFrame:
    one = edges.join(to, "key").select(F.col("points_to").alias("_key"), "other_key")
    two = one.join(to.withColumnRenamed("key", "other_key"), "other_key")
    ends = two.select(
        F.least("_key", "points_to").alias("key"),
        F.greatest("_key", "points_to").alias("other_key"),
    ).filter(F.col("key") != F.col("other_key"))
    return ends.distinct()


def _components_of_names(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Components of the one partition; runs on an executor."""
    filled = [batch for batch in batches if batch.num_rows]
    if not filled:
        return
    edges = pa.Table.from_batches(filled)
    keys, one, other = numbered(edges.column("key"), edges.column("other_key"))
    yield pa.RecordBatch.from_pydict(
        {"key": keys, "component_key": keys.take(pa.array(_first(len(keys), one, other)))}
    )


def _components_of_numbers(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Components of the one partition; runs on an executor."""
    filled = [batch for batch in batches if batch.num_rows]
    if not filled:
        return
    columns = pa.Table.from_batches(filled)
    both = np.concatenate([columns.column(name).to_numpy() for name in ("key", "other_key")])
    keys, places = np.unique(both, return_inverse=True)
    first = _first(len(keys), places[: len(columns)], places[len(columns) :])
    yield pa.RecordBatch.from_pydict({"key": pa.array(keys), "component": pa.array(keys[first])})


def _first(size: int, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """The first node of the component of each of `size` nodes."""
    group = groups(size, one, other)
    first = np.full(group.max() + 1, size, dtype=np.int64)
    np.minimum.at(first, group, np.arange(size))
    first_of_node: np.ndarray = first[group]
    return first_of_node


def numbered(
    one: pa.ChunkedArray, other: pa.ChunkedArray
) -> tuple[pa.Array, np.ndarray, np.ndarray]:
    """Number the keys of both columns from 0: the keys, and each column as numbers."""
    encoded = (
        pa.chunked_array([*one.chunks, *other.chunks], pa.string())
        .combine_chunks()
        .dictionary_encode()
    )
    codes = encoded.indices.to_numpy().astype(np.int64)
    return encoded.dictionary, codes[: len(one)], codes[len(one) :]


def groups(size: int, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Component number of each of `size` nodes joined by the links one–other."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    links = coo_array((np.ones(len(one), dtype=np.int8), (one, other)), shape=(size, size))
    labels: np.ndarray = connected_components(links, directed=False)[1].astype(np.int64)
    return labels
