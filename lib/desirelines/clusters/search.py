"""The search for the number of groups on a sample: trials, and why the number was taken."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise

import numpy as np

from desirelines.clusters.choose_k import (
    Candidate,
    candidates,
    chosen,
    is_worth_more,
    most_clusters,
    refusal_of,
)
from desirelines.clusters.references import References
from desirelines.clusters.sample_fits import BISECTING, KMEANS, Points, fitted
from desirelines.clusters.trials import LOOKED_AT, Trial, trial_of
from desirelines.settings.model import Clusters
from desirelines.tables import ONE_GROUP, SMALL_GROUP

CHOSEN_ON = 4_000
"""People of the sample on which k is chosen."""
WIDER = 2
"""Where the evidence still rises at the end of the range, one so many times as long is tried."""
CHOSEN = "chosen"
TOO_FEW_PEOPLE = (
    f"{ONE_GROUP}fewer than {2 * SMALL_GROUP} people can be grouped, "
    f"and a group has at least {SMALL_GROUP}"
)
NO_DIFFERENCE = f"{ONE_GROUP}people do not differ in any feature"


@dataclass(frozen=True, slots=True)
class Search:
    """The result of a search.

    Attributes:
        start: algorithm, k and the centres on the sample, to be fitted on everybody; null for one
            group.
        verdict: why this number of groups, or why only one, in words.
        trials: the candidates that were scored; none when k was set.
    """

    start: Candidate | None
    verdict: str
    trials: tuple[Trial, ...] = ()


def search(
    sample: Points,
    count: int,
    settings: Clusters,
    on_trial: Callable[[Trial], None],
    *,
    k_before: int | None,
    is_chance: Callable[[], bool] | None = None,
) -> Search:
    """The number of groups by the settings, or by evidence.

    `sample` holds the prepared numbers, one row for each person of it; `count` is everybody.
    `is_chance` says whether the people differ no more than with the same events given by chance.
    """
    if most_clusters(count) < 2:
        return Search(None, TOO_FEW_PEOPLE)
    if len(np.unique(sample, axis=0)) < 2:
        return Search(None, NO_DIFFERENCE)
    if settings.k is not None:
        return _asked(sample, count, settings.k, settings)
    return _by_evidence(sample[:CHOSEN_ON], settings, on_trial, k_before, is_chance)


def _asked(sample: Points, count: int, k: int, settings: Clusters) -> Search:
    """The k of the settings, whatever the evidence; fewer where so many are impossible."""
    algorithm = KMEANS if settings.algorithm == "any" else settings.algorithm
    most = min(k, most_clusters(count), len(np.unique(sample, axis=0)))
    fit = fitted(sample, most, algorithm, seed=settings.seed, starts=settings.restarts)
    start = Candidate(
        algorithm=algorithm,
        k=most,
        found=most,
        cost=float(fit.inertia_),
        smallest_share=0.0,
        stability=None,
        gap=0.0,
        gap_error=0.0,
        is_structure=True,
        silhouette=None,
        centres=np.asarray(fit.cluster_centers_),
    )
    is_fewer = most_clusters(count) < k
    return Search(
        start,
        f"{CHOSEN}: fewer than clusters.k ({k}), because a group has at least {SMALL_GROUP} people"
        if is_fewer
        else CHOSEN,
    )


def _by_evidence(
    points: Points,
    settings: Clusters,
    on_trial: Callable[[Trial], None],
    k_before: int | None,
    is_chance: Callable[[], bool] | None,
) -> Search:
    refusal = partial(
        refusal_of,
        smallest_share=settings.smallest_share,
        least_stability=settings.least_stability,
    )

    def on_candidate(candidate: Candidate) -> None:
        verdict = refusal(candidate) or LOOKED_AT
        on_trial(trial_of(candidate, settings.seed, len(points), verdict))

    scored = _scored(points, settings, settings.k_min, settings.k_max, on_candidate)
    references = References(points, settings.seed, is_chance, k_before)
    choice = _Choice(scored, references, refusal)
    best, first = choice.best(k_before, settings), choice.best(None, settings)
    trials: list[Trial] = []
    for candidate in scored:
        if candidate is best:
            outcome = "fitted on everybody"
        elif candidate is first:
            outcome = (
                f"not enough extra evidence to give up the {k_before} clusters of the previous run"
            )
        else:
            outcome = "another has more evidence, or as much with fewer clusters"
        verdict = choice.refusal_of(candidate) or outcome
        trials.append(trial_of(candidate, settings.seed, len(points), verdict))
    if best is None or first is None:
        verdict = ONE_GROUP + refusals_text(
            [(c.k, choice.refusal_of(c) or "") for c in scored if c.k > 1]
        )
    else:
        verdict = CHOSEN
    unstable = _unstable_at_end(scored, settings)
    if (first and first.k == settings.k_max) or any(map(choice.is_no_chance, unstable)):
        verdict += _beyond(points, choice, settings)
    return Search(best, verdict, tuple(trials))


def _scored(
    points: Points,
    settings: Clusters,
    k_min: int,
    k_max: int,
    on_candidate: Callable[[Candidate], None],
) -> list[Candidate]:
    """The candidates of a range, of each algorithm of the settings."""
    algorithms = [KMEANS, BISECTING] if settings.algorithm == "any" else [settings.algorithm]
    return [
        candidate
        for algorithm in algorithms
        for candidate in candidates(
            points,
            algorithm=algorithm,
            k_min=k_min,
            k_max=k_max,
            seed=settings.seed,
            on_candidate=on_candidate,
        )
    ]


def _beyond(points: Points, choice: _Choice, settings: Clusters) -> str:
    """What a range twice as long gives, in words; empty where more groups are impossible."""
    k_max = WIDER * settings.k_max
    more = _scored(points, settings, settings.k_max + 1, k_max, lambda _: None)
    if all(c.k == 1 for c in more):
        return ""
    wider = replace(choice, scored=[*choice.scored, *(c for c in more if c.k > 1)])
    best = wider.best(None, settings)
    return range_end(settings.k_max, k_max, None if best is None else best.k)


def refusals_text(refusals: Sequence[tuple[int, str]]) -> str:
    """The reasons for which candidates were refused, each with the numbers of groups it concerns.

    Shape of the input: k and the reason. Equal reasons are told once, in the order of the first k.
    """
    ks_of: dict[str, set[int]] = {}
    for k, reason in refusals:
        ks_of.setdefault(reason, set()).add(k)
    if not ks_of:
        return f"too few people, or too few who differ, for clusters.k_min groups of {SMALL_GROUP}"
    return "; ".join(f"{_numbers(sorted(ks))} groups ({reason})" for reason, ks in ks_of.items())


@dataclass(frozen=True, slots=True)
class _Choice:
    """The choice among candidates that are refused neither for themselves nor as chance."""

    scored: Sequence[Candidate]
    references: References
    own_refusal: Callable[[Candidate], str | None]

    def refusal_of(self, candidate: Candidate) -> str | None:
        """Why it is refused, as far as is known."""
        return self.own_refusal(candidate) or self.references.known_refusal(candidate)

    def is_no_chance(self, candidate: Candidate) -> bool:
        """Whether it is neither explained by chance nor one of fewer clusters cut in pieces."""
        fewer = [c for c in self.scored if 1 < c.k < candidate.k and self.refusal_of(c) is None]
        return self.references.refusal_of(candidate, fewer) is None

    def best(self, k_before: int | None, settings: Clusters) -> Candidate | None:
        """What is chosen; null where everything is refused."""
        while True:
            best = chosen(
                [c for c in self.scored if self.references.known_refusal(c) is None],
                smallest_share=settings.smallest_share,
                least_stability=settings.least_stability,
                k_before=k_before,
            )
            if best is None or self.is_no_chance(best):
                return best


def _unstable_at_end(scored: Sequence[Candidate], settings: Clusters) -> list[Candidate]:
    """Candidates at the end of the range that were refused for their stability alone.

    Other people are grouped differently where fewer clusters are asked for than there are. The last
    cluster is worth more than a tie, and is large enough.
    """
    return [
        last
        for before, last in pairwise(scored)
        if 1 < before.k < last.k == settings.k_max
        and is_worth_more(last, before)
        and refusal_of(last, smallest_share=settings.smallest_share, least_stability=-1.0) is None
    ]


def range_end(k_max: int, wider: int, k: int | None) -> str:
    """The remark that the evidence still rises at the largest k, and what a larger range gives."""
    return (
        f"; the evidence still rises at the end of the range, clusters.k_max ({k_max}): "
        f"of up to {wider} groups, {'none' if k is None else k} would be chosen"
    )


def _numbers(ks: Sequence[int]) -> str:
    """Numbers in words, runs of three or more as a range: "2, 3 and 7 to 12"."""
    runs: list[list[int]] = []
    for k in ks:
        if runs and k == runs[-1][-1] + 1:
            runs[-1].append(k)
        else:
            runs.append([k])
    parts = [
        part
        for run in runs
        for part in ([f"{run[0]} to {run[-1]}"] if len(run) > 2 else map(str, run))
    ]
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
