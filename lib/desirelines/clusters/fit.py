"""Fitting MLlib's k-means and bisecting k-means, and choosing k by silhouette."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pyspark.ml.clustering import BisectingKMeans, BisectingKMeansModel, KMeans, KMeansModel
from pyspark.ml.evaluation import ClusteringEvaluator
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from desirelines.clusters.prepare import VECTOR
from desirelines.errors import GateError
from desirelines.settings.model import Clusters

Model = KMeansModel | BisectingKMeansModel
PEOPLE_PER_PARTITION = 50_000
MOST_PARTITIONS = 256


@dataclass(frozen=True, slots=True)
class Trial:
    """One candidate and its scores."""

    algorithm: str
    k: int
    seed: int
    clusters_found: int
    people_count: int
    silhouette: float | None
    cost: float
    smallest_share: float
    refusal: str | None


@dataclass(frozen=True, slots=True)
class Fitted:
    """The chosen model and every candidate that was looked at."""

    model: Model
    chosen: Trial
    trials: tuple[Trial, ...]

    @property
    def centres(self) -> list[list[float]]:
        """Centres in prepared columns, in the order of MLlib's cluster numbers."""
        return [[float(v) for v in c] for c in self.model.clusterCenters()]


def in_fixed_order(people: DataFrame, count: int) -> DataFrame:
    """Spread and sort people by a rule that knows no machine, and keep them so: the same rows, the same fit.

    Another number of partitions would give other centres, so it follows from the number of people alone. The rows are kept
    by a local checkpoint, not by cache(): MLlib checks a cached input anew in every iteration.
    """
    partitions = min(MOST_PARTITIONS, max(1, -(-count // PEOPLE_PER_PARTITION)))
    return people.repartition(partitions, "bucket").sortWithinPartitions("bucket", "person_id").localCheckpoint()


def sampled(people: DataFrame, count: int, wanted: int) -> DataFrame:
    """About `wanted` people, by a hash of their key: the same people on every machine; everybody when there are no more."""
    if count <= wanted:
        return people
    return people.filter(
        F.pmod(F.xxhash64("person_id", F.lit("sample")), F.lit(1_000_000)) < int(1_000_000 * wanted / count)
    )


def fit(
    people: DataFrame, count: int, settings: Clusters, on_trial: Callable[[Trial], None] = lambda _: None
) -> Fitted:
    """Fit the chosen algorithm; with `clusters.k` unset, try every k of the range on a sample and keep the best silhouette.

    A candidate with a cluster smaller than `clusters.smallest_share` of the people is refused, and so is one that finds
    fewer clusters than asked. On equal silhouettes the smaller k stays. The chosen k is then fitted on everybody, with
    `clusters.restarts` seeds; the least cost stays.

    Raises:
        GateError: there are fewer people than clusters asked for, or no candidate is good enough.
    """
    least = settings.k or settings.k_min
    if count < least:
        raise GateError(
            f"clusters: {count} people cannot make {least} clusters. Set clusters.k (or k_min) to {max(count, 2)} at most, or read more events."
        )
    trials: list[Trial] = []
    k = settings.k
    if k is None:
        wanted = min(count, settings.sample_people)
        sample = in_fixed_order(sampled(people, count, settings.sample_people), wanted)
        k = _best_k(sample, settings, trials, min(settings.k_max, count - 1), on_trial)
    everybody = in_fixed_order(people, count)
    finals = [(trial, model) for model, trial in _fits(everybody, k, settings)]
    for trial, _ in finals:
        trials.append(trial)
        on_trial(trial)
    good = [(t, m) for t, m in finals if t.refusal is None or settings.k is not None]
    if not good:
        raise GateError(
            f"clusters: k = {k} on everybody was refused: {finals[0][0].refusal}. Set clusters.k, or lower clusters.smallest_share."
        )
    chosen, model = min(good, key=lambda pair: (pair[0].cost, pair[0].seed))
    return Fitted(model, chosen, tuple(trials))


def _best_k(
    people: DataFrame, settings: Clusters, trials: list[Trial], k_max: int, on_trial: Callable[[Trial], None]
) -> int:
    for k in range(settings.k_min, max(k_max, settings.k_min) + 1):
        for _, trial in _fits(people, k, settings.model_copy(update={"restarts": 1})):
            trials.append(trial)
            on_trial(trial)
    kept = [t for t in trials if t.refusal is None and t.silhouette is not None]
    if not kept:
        reasons = "; ".join(f"k = {t.k}: {t.refusal}" for t in trials)
        raise GateError(
            f"clusters: no k from {settings.k_min} to {k_max} is good enough ({reasons}). Set clusters.k, or lower clusters.smallest_share."
        )
    return max(kept, key=lambda t: (t.silhouette or 0.0, -t.k)).k


def _fits(people: DataFrame, k: int, settings: Clusters) -> Iterator[tuple[Model, Trial]]:
    for seed in range(settings.seed, settings.seed + settings.restarts):
        model = _estimator(k, seed, settings).fit(people)
        yield model, _scored(model, people, k, seed, settings)


def _estimator(k: int, seed: int, settings: Clusters) -> KMeans | BisectingKMeans:
    if settings.algorithm == "bisecting_kmeans":
        return BisectingKMeans(featuresCol=VECTOR, k=k, seed=seed, maxIter=settings.max_iterations)
    return KMeans(featuresCol=VECTOR, k=k, seed=seed, maxIter=settings.max_iterations, tol=1e-6)


def _scored(model: Model, people: DataFrame, k: int, seed: int, settings: Clusters) -> Trial:
    sizes = [int(n) for n in model.summary.clusterSizes if n > 0]
    total = sum(sizes)
    found, share = len(sizes), min(sizes) / total
    silhouette = None
    if found > 1:
        silhouette = float(ClusteringEvaluator(featuresCol=VECTOR).evaluate(model.transform(people)))
    refusal = None
    if found < k:
        refusal = f"only {found} clusters have people"
    elif share < settings.smallest_share:
        refusal = f"the smallest cluster has {share:.2%} of the people, clusters.smallest_share is {settings.smallest_share:.2%}"
    return Trial(
        settings.algorithm, k, seed, found, total, silhouette, float(model.summary.trainingCost), share, refusal
    )
