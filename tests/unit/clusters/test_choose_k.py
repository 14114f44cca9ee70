"""The number of clusters by evidence: planted ones are found; without any, none are."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.cluster import KMeans

from desirelines.clusters.choose_k import (
    Candidate,
    candidates,
    chosen,
    most_clusters,
    refusal_of,
)
from tests.support.groups import groupless, planted

LIMITS = {"smallest_share": 0.01, "least_stability": 0.6}


def picked(points, k_max=14, algorithm="kmeans"):
    """The candidates, and the k that is taken; null for none."""
    scored = candidates(
        points, algorithm=algorithm, k_min=2, k_max=k_max, seed=7, on_candidate=lambda _: None
    )
    best = chosen(scored, **LIMITS)
    return scored, best and best.k


@pytest.mark.integration
def test_the_planted_number_is_found_on_eighteen_of_twenty_worlds():
    found = [(picked(points)[1], k) for points, k in map(planted, range(20))]
    assert sum(got == k for got, k in found) >= 18, found


@pytest.mark.parametrize("width", [2, 5, 20])
@pytest.mark.parametrize("kind", ["ball", "uniform", "correlated"])
def test_where_there_are_no_groups_none_are_found(kind, width):
    scored, k = picked(groupless(kind, width), k_max=8)
    assert k is None
    assert {refusal_of(c, **LIMITS) for c in scored if c.k > 1} <= {
        "no better than data without clusters",
        *(refusal_of(c, **LIMITS) for c in scored if c.stability is not None and c.stability < 0.6),
    }


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_two_halves_of_a_few_people_are_found(seed):
    random = np.random.default_rng(seed)
    points = random.normal(size=(120, 12))
    points[60:, 0] += 5.0
    assert picked(points, k_max=3)[1] == 2


def test_bisecting_finds_four_corners():
    random = np.random.default_rng(3)
    points = np.array([[x, y] for x in (0, 9) for y in (0, 9)])[
        random.integers(0, 4, 800)
    ] + random.normal(size=(800, 2))
    assert picked(points, k_max=8, algorithm="bisecting_kmeans")[1] == 4


def test_the_scores_of_a_candidate_are_scikit_learn_s_and_those_of_its_labels():
    points, _ = planted(3)
    scored, _ = picked(points, k_max=3)
    oracle = KMeans(n_clusters=3, n_init=10, random_state=7).fit(points)
    assert [c.k for c in scored] == [1, 2, 3]
    assert scored[2].cost == pytest.approx(oracle.inertia_)
    assert scored[2].smallest_share == np.bincount(oracle.labels_).min() / len(points)
    assert scored[0].gap == 0 < scored[1].gap < scored[2].gap


def test_small_and_unstable_candidates_are_refused_with_the_reason():
    random = np.random.default_rng(5)
    far = np.concatenate([random.normal(size=(1990, 2)), random.normal(size=(10, 2)) + 60])
    scored, _ = picked(far, k_max=3)
    assert (
        refusal_of(scored[1], **LIMITS)
        == "the smallest cluster is below clusters.smallest_share, 1.0%"
    )
    assert refusal_of(scored[2], smallest_share=0.0, least_stability=0.99) == (
        "other people are grouped differently: stability is below "
        "clusters.least_stability, 0.99, by more than its standard error"
    )


def test_a_candidate_with_a_cluster_of_fewer_than_ten_people_is_refused_without_saying_how_many():
    random = np.random.default_rng(5)
    far = np.concatenate([random.normal(size=(62, 2)), random.normal(size=(2, 2)) + 60])
    scored, _ = picked(far, k_max=2)
    assert (
        refusal_of(scored[1], smallest_share=0.0, least_stability=0.0)
        == "a cluster has fewer than 10 people"
    )


def test_ten_small_clusters_of_sixty_people_are_never_chosen():
    random = np.random.default_rng(5)
    points = np.repeat(random.normal(size=(10, 3)) * 50, 6, axis=0) + random.normal(size=(60, 3))
    scored, k = picked(points, k_max=12)
    assert [c.k for c in scored] == [1, 2, 3, 4, 5, 6]  # more cannot have ten people each
    assert k is None or scored[k - 1].smallest_count >= 10
    assert {c.k for c in scored if c.k > 1 and c.smallest_count < 10} <= {
        c.k for c in scored if refusal_of(c, **LIMITS) == "a cluster has fewer than 10 people"
    }


@pytest.mark.parametrize(("people", "most"), [(0, 1), (9, 1), (19, 1), (20, 2), (139, 13)])
def test_there_are_at_most_as_many_clusters_as_tens_of_people(people, most):
    assert most_clusters(people) == most


def test_stability_is_judged_with_its_standard_error():
    few, many = (
        replace(looked_at(2, 0.3), stability=0.5, stability_error=error) for error in (0.12, 0.02)
    )
    assert refusal_of(few, **LIMITS) is None
    assert refusal_of(many, **LIMITS).startswith("other people are grouped differently")


def test_no_more_clusters_are_tried_than_there_are_different_points():
    points = np.repeat([[0.0, 0.0], [5.0, 5.0], [9.0, 0.0]], 50, axis=0)
    scored, _ = picked(points)
    assert [c.k for c in scored] == [1, 2, 3]


def looked_at(k, gap):
    return Candidate("kmeans", k, k, 1.0, 0.1, 0.9, gap, 0.001, k > 1, 0.3, np.zeros((k, 1)))


@pytest.mark.parametrize(
    ("k_before", "taken"),
    [
        (None, 6),  # 0.495 with one more is a tie: six were worth 0.098 each, the seventh 0.005
        (5, 6),  # a sixth cluster is worth 0.09, of 0.1 each before: clearly more
        (6, 6),
        (7, 7),  # as good as six, and people know them
        (8, 6),  # less evidence than with fewer
        (9, 6),  # not among the candidates
    ],
)
def test_the_number_of_the_run_before_stays_where_another_is_not_clearly_better(k_before, taken):
    gaps = {2: 0.1, 3: 0.2, 4: 0.3, 5: 0.4, 6: 0.49, 7: 0.495, 8: 0.45}
    scored = [looked_at(k, gap) for k, gap in gaps.items()]
    assert chosen(scored, **LIMITS, k_before=k_before).k == taken


def test_a_little_more_evidence_does_not_change_the_number_and_more_does():
    gaps = {10: 0.444, 12: 0.457}  # 0.013; a tenth of two clusters' worth is 0.0099, a fifth 0.0197
    scored = [looked_at(k, gap) for k, gap in gaps.items()]
    assert (chosen(scored, **LIMITS).k, chosen(scored, **LIMITS, k_before=10).k) == (12, 10)
    scored.append(looked_at(11, 0.48))
    assert chosen(scored, **LIMITS, k_before=10).k == 11
