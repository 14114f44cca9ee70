"""Links that are not followed.

They are links of identifiers seen with too many others, links between people, and links in groups
too large for one person.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from desirelines.identities.components import MOST_LOCAL_LINKS, groups, numbered, to_components
from desirelines.identities.separation import FOLLOWED, REASONS, Graph, separate

CAP = "cap"
_OUT = "key string, other_key string, group_key string, component_key string, reason string"


def to_capped(pairs: DataFrame, most_links: dict[str, int]) -> DataFrame:
    """Pairs with an identifier that has more links than its type allows: key, other_key, reason.

    A type without a number in `most_links` has no limit. Two shuffles.
    """
    ends = pairs.select("key", "key_type", "other_key").unionByName(
        pairs.select(
            F.col("other_key").alias("key"),
            F.col("other_type").alias("key_type"),
            F.col("key").alias("other_key"),
        )
    )
    limit = F.lit(None).cast("long")
    for id_type, number in sorted(most_links.items()):
        limit = F.when(F.col("key_type") == id_type, F.lit(number)).otherwise(limit)
    limited = (
        ends.filter(limit.isNotNull()).groupBy("key", "key_type").agg(F.count("*").alias("_links"))
    )
    over = limited.filter(F.col("_links") > limit).select(F.col("key").alias("_over"))
    one = pairs.join(over, F.col("key") == F.col("_over"), "left_semi")
    two = pairs.join(over, F.col("other_key") == F.col("_over"), "left_semi")
    return (
        one.unionByName(two).select("key", "other_key").distinct().withColumn("reason", F.lit(CAP))
    )


def to_separated(
    pairs: DataFrame,
    *,
    unique_types: tuple[str, ...],
    most_keys: int,
    most_local: int = MOST_LOCAL_LINKS,
) -> DataFrame:
    """The group of each key, and the pairs that are not followed, in one table.

    A row without `reason` holds key, group_key (the smallest key of its group) and component_key
    (the smallest key of its component before any cut). A row with a `reason` says that the pair
    key, other_key is not followed. `pairs` holds key, key_type, other_key, other_type and rule_no,
    each pair once. One task handles a graph that fits it; a larger graph is first split into its
    components.
    """
    separated = partial(_separated, unique_types=unique_types, most_keys=most_keys)
    if pairs.count() <= most_local:
        return pairs.repartition(1).mapInArrow(separated, _OUT)
    located = pairs.join(to_components(pairs, most_local=most_local), "key")
    return located.repartition("component_key").drop("component_key").mapInArrow(separated, _OUT)


def _separated(
    batches: Iterator[pa.RecordBatch], *, unique_types: tuple[str, ...], most_keys: int
) -> Iterator[pa.RecordBatch]:
    """Groups and cuts of whole components; runs on executors, once per partition."""
    filled = [batch for batch in batches if batch.num_rows]
    if not filled:
        return
    pairs = pa.Table.from_batches(filled)
    keys, one, other = numbered(pairs.column("key"), pairs.column("other_key"))
    unique = []
    for id_type in unique_types:
        is_unique = np.zeros(len(keys), dtype=bool)
        is_unique[one[_is(pairs.column("key_type"), id_type)]] = True
        is_unique[other[_is(pairs.column("other_type"), id_type)]] = True
        unique.append(is_unique)
    rule = pairs.column("rule_no").to_numpy().astype(np.int64)
    group, reason = separate(Graph(len(keys), one, other, rule, tuple(unique)), most_keys=most_keys)
    component = groups(len(keys), one, other)
    nulls = pa.nulls(len(keys), pa.string())
    yield pa.RecordBatch.from_pydict(
        {
            "key": keys,
            "other_key": nulls,
            "group_key": _smallest(keys, group),
            "component_key": _smallest(keys, component),
            "reason": nulls,
        }
    )
    cut = np.flatnonzero(reason != FOLLOWED)
    nulls = pa.nulls(len(cut), pa.string())
    yield pa.RecordBatch.from_pydict(
        {
            "key": keys.take(pa.array(one[cut])),
            "other_key": keys.take(pa.array(other[cut])),
            "group_key": nulls,
            "component_key": nulls,
            "reason": pa.array(REASONS).take(pa.array(reason[cut])),
        }
    )


def _smallest(keys: pa.Array, group: np.ndarray) -> pa.Array:
    """For each key the smallest key of its group."""
    rank = pc.rank(keys, tiebreaker="first").to_numpy().astype(np.int64) - 1
    place = np.empty(len(keys), dtype=np.int64)
    place[rank] = np.arange(len(keys))
    least = np.full(group.max() + 1, len(keys), dtype=np.int64)
    np.minimum.at(least, group, rank)
    return keys.take(pa.array(place[least[group]]))


def _is(types: pa.ChunkedArray, id_type: str) -> np.ndarray:
    return np.asarray(pc.equal(types, id_type).to_numpy()).astype(bool)
