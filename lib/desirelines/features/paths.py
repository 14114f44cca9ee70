"""Features of a person's paths: how predictable the next step is, how often a step repeats."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F


def to_path_features(sessions: DataFrame) -> DataFrame:
    """One row per person who has a session of two steps: person_id, path_entropy, self_loop_rate.

    H = −Σ p log2 p over the person's adjacent step pairs inside sessions, divided by log2 of the number of different pairs;
    0 for one pair. Pairs are never made across sessions, and repeats count. No shuffle where
    sessions lie together by person.
    """
    pairs = sessions.select("person_id", "steps", F.posexplode("steps").alias("place", "to")).filter("place > 0")
    step_before = F.get("steps", F.col("place") - 1).alias(
        "from"
    )  # made where it is used: no list of pairs for every session
    counted = pairs.groupBy("person_id", step_before, "to").agg(F.count("*").alias("n"))
    n = F.col("n").cast("double")
    total = F.sum("n").cast("double")
    # −Σ (n/N) log2(n/N) = log2 N − (Σ n log2 n) / N: one pass, no second look at the total
    entropy = F.log2(total) - F.sum(n * F.log2(n)) / total
    kinds = F.count("*").cast("double")
    return counted.groupBy("person_id").agg(
        F.when(kinds > 1, F.least(F.greatest(entropy / F.log2(kinds), F.lit(0.0)), F.lit(1.0)))
        .otherwise(F.lit(0.0))
        .alias("path_entropy"),
        (F.sum(F.when(F.col("from") == F.col("to"), F.col("n")).otherwise(0)) / total).alias("self_loop_rate"),
    )
