"""Choose the number of clusters by evidence, or find that there are none.

Pure numpy and scikit-learn, on a sample. No single number decides. Silhouette is reported but not
used: it prefers few clusters, varies from sample to sample, and gives 0.3 to data without clusters.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.metrics import silhouette_score

from desirelines.clusters.clouds import Clouds
from desirelines.clusters.sample_fits import KMEANS, Fit, Points, fitted, with_one_split
from desirelines.clusters.stability import bootstrap_samples, stability_of
from desirelines.columns.small_groups import is_small
from desirelines.tables import SMALL_GROUP

STARTS = 10
"""Starts of a fit."""
TIE_SHARE = 0.1
"""More clusters are a tie when each is worth less than this share of the previous ones.

The smaller k is then taken.
"""
STICKY_TIE_SHARE = 0.2
"""The same share for changing the number of clusters of the previous run.

It is higher, so that groups do not change for a little evidence.
"""
MOST_SCORED = 2_000
"""Number of people the silhouette is computed on."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One algorithm and k, the best of its starts, and the evidence for it.

    Attributes:
        k: clusters asked for; found: clusters with people in them.
        cost: sum of squared distances to the nearest centre.
        smallest_share, smallest_count: share and points of the smallest cluster.
        stability: mean adjusted Rand index between refits on bootstrap samples, on people that none
            of them used; null for k = 1.
        stability_error: standard error of the stability, from these people: a few dozen say little.
        gap, gap_error, is_structure: how much better k clusters fit these people than clouds
            without clusters, see `Evidence`.
        silhouette: mean silhouette of a sample, squared Euclidean distance; null for k = 1.
    """

    algorithm: str
    k: int
    found: int
    cost: float
    smallest_share: float
    stability: float | None
    gap: float
    gap_error: float
    is_structure: bool
    silhouette: float | None
    centres: Points
    smallest_count: int | None = None
    stability_error: float = 0.0


def candidates(
    points: Points,
    *,
    algorithm: str,
    k_min: int,
    k_max: int,
    seed: int,
    on_candidate: Callable[[Candidate], None],
) -> list[Candidate]:
    """Score k = 1 and every k of the range that could give clusters of ten different points.

    There are at most as many clusters as distinct points, and one for every ten points.
    Clouds have none (see `clouds`). Source of the stability: Ben-Hur, Elisseeff, Guyon 2002.
    """
    random = np.random.default_rng(seed)
    most = min(k_max, len(np.unique(points, axis=0)), most_clusters(len(points)))
    ks = [1, *range(max(k_min, 2), most + 1)]
    clouds = Clouds(points, random, seed)
    samples = list(bootstrap_samples(points, random))
    out: list[Candidate] = []
    before: Fit | None = None
    for k in ks:
        fit = fitted(points, k, algorithm, seed=seed, starts=STARTS)
        if algorithm == KMEANS and before is not None and len(before.cluster_centers_) == k - 1:
            fit = min(fit, with_one_split(points, before, seed), key=lambda f: f.inertia_)
        before = fit
        labels, evidence = fit.labels_, clouds.evidence(fit, k, algorithm)
        sizes = np.bincount(labels, minlength=k)
        stability, stability_error = (
            (None, 0.0) if k == 1 else stability_of(samples, k, algorithm, seed)
        )
        candidate = Candidate(
            algorithm=algorithm,
            k=k,
            found=int((sizes > 0).sum()),
            cost=float(fit.inertia_),
            smallest_share=float(sizes[sizes > 0].min() / len(points)),
            stability=stability,
            gap=evidence.gap,
            gap_error=evidence.gap_error,
            is_structure=evidence.is_structure,
            silhouette=_silhouette(points, labels),
            centres=np.asarray(fit.cluster_centers_),
            smallest_count=int(sizes[sizes > 0].min()),
            stability_error=stability_error,
        )
        on_candidate(candidate)
        out.append(candidate)
    return out


def most_clusters(people: int) -> int:
    """Most clusters that could have ten people each; at least 1."""
    return max(people // SMALL_GROUP, 1)


def refusal_of(
    candidate: Candidate, *, smallest_share: float, least_stability: float
) -> str | None:
    """Reason to reject a candidate, whatever the others are; null when there is none.

    It has no number of the candidate, so equal reasons are equal texts.
    """
    if candidate.k == 1:
        return "no clusters: the baseline for the others"
    if candidate.found < candidate.k:
        return f"only {candidate.found} clusters have people"
    if candidate.smallest_count is not None and is_small(candidate.smallest_count):
        return f"a cluster has fewer than {SMALL_GROUP} people"
    if candidate.smallest_share < smallest_share:
        return f"the smallest cluster is below clusters.smallest_share, {smallest_share:.1%}"
    if (
        candidate.stability is not None
        and candidate.stability + candidate.stability_error < least_stability
    ):
        return (
            "other people are grouped differently: stability is below "
            f"clusters.least_stability, {least_stability:.2f}, by more than its standard error"
        )
    if not candidate.is_structure:
        return "no better than data without clusters"
    return None


def chosen(
    scored: list[Candidate],
    *,
    smallest_share: float,
    least_stability: float,
    k_before: int | None = None,
) -> Candidate | None:
    """The candidate with the most evidence among those that are not rejected; null for none.

    On a tie, the fewest clusters win. The number of clusters of the previous run (`k_before`) stays
    unless the best candidate has clearly more evidence.
    """
    good = [
        c
        for c in scored
        if refusal_of(c, smallest_share=smallest_share, least_stability=least_stability) is None
    ]
    if not good:
        return None
    most = max(good, key=lambda c: (c.gap, -c.k))

    standing = [c for c in good if c.k == k_before and not is_worth_more(most, c, STICKY_TIE_SHARE)]
    if standing:
        return max(standing, key=lambda c: c.gap)
    return min(
        (c for c in good if c is most or (c.k < most.k and not is_worth_more(most, c))),
        key=lambda c: (c.k, -c.gap),
    )


def is_worth_more(candidate: Candidate, before: Candidate, tie_share: float = TIE_SHARE) -> bool:
    """Whether a candidate has clearly more evidence than `before`, of 2 clusters or more.

    It has if the gap rises by more than its error, and by more than a tie, which is `tie_share` of
    what each cluster of `before` was worth, for each cluster more.
    """
    tie = tie_share * (candidate.k - before.k) * before.gap / (before.k - 1)
    return candidate.gap - before.gap > max(candidate.gap_error, tie)


def _silhouette(points: Points, labels: npt.NDArray[np.int32]) -> float | None:
    # The order of the points does not depend on their values, so the first ones are a sample.
    sample, sample_labels = points[:MOST_SCORED], labels[:MOST_SCORED]
    if not 1 < len(np.unique(sample_labels)) < len(sample_labels):
        return None
    return float(silhouette_score(sample, sample_labels, metric="sqeuclidean"))
