"""Parts components-…: connected components of a chain, a star and a random graph.

Rounds of two kinds, and rounds helped by one task.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from bench.harness import Comparison, Facts, Part, Variant
from desirelines.identities.components import settled, to_components

NODES_AN_EDGE = 0.6
"""Nodes of the random graph for each of its edges: some large components, and many small ones."""

CHAIN_SHARE, STAR_SHARE = 0.02, 0.2
"""Links of chain and star, of the size asked for: at 5,000,000 they are 100,000 and 1,000,000."""


def chain_part(spark: SparkSession, size: int, out: Path) -> Part:
    """Every node linked with the next: the longest way through a graph."""
    links = int(size * CHAIN_SHARE)
    return _part(spark, "components-chain", links, lambda i: (i, i + F.lit(1)))


def star_part(spark: SparkSession, size: int, out: Path) -> Part:
    """Every node linked with one: the most uneven graph."""
    links = int(size * STAR_SHARE)
    return _part(spark, "components-star", links, lambda i: (F.lit(0), i + F.lit(1)))


def random_part(spark: SparkSession, size: int, out: Path) -> Part:
    """Links between nodes drawn evenly."""
    nodes = F.lit(int(size * NODES_AN_EDGE))
    return _part(
        spark,
        "components-random",
        size,
        lambda i: tuple(F.pmod(F.xxhash64(i, F.lit(s)), nodes) for s in (1, 2)),
    )


def random_graph(spark: SparkSession, links: int) -> DataFrame:
    """The random graph: key, other_key."""
    nodes = F.lit(int(links * NODES_AN_EDGE))
    return _graph(
        spark, links, lambda i: tuple(F.pmod(F.xxhash64(i, F.lit(s)), nodes) for s in (1, 2))
    )


def to_nowhere(rows: DataFrame) -> None:
    """Compute every row and keep none."""
    rows.write.format("noop").mode("overwrite").save()


def by_stars(pairs: DataFrame) -> DataFrame:
    """Components by alternating large-star and small-star until nothing changes.

    Columns: key, component_key.

    Source: Kiveris, Lattanzi, Mirrokni, Rastogi, Vassilvitskii, "Connected Components in
    MapReduce and Beyond", SoCC 2014.
    """
    edges = pairs.select("key", "other_key").filter("key != other_key")
    seen = None
    while True:
        edges = settled(_small_star(_large_star(edges)))
        now = edges.agg(
            F.count("*"), F.sum(F.xxhash64("key", "other_key").cast("decimal(38,0)"))
        ).collect()[0]
        if now == seen:
            break
        seen = now
    roots = edges.select(
        F.col("other_key").alias("key"), F.col("other_key").alias("component_key")
    ).distinct()
    return edges.select("key", F.col("other_key").alias("component_key")).unionByName(roots)


def _large_star(edges: DataFrame) -> DataFrame:
    both = edges.unionByName(
        edges.select(F.col("other_key").alias("key"), F.col("key").alias("other_key"))
    )
    least = both.groupBy("key").agg(F.least(F.min("other_key"), F.col("key")).alias("_least"))
    joined = both.filter("other_key > key").join(least, "key")
    return joined.select(
        F.col("other_key").alias("key"), F.col("_least").alias("other_key")
    ).distinct()


def _small_star(edges: DataFrame) -> DataFrame:
    down = edges.select(
        F.greatest("key", "other_key").alias("key"), F.least("key", "other_key").alias("other_key")
    )
    least = down.groupBy("key").agg(F.min("other_key").alias("_least"))
    joined = down.join(least, "key").select(
        F.col("other_key").alias("key"), F.col("_least").alias("other_key")
    )
    smallest = least.select("key", F.col("_least").alias("other_key"))
    return joined.unionByName(smallest).filter("key != other_key").distinct()


def _part(
    spark: SparkSession, title: str, links: int, ends: Callable[..., tuple[object, ...]]
) -> Part:
    edges = _graph(spark, links, ends).localCheckpoint()
    tasks = int(spark.conf.get("spark.sql.shuffle.partitions") or 8)
    kept: dict[str, DataFrame] = {}

    def variant(name: str, components: Callable[[], DataFrame]) -> Variant:
        def action() -> None:
            kept[name] = components().localCheckpoint()

        return Variant(name, action, lambda: _facts(kept[name], links))

    return Part(
        title=title,
        variants=(
            Variant(
                "edges_shuffled",
                lambda: to_nowhere(edges.repartition(tasks, "key").sortWithinPartitions("key")),
            ),
            variant("product", lambda: to_components(edges)),
            variant("contraction", lambda: to_components(edges, most_local=0)),
            variant("stars", lambda: by_stars(edges)),
        ),
        comparisons=(
            Comparison("product", "edges_shuffled", None),
            Comparison("contraction", "edges_shuffled", None),
            Comparison("stars", "contraction", None),
        ),
        events=links,
        notes=(
            "contraction: the product's rounds to the end, on Spark alone. product: "
            "one task takes over at two million links.",
            "stars: alternating large-star and small-star. steps of a result are its components.",
        ),
    )


def _graph(spark: SparkSession, links: int, ends: Callable[..., tuple[object, ...]]) -> DataFrame:
    """Links between numbers as keys of 64 hex digits each."""
    numbers = spark.range(links, numPartitions=8)
    return numbers.select(
        *(
            F.sha2(F.lit(end).cast("string"), 256).alias(n)
            for end, n in zip(ends(F.col("id")), ("key", "other_key"), strict=True)
        )
    )


def _facts(components: DataFrame, links: int) -> Facts:
    least = components.groupBy("component_key").agg(F.min("key").alias("least"))
    row = (
        components.join(least, "component_key")
        .agg(
            F.count("*"),
            F.count_distinct("least"),
            F.sum(F.xxhash64("key", "least").cast("decimal(38,0)")),
        )
        .collect()[0]
    )
    return Facts(rows=row[0], events=links, steps=row[1], checksum=str(row[2]))
