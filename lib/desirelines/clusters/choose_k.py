"""Choose the number of clusters by evidence, or find that there are none.

Pure numpy and scikit-learn, on a sample. No single number decides. Silhouette is reported but not
used: it prefers few clusters, varies from sample to sample, and gives 0.3 to data without clusters.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.metrics import silhouette_score

from desirelines.clusters.sample_fits import KMEANS, Fit, Points, fitted, with_one_split
from desirelines.clusters.stability import bootstrap_samples, stability_of
from desirelines.columns.small_groups import is_small
from desirelines.tables import SMALL_GROUP

STARTS, REFERENCES = 10, 5
"""Starts of a fit, reference sets of each kind."""
MIN_GAP_Z = 3.0
"""A cost must be better than that of the references by more than this many standard errors.

Otherwise there is no structure.
"""
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
        gap: log cost of reference sets less log cost, less the same of k = 1; the mean over both
            kinds of references. It measures how much better k clusters fit these people than
            similar people without clusters.
        gap_error: standard error of the gap.
        is_structure: whether the gap of each kind of references is above MIN_GAP_Z standard errors.
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
    References have no clusters: normal with the covariance of the points, and uniform in the box of
    their principal axes. Source: Tibshirani, Walther, Hastie 2001 (gap statistic), with both
    references; stability after Ben-Hur, Elisseeff, Guyon 2002.
    """
    random = np.random.default_rng(seed)
    most = min(k_max, len(np.unique(points, axis=0)), most_clusters(len(points)))
    ks = [1, *range(max(k_min, 2), most + 1)]
    references = [
        [make(points, random) for _ in range(REFERENCES)] for make in (normal_like, box_like)
    ]
    samples = list(bootstrap_samples(points, random))
    logs_at_one, log_cost_at_one = np.zeros((len(references), REFERENCES)), 0.0
    out: list[Candidate] = []
    before: Fit | None = None
    for k in ks:
        fit = fitted(points, k, algorithm, seed=seed, starts=STARTS)
        if algorithm == KMEANS and before is not None and len(before.cluster_centers_) == k - 1:
            fit = min(fit, with_one_split(points, before, seed), key=lambda f: f.inertia_)
        before = fit
        labels, cost = fit.labels_, float(fit.inertia_)
        logs, log_cost = _log_costs(references, k, algorithm, seed), _log(cost)
        if k == 1:
            logs_at_one, log_cost_at_one = logs, log_cost
        gaps, errors = _gaps(logs - logs_at_one, log_cost - log_cost_at_one)
        sizes = np.bincount(labels, minlength=k)
        stability, stability_error = (
            (None, 0.0) if k == 1 else stability_of(samples, k, algorithm, seed)
        )
        candidate = Candidate(
            algorithm=algorithm,
            k=k,
            found=int((sizes > 0).sum()),
            cost=cost,
            smallest_share=float(sizes[sizes > 0].min() / len(points)),
            stability=stability,
            gap=float(np.mean(gaps)),
            gap_error=math.hypot(*errors) / 2,
            is_structure=k > 1 and bool(np.all(gaps > MIN_GAP_Z * errors + 1e-3)),
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


def _log_costs(
    references: list[list[Points]], k: int, algorithm: str, seed: int
) -> npt.NDArray[np.float64]:
    """Log cost of k clusters: a row for each kind of references, a column for each set."""
    return np.array(
        [
            [_log(float(fitted(s, k, algorithm, seed=seed, starts=1).inertia_)) for s in sets]
            for sets in references
        ]
    )


def _log(cost: float) -> float:
    return math.log(max(cost, 1e-300))


def _gaps(
    of_references: npt.NDArray[np.float64], log_share: float
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """The gap to each kind of references, and its standard error.

    Both arguments are logarithms of the cost as a share of the same points' cost of one cluster.
    The spread of the references' cost of one cluster is no error: small sets differ much in it.
    """
    gaps = of_references.mean(axis=1) - log_share
    return gaps, of_references.std(axis=1, ddof=1) * math.sqrt(1 + 1 / REFERENCES)


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

    def ties(candidate: Candidate, part: float) -> bool:
        worth = part * (most.k - candidate.k) * candidate.gap / (candidate.k - 1)
        return most.gap - candidate.gap <= max(most.gap_error, worth)

    standing = [c for c in good if c.k == k_before and ties(c, STICKY_TIE_SHARE)]
    if standing:
        return max(standing, key=lambda c: c.gap)
    return min(
        (c for c in good if c is most or (c.k < most.k and ties(c, TIE_SHARE))),
        key=lambda c: (c.k, -c.gap),
    )


def normal_like(points: Points, random: np.random.Generator) -> Points:
    """As many points, normal, with the same mean and covariance."""
    drawn = random.multivariate_normal(
        points.mean(axis=0), np.atleast_2d(np.cov(points.T)), len(points), method="eigh"
    )
    return np.asarray(drawn, dtype=np.float64)


def box_like(points: Points, random: np.random.Generator) -> Points:
    """As many points, uniform in the box of the points' principal axes."""
    centre = points.mean(axis=0)
    axes = np.linalg.svd(points - centre, full_matrices=False)[2]
    placed = (points - centre) @ axes.T
    drawn = random.uniform(placed.min(axis=0), placed.max(axis=0), placed.shape)
    return np.asarray(drawn @ axes + centre, dtype=np.float64)


def _silhouette(points: Points, labels: npt.NDArray[np.int32]) -> float | None:
    # The order of the points does not depend on their values, so the first ones are a sample.
    sample, sample_labels = points[:MOST_SCORED], labels[:MOST_SCORED]
    if not 1 < len(np.unique(sample_labels)) < len(sample_labels):
        return None
    return float(silhouette_score(sample, sample_labels, metric="sqeuclidean"))
