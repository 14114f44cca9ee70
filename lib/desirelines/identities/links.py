"""Which identifiers were seen, and which were seen together."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F


def to_links(used: DataFrame, key_columns: dict[str, str]) -> DataFrame:
    """One row per ordered pair of identifiers that an event carries, and per identifier with itself.

    `key_columns` gives the column of each identifier type. Columns: key, key_type, other_key, other_type, first_at, last_at,
    link_count. One shuffle.
    """
    present = F.array(*(F.struct(F.col(c).alias("key"), F.lit(t).alias("type")) for t, c in key_columns.items()))
    seen = used.select("occurred_at", F.filter(present, lambda i: i["key"].isNotNull()).alias("ids"))
    pairs = seen.select("occurred_at", "ids", F.explode("ids").alias("one")).select(
        "occurred_at", "one", F.explode("ids").alias("other")
    )
    return pairs.groupBy(
        F.col("one.key").alias("key"), F.col("one.type").alias("key_type"),
        F.col("other.key").alias("other_key"), F.col("other.type").alias("other_type"),
    ).agg(F.min("occurred_at").alias("first_at"), F.max("occurred_at").alias("last_at"), F.count("*").alias("link_count"))  # fmt: skip
