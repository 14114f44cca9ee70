"""MLlib's part of clustering: its own distributed fit, and models built from given centres."""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.ml import PipelineModel
from pyspark.ml.clustering import BisectingKMeans, BisectingKMeansModel, KMeans, KMeansModel
from pyspark.ml.feature import SQLTransformer, VectorAssembler
from pyspark.sql import DataFrame

from desirelines.clusters.preprocessing import Preparation
from desirelines.clusters.sample_fits import BISECTING

Model = KMeansModel | BisectingKMeansModel
VECTOR = "prepared"


def fit_by_mllib(
    people: DataFrame,
    columns: Sequence[str],
    k: int,
    algorithm: str,
    *,
    seeds: Sequence[int],
    most_iterations: int,
) -> tuple[Model, int]:
    """MLlib's fit with the lowest cost over the seeds, and its seed.

    `people` are in a fixed order, because MLlib depends on it. MLlib may find fewer clusters than
    k, without an error: where points coincide, or where bisecting has nothing to divide.
    """
    vectors = assembler(columns).transform(people).select(VECTOR)
    fits = [(_estimator(k, algorithm, seed, most_iterations).fit(vectors), seed) for seed in seeds]
    return min(fits, key=lambda fit: (fit[0].summary.trainingCost, fit[1]))


def model_of(
    people: DataFrame, columns: Sequence[str], centres: Sequence[Sequence[float]]
) -> KMeansModel | None:
    """An MLlib model with exactly these centres, in MLlib's own order.

    Null for one centre, because MLlib has no such model. k-means of as many points as centres, all
    different, has these points as centres.
    """
    if len(centres) < 2:
        return None
    spark = people.sparkSession
    schema = ", ".join(f"`{c}` double" for c in columns)
    points = spark.createDataFrame(
        [tuple(float(v) for v in centre) for centre in centres], schema
    ).coalesce(1)
    estimator = KMeans(featuresCol=VECTOR, k=len(centres), initMode="random", maxIter=1, seed=1)
    return estimator.fit(assembler(columns).transform(points).select(VECTOR))


def pipeline_of(preparation: Preparation, model: Model) -> PipelineModel:
    """Preparation and model as one saved Pipeline: rows of `features` in, `prediction` out."""
    numbers = ", ".join(f"{c.sql} AS {c.name}" for c in preparation.columns)
    prepare = SQLTransformer(statement=f"SELECT *, {numbers} FROM __THIS__")
    return PipelineModel([prepare, assembler(preparation.names), model])


def assembler(columns: Sequence[str]) -> VectorAssembler:
    """Assemble the prepared numbers as one vector."""
    return VectorAssembler(inputCols=list(columns), outputCol=VECTOR)


def _estimator(k: int, algorithm: str, seed: int, most_iterations: int) -> KMeans | BisectingKMeans:
    if algorithm == BISECTING:
        return BisectingKMeans(featuresCol=VECTOR, k=k, seed=seed, maxIter=most_iterations)
    return KMeans(featuresCol=VECTOR, k=k, seed=seed, maxIter=most_iterations, tol=1e-6)
