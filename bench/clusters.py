"""Parts kmeans and choose-k, against scikit-learn and MLlib.

kmeans is one fit; choose-k is the whole step from features to everybody's cluster.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pyspark.sql import DataFrame, SparkSession
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score

from bench.harness import Comparison, Facts, Part, Variant
from bench.points import GROUPS, NAMES, Points, matrix, points
from bench.sessions import to_nowhere
from desirelines.catalogue import Feature
from desirelines.clusters.assign import to_assigned
from desirelines.clusters.fit import Fitted, fit, in_fixed_order, sample_of
from desirelines.clusters.lloyd import lloyd, to_points
from desirelines.clusters.mllib import fit_by_mllib, model_of
from desirelines.clusters.preprocessing import to_prepared
from desirelines.clusters.sample_fits import BISECTING, KMEANS, fitted
from desirelines.settings.model import Clusters

STARTS, ITERATIONS, SAMPLE = 6, 50, 20_000
MOST_COST, MOST_COST_OF_PEERS = 1.005, 1.02
"""A cost is good enough up to this multiple of the best of scikit-learn's six starts.

Peers have one start."""
KS = range(2, 13)
REFITS = 4
"""Bootstrap refits a k of scikit-learn's sweep, one start each."""

KMEANS_COMPARISONS = (
    Comparison("scans", "sklearn", None),
    Comparison("mllib", "sklearn", None),
    Comparison("scans", "mllib", None),
)
CHOICE_COMPARISONS = (
    Comparison("product", "sklearn_sweep", 1.0),
    Comparison("product", "mllib_sweep", 0.08),
    Comparison("bisecting", "product", None),
)


@dataclass(slots=True)
class Best:
    """Centres that a variant found last."""

    centres: Points | None = None


def kmeans_part(spark: SparkSession, size: int, out: Path) -> Part:
    """One fit of eight clusters.

    Our scans start from a sample; MLlib; scikit-learn with the matrix in memory.
    """
    people, kept = points(spark, size, out), matrix(size, out)
    best = _best_cost(kept, GROUPS)
    best_of = {name: Best() for name in ("scans", "mllib", "sklearn")}

    def scans() -> None:
        start = _start(people, size)
        ordered = in_fixed_order(people, size)
        scanned = lloyd(to_points(ordered, size, NAMES), start, max_iterations=ITERATIONS)
        model = model_of(ordered, NAMES, scanned.centres.tolist())
        best_of["scans"].centres = np.array(model.clusterCenters()) if model else None

    def mllib() -> None:
        model, _ = fit_by_mllib(
            in_fixed_order(people, size).localCheckpoint(),
            NAMES,
            GROUPS,
            KMEANS,
            seeds=[1],
            most_iterations=ITERATIONS,
        )
        best_of["mllib"].centres = np.array(model.clusterCenters())

    def sklearn() -> None:
        best_of["sklearn"].centres = (
            KMeans(GROUPS, n_init=1, max_iter=ITERATIONS, random_state=1).fit(kept).cluster_centers_
        )

    def variant(name: str, action: Callable[[], None]) -> Variant:
        most = MOST_COST if name == "scans" else MOST_COST_OF_PEERS
        return Variant(
            name, action, lambda: _facts(kept, best_of[name].centres, GROUPS, best, most)
        )

    return Part(
        title="kmeans",
        variants=(variant("scans", scans), variant("mllib", mllib), variant("sklearn", sklearn)),
        comparisons=KMEANS_COMPARISONS,
        events=size,
        notes=(
            f"'events' are people, of {len(NAMES)} numbers each; "
            f"'checksum' says how the cost compares with scikit-learn's best of {STARTS} starts: "
            f"at most {MOST_COST} of it, of peers {MOST_COST_OF_PEERS}.",
            "scans: sample, three starts on it, fixed order, scans until centres stay, "
            "MLlib model. mllib: fixed order, one start.",
            "sklearn: one start, matrix in memory, nothing read.",
        ),
    )


