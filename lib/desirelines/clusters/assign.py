"""Apply a stored model: distances to the centres as Column expressions, no Python on executors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from desirelines.clusters.preprocessing import Preparation, to_prepared


def to_assigned(
    features: DataFrame, preparation: Preparation, centres: Mapping[int, Sequence[float]]
) -> DataFrame:
    """One row per person: bucket, and the nearest and second nearest cluster with distances.

    Columns: person_id, bucket, cluster, distance, second_cluster, second_distance. No shuffle.
    Distance is Euclidean, in prepared columns. On equal distances the smaller cluster number is
    taken, as MLlib does.
    """
    people = to_prepared(features, preparation)
    near = F.array_sort(
        F.array(
            *(
                F.struct(
                    _distance(preparation.names, centre).alias("distance"),
                    F.lit(n).cast("long").alias("cluster"),
                )
                for n, centre in sorted(centres.items())
            )
        )
    )
    return people.select("person_id", "bucket", near.alias("_near")).select(
        "person_id",
        "bucket",
        F.col("_near")[0]["cluster"].alias("cluster"),
        F.col("_near")[0]["distance"].alias("distance"),
        F.try_element_at("_near", F.lit(2))["cluster"].alias("second_cluster"),
        F.try_element_at("_near", F.lit(2))["distance"].alias("second_distance"),
    )


def _distance(names: Sequence[str], centre: Sequence[float]) -> Column:
    total = F.lit(0.0)
    for name, value in zip(names, centre, strict=True):
        total = total + F.pow(F.col(name) - F.lit(value), 2)
    return F.sqrt(total)
