"""From features to the model: k is chosen on a sample, the centres are fitted on everybody."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import pyarrow as pa
from pyspark.ml import PipelineModel
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from threadpoolctl import threadpool_limits

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
from desirelines.clusters.lloyd import KMeansResult, lloyd, to_points
from desirelines.clusters.mllib import fit_by_mllib, model_of, pipeline_of
from desirelines.clusters.preprocessing import (
    Preparation,
    fit_preparation,
    prepared_columns,
    to_prepared,
)
from desirelines.clusters.trials import LOOKED_AT, Fitted, Trial, trial_of
from desirelines.columns.small_groups import is_small
from desirelines.errors import GateError
from desirelines.frames.keep import checkpointed
from desirelines.settings.model import Clusters
from desirelines.tables import SMALL_GROUP

PEOPLE_PER_PARTITION = 50_000
MOST_PARTITIONS = 4096
CHOSEN_ON = 4_000
"""People of the sample on which k is chosen."""
MLLIB = "mllib"


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
    """Prepare, choose k on a sample (unless it is set), and fit that k on everybody.

    `k_before` is the number of clusters of the previous run. With `clusters.k` unset and no
    evidence of groups, everybody is one group. Otherwise the centres of the sample are moved by
    exact scans over everybody (`clusters.fit: scans`), or MLlib fits from scratch (`mllib`; always
    for bisecting k-means). A cluster of fewer than ten people is dissolved: its people go to the
    next nearest. `apart` is the number of people who are not among the `count` that are grouped.

    Raises:
        GateError: there are fewer than ten people, fewer people than clusters asked for, or no
            feature in which they differ.
    """
    _check_enough_people(count, settings.k)
    is_count_withheld = is_small(apart)

    def published(trial: Trial) -> Trial:
        of_everybody = trial.people_count == count
        return (
            replace(trial, people_count=None, smallest_share=None)
            if is_count_withheld and of_everybody
            else trial
        )

    # Reads the features once.
    sampled = features.sparkSession.createDataFrame(
        sample_of(features, count, settings.sample_people)
    )
    values = _values(sampled, catalogue).toArrow()
    with threadpool_limits(1):  # more threads spin on busy cores, and change the last bits
        preparation = fit_preparation(values, catalogue, settings.family_weights)
    if not preparation.columns:
        raise GateError(
            "clusters: people do not differ in any feature, so there are no groups to find. "
            "Read more events."
        )
    sample = points_of(sampled.select(*prepared_columns(preparation)).toArrow(), preparation)
    with threadpool_limits(1):
        start, trials = _start(sample, settings, lambda trial: on_trial(published(trial)), k_before)
    final, pipeline, centres = _final(
        to_prepared(features, preparation), count, preparation, start, settings
    )
    on_trial(published(final))
    return Fitted(preparation, pipeline, centres, tuple(map(published, (*trials, final))))


def _check_enough_people(count: int, k: int | None) -> None:
    if count < SMALL_GROUP:
        raise GateError(
            f"clusters: fewer than {SMALL_GROUP} people are known well enough to be grouped, "
            "and nothing is published about so few. "
            "Read more events, or lower clusters.least_active_days."
        )
    if count < (k or 1):
        raise GateError(
            f"clusters: {count} people cannot make {k} clusters. "
            f"Set clusters.k to {count} at most, or read more events."
        )


def _values(features: DataFrame, catalogue: Sequence[Feature]) -> DataFrame:
    return features.select(*(F.expr(f.sql).alias(f.name) for f in catalogue if f.is_clustered))


def sample_of(people: DataFrame, count: int, wanted: int) -> pa.Table:
    """About `wanted` people, or everybody when there are no more.

    They come in the order of a hash of their key, so the order does not depend on their data.
    """
    place = F.pmod(F.xxhash64("person_id", F.lit("sample")), F.lit(2**40))
    sample = people if count <= wanted else people.filter(place < int(2**40 * wanted / count))
    return (
        sample.withColumn("_place", place)
        .orderBy("_place", "person_id")
        .drop("_place", "person_id")
        .toArrow()
    )


def points_of(sample: pa.Table, preparation: Preparation) -> Points:
    """The prepared numbers of a sample, one row per person."""
    return np.column_stack([sample.column(name).to_numpy() for name in preparation.names])


def in_fixed_order(people: DataFrame, count: int) -> DataFrame:
    """Spread and sort people by a rule that does not depend on the machine.

    Another number of partitions would give other centres, so the number follows from the number of
    people alone: the same rows give the same fit.
    """
    partitions = min(MOST_PARTITIONS, max(1, -(-count // PEOPLE_PER_PARTITION)))
    return people.repartition(partitions, "bucket").sortWithinPartitions("bucket", "person_id")


def _start(
    sample: Points, settings: Clusters, on_trial: Callable[[Trial], None], k_before: int | None
) -> tuple[Candidate | None, list[Trial]]:
    """The candidate to fit on everybody, and the trials.

    The candidate has the algorithm, k and the centres on the sample; it is null for no groups.
    """
    algorithms = [KMEANS, BISECTING] if settings.algorithm == "any" else [settings.algorithm]
    if settings.k is not None:
        return _asked(sample, algorithms[0], settings), []
    trials: list[Trial] = []
    scored: list[Candidate] = []
    points = sample[:CHOSEN_ON]
    limits = {
        "smallest_share": settings.smallest_share,
        "least_stability": settings.least_stability,
    }
    for algorithm in algorithms:
        scored += candidates(
            points,
            algorithm=algorithm,
            k_min=settings.k_min,
            k_max=settings.k_max,
            seed=settings.seed,
            on_candidate=lambda c: on_trial(
                trial_of(c, settings.seed, len(points), refusal_of(c, **limits) or LOOKED_AT)
            ),
        )
    choose = partial(
        chosen,
        scored,
        smallest_share=settings.smallest_share,
        least_stability=settings.least_stability,
    )
    best, first = choose(k_before=k_before), choose()
    for candidate in scored:
        if candidate is best:
            outcome = "fitted on everybody"
        elif candidate is first:
            outcome = (
                f"not enough extra evidence to give up the {k_before} clusters of the previous run"
            )
        else:
            outcome = "another has more evidence, or as much with fewer clusters"
        verdict = refusal_of(candidate, **limits) or outcome
        trials.append(trial_of(candidate, settings.seed, len(points), verdict))
    return best, trials


def _asked(sample: Points, algorithm: str, settings: Clusters) -> Candidate:
    """The k of the settings, whatever the evidence; fewer where there are fewer distinct people."""
    k = min(settings.k or 1, len(np.unique(sample, axis=0)))
    fit = fitted(sample, k, algorithm, seed=settings.seed, starts=settings.restarts)
    return Candidate(
        algorithm=algorithm,
        k=k,
        found=k,
        cost=float(fit.inertia_),
        smallest_share=0.0,
        stability=None,
        gap=0.0,
        gap_error=0.0,
        is_structure=True,
        silhouette=None,
        centres=np.asarray(fit.cluster_centers_),
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
        # Not cache(): MLlib checks a cached input again in every iteration.
        people = checkpointed(people, partial(in_fixed_order, count=count))
        model, seed = fit_by_mllib(
            people,
            names,
            start.k,
            start.algorithm,
            seeds=seeds,
            most_iterations=settings.max_iterations,
        )
    points = to_points(people, count, names)
    if model is not None:
        centres_before, max_iterations = np.array(model.clusterCenters()), 0
    elif start is None:
        centres_before, max_iterations = np.zeros((1, len(names))), 1
    else:
        centres_before, max_iterations = start.centres, settings.max_iterations
    result, is_joined = _without_small_clusters(points, centres_before, max_iterations)
    # Clusters without people are no clusters: MLlib returns some where points coincide.
    size_of = {tuple(c): n for c, n in zip(result.centres.tolist(), result.sizes, strict=True) if n}
    if model is None or len(size_of) < len(centres_before):
        model = model_of(people, names, list(size_of))
    centres = result.centres if model is None else np.array(model.clusterCenters())
    sizes = [size_of[tuple(c)] for c in centres.tolist()]
    pipeline = None if model is None else pipeline_of(preparation, model)
    verdict = "chosen"
    if start is None:
        verdict = "no structure: no better than data without groups"
    elif is_joined:
        verdict += f"; clusters of fewer than {SMALL_GROUP} people were joined to the next nearest"
    plain = start or Candidate(KMEANS, 1, 1, 0.0, 1.0, None, 0.0, 0.0, False, None, centres)
    trial = replace(
        trial_of(plain, seed, count, verdict),
        clusters_found=len(sizes),
        cost=result.cost,
        silhouette=plain.silhouette,
        smallest_share=min(sizes) / count,
        k=settings.k or plain.k,
        is_kept=True,
    )
    return trial, pipeline, tuple(tuple(float(v) for v in c) for c in centres)


def _without_small_clusters(
    points: DataFrame | pa.Table, centres: Points, max_iterations: int
) -> tuple[KMeansResult, bool]:
    """Move the centres; dissolve the smallest cluster while it is too small; whether any was."""
    result = lloyd(points, centres, max_iterations=max_iterations)
    is_joined = False
    while (smallest := min(n for n in result.sizes if n)) < SMALL_GROUP:
        dissolved = result.sizes.index(smallest)
        rest = [n > 0 and place != dissolved for place, n in enumerate(result.sizes)]
        result = lloyd(points, result.centres[rest], max_iterations=max_iterations)
        is_joined = True
    return result, is_joined
