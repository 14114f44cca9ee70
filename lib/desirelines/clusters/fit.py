"""From features to the model: the number of clusters is chosen on a sample, the centres are fitted on everybody."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
from pyspark.ml import PipelineModel
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from desirelines.catalogue import Feature
from desirelines.clusters.choose_k import (
    BISECTING,
    KMEANS,
    Candidate,
    Points,
    candidates,
    chosen,
    fitted,
    refusal_of,
)
from desirelines.clusters.lloyd import lloyd, to_points
from desirelines.clusters.mllib import fit_by_mllib, model_of, pipeline_of
from desirelines.clusters.preprocessing import (
    Preparation,
    fit_preparation,
    prepared_columns,
    to_prepared,
)
from desirelines.columns.small_groups import is_small
from desirelines.errors import GateError
from desirelines.settings.model import Clusters
from desirelines.tables import SMALL_GROUP

PEOPLE_PER_PARTITION = 50_000
MOST_PARTITIONS = 4096
CHOSEN_ON = 4_000
"""People of the sample on which k is chosen."""
SCANS, MLLIB = "scans", "mllib"


@dataclass(frozen=True, slots=True)
class Trial:
    """One candidate and its scores: a row of cluster_trials.

    `smallest_share` is null where the smallest cluster is of fewer than ten people, and with `people_count` where everybody less
    those who were grouped would be.
    """

    algorithm: str
    k: int
    seed: int
    clusters_found: int
    people_count: int | None
    silhouette: float | None
    cost: float
    smallest_share: float | None
    stability: float | None
    gap: float | None
    gap_error: float | None
    verdict: str
    is_kept: bool


@dataclass(frozen=True, slots=True)
class Fitted:
    """What was found: the last trial is the fit on everybody.

    Attributes:
        preparation: how features become numbers.
        pipeline: preparation and MLlib model as one; null when there are no groups.
        centres: centres in prepared columns, in the order of the model's cluster numbers.
        trials: everything that was looked at.
    """

    preparation: Preparation
    pipeline: PipelineModel | None
    centres: tuple[tuple[float, ...], ...]
    trials: tuple[Trial, ...]

    @property
    def kept(self) -> Trial:
        """The fit on everybody."""
        return self.trials[-1]


def fit(
    features: DataFrame,
    count: int,
    catalogue: Sequence[Feature],
    settings: Clusters,
    on_trial: Callable[[Trial], None] = lambda _: None,
    *,
    k_before: int | None = None,
    apart: int = 0,
) -> Fitted:
    """Prepare, choose k on a sample (unless it is set), and fit that on everybody. `k_before` are the clusters of the run before.

    With `clusters.k` unset and no evidence of groups, everybody is one group. Else the centres of the sample are moved by exact
    scans over everybody (`clusters.fit: scans`), or MLlib fits anew (`mllib`; bisecting k-means always). A cluster of fewer than ten
    people is none: its people go to the next nearest. `apart` are the people who are not among the `count` that are grouped.

    Raises:
        GateError: there are fewer people than ten, or than clusters asked for, or no feature in which they differ.
    """
    if count < SMALL_GROUP:
        raise GateError(
            f"clusters: fewer than {SMALL_GROUP} people are known well enough to be grouped, and nothing is published of so few. "
            "Read more events, or lower clusters.least_active_days."
        )
    if count < (settings.k or 1):
        raise GateError(
            f"clusters: {count} people cannot make {settings.k} clusters. Set clusters.k to {count} at most, or read more events."
        )
    is_count_withheld = is_small(apart)

    def published(trial: Trial) -> Trial:
        of_everybody = trial.people_count == count
        return (
            replace(trial, people_count=None, smallest_share=None)
            if is_count_withheld and of_everybody
            else trial
        )

    some = features.sparkSession.createDataFrame(
        sample_of(features, count, settings.sample_people)
    )  # read once
    preparation = fit_preparation(
        _values(some, catalogue).toArrow(), catalogue, settings.family_weights
    )
    if not preparation.columns:
        raise GateError(
            "clusters: people do not differ in any feature, so there are no groups to be found. Read more events."
        )
    sample = points_of(some.select(*prepared_columns(preparation)).toArrow(), preparation)
    start, trials = _start(sample, settings, lambda trial: on_trial(published(trial)), k_before)
    final, pipeline, centres = _final(
        to_prepared(features, preparation), count, preparation, start, settings
    )
    on_trial(published(final))
    return Fitted(preparation, pipeline, centres, tuple(map(published, (*trials, final))))


def _values(features: DataFrame, catalogue: Sequence[Feature]) -> DataFrame:
    return features.select(*(F.expr(f.sql).alias(f.name) for f in catalogue if f.is_clustered))


def sample_of(people: DataFrame, count: int, wanted: int) -> pa.Table:
    """About `wanted` people, everybody when there are no more, in an order that knows nothing of them: by a hash of their key."""
    place = F.pmod(F.xxhash64("person_id", F.lit("sample")), F.lit(2**40))
    some = people if count <= wanted else people.filter(place < int(2**40 * wanted / count))
    return (
        some.withColumn("_place", place)
        .orderBy("_place", "person_id")
        .drop("_place", "person_id")
        .toArrow()
    )


def points_of(sample: pa.Table, preparation: Preparation) -> Points:
    """The prepared numbers of a sample, a row each."""
    return np.column_stack([sample.column(name).to_numpy() for name in preparation.names])


def in_fixed_order(people: DataFrame, count: int) -> DataFrame:
    """Spread and sort people by a rule that knows no machine: the same rows, the same fit.

    Another number of partitions would give other centres, so it follows from the number of people alone.
    """
    partitions = min(MOST_PARTITIONS, max(1, -(-count // PEOPLE_PER_PARTITION)))
    return people.repartition(partitions, "bucket").sortWithinPartitions("bucket", "person_id")


def _start(
    sample: Points, settings: Clusters, on_trial: Callable[[Trial], None], k_before: int | None
) -> tuple[Candidate | None, list[Trial]]:
    """What is fitted on everybody: its algorithm, k and centres on the sample; null for no groups. And the trials."""
    algorithms = [KMEANS, BISECTING] if settings.algorithm == "any" else [settings.algorithm]
    if settings.k is not None:
        return _asked(sample, algorithms[0], settings), []
    trials: list[Trial] = []
    scored: list[Candidate] = []
    some = sample[:CHOSEN_ON]
    limits = {
        "smallest_share": settings.smallest_share,
        "least_stability": settings.least_stability,
    }
    for algorithm in algorithms:
        scored += candidates(
            some,
            algorithm=algorithm,
            k_min=settings.k_min,
            k_max=settings.k_max,
            seed=settings.seed,
            on_candidate=lambda c: on_trial(
                _trial(c, settings.seed, len(some), refusal_of(c, **limits) or "looked at")
            ),
        )
    best, first = (
        chosen(
            scored,
            smallest_share=settings.smallest_share,
            least_stability=settings.least_stability,
            k_before=k,
        )
        for k in (k_before, None)
    )
    for candidate in scored:
        beaten = (
            "taken to everybody"
            if candidate is best
            else f"too little more evidence to leave the {k_before} clusters of the run before"
            if candidate is first
            else "another has more evidence, or as much with fewer clusters"
        )
        trials.append(
            _trial(candidate, settings.seed, len(some), refusal_of(candidate, **limits) or beaten)
        )
    return best, trials


def _asked(sample: Points, algorithm: str, settings: Clusters) -> Candidate:
    """The k of the settings, whatever speaks for it; fewer where there are fewer different people."""
    k = min(settings.k or 1, len(np.unique(sample, axis=0)))
    found = fitted(sample, k, algorithm, seed=settings.seed, starts=settings.restarts)
    return Candidate(
        algorithm=algorithm,
        k=k,
        found=k,
        cost=float(found.inertia_),
        smallest_share=0.0,
        stability=None,
        gap=0.0,
        gap_error=0.0,
        is_structure=True,
        silhouette=None,
        centres=np.asarray(found.cluster_centers_),
    )


def _final(
    prepared: DataFrame,
    count: int,
    preparation: Preparation,
    start: Candidate | None,
    settings: Clusters,
) -> tuple[Trial, PipelineModel | None, tuple[tuple[float, ...], ...]]:
    """Fit on everybody, and count who is nearest to which centre."""
    people, names, model = in_fixed_order(prepared, count), preparation.names, None
    seed, seeds = settings.seed, range(settings.seed, settings.seed + settings.restarts)
    if start is not None and (start.algorithm == BISECTING or settings.fit == MLLIB):
        people = (
            people.localCheckpoint()
        )  # not cache(): MLlib checks a cached input anew in every iteration
        model, seed = fit_by_mllib(
            people,
            names,
            start.k,
            start.algorithm,
            seeds=seeds,
            most_iterations=settings.max_iterations,
        )
    points = to_points(people, count, names)
    max_iterations = 0 if model is not None else 1 if start is None else settings.max_iterations
    begin = (
        np.array(model.clusterCenters())
        if model is not None
        else np.zeros((1, len(names)))
        if start is None
        else start.centres
    )
    found = lloyd(points, begin, max_iterations=max_iterations)
    is_joined = False
    while (smallest := min(n for n in found.sizes if n)) < SMALL_GROUP:
        rest = [
            n > 0 and place != found.sizes.index(smallest) for place, n in enumerate(found.sizes)
        ]
        found, is_joined = lloyd(points, found.centres[rest], max_iterations=max_iterations), True
    # Clusters without people are no clusters: MLlib gives some where points coincide.
    size_of = {tuple(c): n for c, n in zip(found.centres.tolist(), found.sizes, strict=True) if n}
    if model is None or len(size_of) < len(begin):
        model = model_of(people, names, list(size_of))
    centres = found.centres if model is None else np.array(model.clusterCenters())
    sizes = [size_of[tuple(c)] for c in centres.tolist()]
    pipeline = None if model is None else pipeline_of(preparation, model)
    verdict = (
        "no structure: people without groups are told apart as well"
        if start is None
        else f"chosen; what had fewer than {SMALL_GROUP} people was joined to the next nearest"
        if is_joined
        else "chosen"
    )
    plain = start or Candidate(KMEANS, 1, 1, 0.0, 1.0, None, 0.0, 0.0, False, None, centres)
    trial = replace(
        _trial(plain, seed, count, verdict),
        clusters_found=len(sizes),
        cost=found.cost,
        silhouette=plain.silhouette,
        smallest_share=min(sizes) / count,
        k=settings.k or plain.k,
        is_kept=True,
    )
    return trial, pipeline, tuple(tuple(float(v) for v in c) for c in centres)


def _trial(candidate: Candidate, seed: int, people: int, verdict: str) -> Trial:
    return Trial(
        candidate.algorithm,
        candidate.k,
        seed,
        candidate.found,
        people,
        candidate.silhouette,
        candidate.cost,
        _share_to_publish(candidate),
        candidate.stability,
        candidate.gap,
        candidate.gap_error,
        verdict,
        is_kept=False,
    )


def _share_to_publish(candidate: Candidate) -> float | None:
    """The share of the smallest cluster; null where it is of fewer than ten people."""
    small = candidate.smallest_count is not None and is_small(candidate.smallest_count)
    return None if small else candidate.smallest_share
