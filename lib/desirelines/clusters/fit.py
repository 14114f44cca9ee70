"""From features to the model: k is chosen on a sample, the centres are fitted on everybody."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import pyarrow as pa
from pyspark.ml import PipelineModel
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from threadpoolctl import threadpool_limits

from desirelines.catalogue import Feature
from desirelines.clusters.chance import is_chance
from desirelines.clusters.choose_k import Candidate
from desirelines.clusters.lloyd import KMeansResult, lloyd, to_points
from desirelines.clusters.mllib import fit_by_mllib, model_of, pipeline_of
from desirelines.clusters.preprocessing import (
    Preparation,
    fit_preparation,
    prepared_columns,
    to_prepared,
)
from desirelines.clusters.sample_fits import BISECTING, KMEANS, Points
from desirelines.clusters.search import (
    CHOSEN_ON,
    NO_DIFFERENCE,
    TOO_FEW_PEOPLE,
    Search,
    search,
)
from desirelines.clusters.trials import Fitted, Trial, trial_of
from desirelines.columns.small_groups import is_small
from desirelines.frames.keep import checkpointed
from desirelines.settings.model import Clusters
from desirelines.tables import SMALL_GROUP

PEOPLE_PER_PARTITION = 50_000
MOST_PARTITIONS = 4096
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
    by_chance: Callable[[Preparation], Sequence[Points]] | None = None,
) -> Fitted:
    """Prepare, choose k on a sample (unless it is set), and fit that k on everybody.

    `k_before` is the number of clusters of the previous run. Everybody is one group when they are
    fewer than twenty, do not differ, or there is no evidence of groups (with `clusters.k` unset).
    Otherwise the centres of the sample are moved by exact scans over everybody
    (`clusters.fit: scans`), or MLlib fits from scratch (`mllib`; always for bisecting k-means). A
    cluster of fewer than ten people, or, with `clusters.k` unset, below `clusters.smallest_share`,
    is dissolved: its people go to the next nearest. `apart` is the number of people who are not
    among the `count` that are grouped. `by_chance` makes the prepared numbers of as many people who
    were given the same events by chance; it is called only where there would be groups.
    """
    is_count_withheld = is_small(apart) or is_small(count)

    def published(trial: Trial) -> Trial:
        of_everybody = trial.people_count == count
        return (
            replace(trial, people_count=None, smallest_share=None)
            if is_count_withheld and of_everybody
            else trial
        )

    if count < SMALL_GROUP:  # a centre would be of fewer than ten people
        return _one_group_unmeasured(TOO_FEW_PEOPLE, count, settings, on_trial, published)
    # Reads the features once.
    sampled = features.sparkSession.createDataFrame(
        sample_of(features, count, settings.sample_people)
    )
    values = _values(sampled, catalogue).toArrow()
    with threadpool_limits(1):  # more threads spin on busy cores, and change the last bits
        preparation = fit_preparation(values, catalogue, settings.family_weights)
    if not preparation.columns:
        return _one_group_unmeasured(NO_DIFFERENCE, count, settings, on_trial, published)
    sample = points_of(sampled.select(*prepared_columns(preparation)).toArrow(), preparation)
    with threadpool_limits(1):
        result = search(
            sample,
            count,
            settings,
            lambda trial: on_trial(published(trial)),
            k_before=k_before,
            is_chance=None
            if by_chance is None
            else lambda: _is_chance(sample, by_chance(preparation), preparation),
        )
    final, pipeline, centres = _final(
        to_prepared(features, preparation), count, preparation, result, settings
    )
    on_trial(published(final))
    return Fitted(preparation, pipeline, centres, tuple(map(published, (*result.trials, final))))


def _is_chance(sample: Points, by_chance: Sequence[Points], preparation: Preparation) -> bool:
    """Whether the sample differs no more than people who were given their events by chance.

    Never where nobody was.
    """
    if not by_chance:
        return False
    weights = np.array([column.weight for column in preparation.columns])
    judging = np.array([not column.is_indicator for column in preparation.columns])
    return is_chance(sample[:CHOSEN_ON] / weights, [p / weights for p in by_chance], judging)


def _one_group_unmeasured(
    verdict: str,
    count: int,
    settings: Clusters,
    on_trial: Callable[[Trial], None],
    published: Callable[[Trial], Trial],
) -> Fitted:
    """One group without any prepared column: everybody is at distance 0 from its centre."""
    final = published(
        replace(
            trial_of(_everybody(np.empty((1, 0))), settings.seed, count, verdict),
            smallest_share=1.0 if count else None,
            is_kept=True,
        )
    )
    on_trial(final)
    return Fitted(Preparation(()), None, ((),), (final,))


def _everybody(centres: Points) -> Candidate:
    """One cluster."""
    return Candidate(KMEANS, 1, 1, 0.0, 1.0, None, 0.0, 0.0, False, None, centres)


def _values(features: DataFrame, catalogue: Sequence[Feature]) -> DataFrame:
    return features.select(
        *(F.expr(f.clustered_sql).alias(f.name) for f in catalogue if f.is_clustered)
    )


def sample_of(people: DataFrame, count: int, wanted: int) -> pa.Table:
    """About `wanted` people, or everybody when there are no more.

    They come in the order of a hash of their key, so the order does not depend on their data.
    """
    place = place_in_sample()
    sample = people if count <= wanted else people.filter(place < int(2**40 * wanted / count))
    return (
        sample.withColumn("_place", place)
        .orderBy("_place", "person_id")
        .drop("_place", "person_id")
        .toArrow()
    )


def place_in_sample() -> Column:
    """A person's place in the order of samples: a hash of their key."""
    return F.pmod(F.xxhash64("person_id", F.lit("sample")), F.lit(2**40))


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


def _final(
    prepared: DataFrame,
    count: int,
    preparation: Preparation,
    result_of_search: Search,
    settings: Clusters,
) -> tuple[Trial, PipelineModel | None, tuple[tuple[float, ...], ...]]:
    """Fit on everybody, and count who is nearest to which centre."""
    people, names, model = in_fixed_order(prepared, count), preparation.names, None
    start, verdict = result_of_search.start, result_of_search.verdict
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
    least = SMALL_GROUP
    if settings.k is None:
        least = max(least, math.ceil(settings.smallest_share * count))
    result, is_joined = _without_small_clusters(points, centres_before, max_iterations, least)
    # Clusters without people are no clusters: MLlib returns some where points coincide.
    size_of = {tuple(c): n for c, n in zip(result.centres.tolist(), result.sizes, strict=True) if n}
    if model is None or len(size_of) < len(centres_before):
        model = model_of(people, names, list(size_of))
    centres = result.centres if model is None else np.array(model.clusterCenters())
    sizes = [size_of[tuple(c)] for c in centres.tolist()]
    pipeline = None if model is None else pipeline_of(preparation, model)
    if is_joined:
        verdict += "; clusters that were too small were joined to the next nearest"
    plain = start or _everybody(centres)
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
    points: DataFrame | pa.Table, centres: Points, max_iterations: int, least: int
) -> tuple[KMeansResult, bool]:
    """Move the centres; dissolve the smallest cluster while it is too small; whether any was."""
    result = lloyd(points, centres, max_iterations=max_iterations)
    is_joined = False
    while (smallest := min(n for n in result.sizes if n)) < min(least, sum(result.sizes)):
        dissolved = result.sizes.index(smallest)
        rest = [n > 0 and place != dissolved for place, n in enumerate(result.sizes)]
        result = lloyd(points, result.centres[rest], max_iterations=max_iterations)
        is_joined = True
    return result, is_joined
