"""The candidates of a fit, each with its scores and a verdict; and what a fit gives."""

from __future__ import annotations

from dataclasses import dataclass

from pyspark.ml import PipelineModel

from desirelines.clusters.choose_k import Candidate
from desirelines.clusters.preprocessing import Preparation
from desirelines.columns.small_groups import is_small

LOOKED_AT = "looked at"
"""Verdict on a candidate during the search: not refused, and not yet compared with the others."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One candidate and its scores: a row of cluster_trials.

    `smallest_share` is null where the smallest cluster has fewer than ten people. Both it and
    `people_count` are null where one to nine people are in no cluster: their number would follow.
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
    """The fitted model; the last trial is the fit on everybody.

    Attributes:
        preparation: how features become numbers.
        pipeline: preparation and MLlib model as one; null when there are no groups.
        centres: centres in prepared columns, in the order of the model's cluster numbers.
        trials: all candidates that were scored.
    """

    preparation: Preparation
    pipeline: PipelineModel | None
    centres: tuple[tuple[float, ...], ...]
    trials: tuple[Trial, ...]

    @property
    def kept(self) -> Trial:
        """The fit on everybody."""
        return self.trials[-1]


def trial_of(candidate: Candidate, seed: int, people: int, verdict: str) -> Trial:
    """A candidate as a row of cluster_trials, not kept so far."""
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
    """Share of the smallest cluster; null where it has fewer than ten people."""
    small = candidate.smallest_count is not None and is_small(candidate.smallest_count)
    return None if small else candidate.smallest_share