def choose_k_part(spark: SparkSession, size: int, out: Path) -> Part:
    """From features to everybody's cluster, with k open.

    The product, scikit-learn's sweep in memory, MLlib's fit of every k.
    """
    people, catalogue = points(spark, size, out), _catalogue()
    settings = Clusters(k_min=KS[0], k_max=KS[-1], sample_people=SAMPLE)
    first = fit(people, size, catalogue, settings)
    prepared = to_prepared(people, first.preparation)
    kept = np.column_stack(
        [
            c.to_numpy()
            for c in prepared.orderBy("person_id")
            .select(*first.preparation.names)
            .toArrow()
            .columns
        ]
    )
    best = _best_cost(kept, first.kept.k)
    best_of = {name: Best() for name in ("product", "sklearn_sweep")}

    def product() -> None:
        outcome = fit(people, size, catalogue, settings)
        _assign(people, outcome)
        best_of["product"].centres = np.array(outcome.centres)

    def bisecting() -> None:
        _assign(
            people,
            fit(
                people,
                size,
                catalogue,
                settings.model_copy(update={"algorithm": BISECTING, "restarts": 1}),
            ),
        )

    def sklearn_sweep() -> None:
        best_of["sklearn_sweep"].centres = _sweep(kept, first.kept.k)

    def mllib_sweep() -> None:
        ordered = in_fixed_order(prepared, size).localCheckpoint()
        for k in KS:
            fit_by_mllib(
                ordered, first.preparation.names, k, KMEANS, seeds=[1], most_iterations=ITERATIONS
            )

    def variant(name: str, action: Callable[[], None]) -> Variant:
        most = MOST_COST if name == "product" else MOST_COST_OF_PEERS
        return Variant(
            name, action, lambda: _facts(kept, best_of[name].centres, first.kept.k, best, most)
        )

    return Part(
        title="choose-k",
        variants=(
            variant("product", product),
            variant("sklearn_sweep", sklearn_sweep),
            Variant("mllib_sweep", mllib_sweep),
            Variant("bisecting", bisecting),
        ),
        comparisons=CHOICE_COMPARISONS,
        events=size,
        notes=(
            f"'events' are people, of {len(NAMES)} numbers each; "
            f"the product chose k = {first.kept.k} ({GROUPS} were planted).",
            "product: preparation, choice of k on a sample with references and bootstrap, "
            "scans over everybody, MLlib model, assignment.",
            f"sklearn_sweep: every k once on everybody and {REFITS} bootstrap refits each, "
            "one start; matrix in memory, no references.",
            "mllib_sweep: MLlib's fit of every k, one start, no stability. bisecting: "
            "chosen on the sample, fitted by MLlib.",
        ),
    )


def _assign(people: DataFrame, outcome: Fitted) -> None:
    to_nowhere(to_assigned(people, outcome.preparation, dict(enumerate(outcome.centres))))


def _sweep(kept: Points, k_taken: int) -> Points:
    """scikit-learn over every k with stability; the centres of the k that is compared."""
    random = np.random.default_rng(1)
    order = random.permutation(len(kept))
    held, rest = order[: len(order) // 3], order[len(order) // 3 :]
    taken = None
    for k in KS:
        whole = KMeans(k, n_init=1, max_iter=ITERATIONS, random_state=1).fit(kept)
        labels = [
            KMeans(k, n_init=1, max_iter=ITERATIONS, random_state=n)
            .fit(kept[random.choice(rest, len(rest))])
            .predict(kept[held])
            for n in range(REFITS)
        ]
        np.mean([adjusted_rand_score(a, b) for n, a in enumerate(labels) for b in labels[:n]])
        if k == k_taken:
            taken = whole.cluster_centers_
    if taken is None:
        raise ValueError(f"k = {k_taken} is outside of the sweep")
    return np.asarray(taken, dtype=np.float64)


def _start(people: DataFrame, size: int) -> Points:
    sample = np.column_stack(
        [c.to_numpy() for c in sample_of(people.select("person_id", *NAMES), size, SAMPLE).columns]
    )
    return np.asarray(fitted(sample, GROUPS, KMEANS, seed=7, starts=3).cluster_centers_)


def _best_cost(kept: Points, k: int) -> float:
    return float(KMeans(k, n_init=STARTS, random_state=1).fit(kept).inertia_)


def _facts(kept: Points, centres: Points | None, k: int, best: float, most: float) -> Facts:
    if centres is None:
        return Facts(len(kept), len(kept), 0, "no clusters")
    squares = float(np.einsum("ij,ij->", kept, kept))
    half = (centres**2).sum(axis=1) / 2
    nearest = np.concatenate(
        [
            (part @ centres.T - half).max(axis=1)
            for part in np.array_split(kept, len(kept) // 500_000 + 1)
        ]
    )
    cost = squares - 2 * float(nearest.sum())
    verdict = (
        "cost is as good"
        if len(centres) == k and cost <= most * best
        else f"cost {cost / best:.4f}"
    )
    return Facts(len(kept), len(kept), k, verdict)


def _catalogue() -> list[Feature]:
    return [
        Feature(
            name,
            "usage",
            "a made number",
            "none",
            "never",
            "made for the bench",
            "high",
            "low",
            "plain",
        )
        for name in NAMES
    ]
