"""Clusters that chance explains."""

from dataclasses import replace

import numpy as np

from desirelines.clusters.choose_k import Candidate
from desirelines.clusters.references import BY_EVENTS, BY_NEIGHBOURS, BY_VALUES, References
from desirelines.clusters.sample_fits import KMEANS, fitted
from tests.support.groups import planted


def candidate(points, k):
    fit = fitted(points, k, KMEANS, seed=1, starts=10)
    cost = float(fit.inertia_)
    return Candidate(KMEANS, k, k, cost, 0.1, 0.9, 0.5, 0.01, True, 0.3, fit.cluster_centers_)


def grid(people=900):
    """People in the cells of a grid, in each column independently of the other."""
    random = np.random.default_rng(3)
    places = random.integers(0, 3, (people, 2)) * 9.0
    return places + random.normal(size=(people, 2))


def test_columns_that_are_independent_of_each_other_explain_their_clusters():
    points = grid()
    references = References(points, seed=7)
    assert references.known_refusal(candidate(points, 9)) is None
    assert references.refusal_of(candidate(points, 9), []) == BY_VALUES
    assert references.known_refusal(candidate(points, 9)) == BY_VALUES
    assert references.known_refusal(candidate(points, 4)) is None


def test_a_single_column_has_no_combinations_that_could_explain_it():
    points = grid()[:, :1]
    assert References(points, seed=7).refusal_of(candidate(points, 3), []) is None


def test_groups_in_which_columns_go_together_are_no_chance():
    points, k = planted(3)
    assert References(points, seed=7).refusal_of(candidate(points, k), []) is None


def test_where_events_by_chance_explain_the_people_every_number_of_groups_is_refused():
    points, k = planted(3)
    asked = []
    references = References(points, 7, lambda: asked.append(1) or True)
    best, other = candidate(points, k), candidate(points, k - 1)
    assert references.known_refusal(best) is None
    assert references.refusal_of(best, []) == BY_EVENTS
    assert (references.known_refusal(other), references.refusal_of(other, [])) == (BY_EVENTS,) * 2
    assert references.known_refusal(replace(best, k=1)) is None
    assert asked == [1]


def test_clusters_beyond_fewer_ones_must_be_groups_that_stand_apart():
    points = np.concatenate([np.random.default_rng(n).normal(size=(60, 2)) for n in (1, 2, 3)])
    points += np.repeat([[0, 0], [30, 30], [60, 60]], 60, axis=0)
    references = References(points, seed=7)
    two, three, four = (candidate(points, k) for k in (2, 3, 4))
    assert references.refusal_of(four, [two, three]) == BY_NEIGHBOURS
    assert references.refusal_of(three, [two]) is None
    assert references.refusal_of(candidate(points, 6), [two, three]) == BY_NEIGHBOURS
    alone = np.random.default_rng(1).normal(size=(200, 2))
    assert References(alone, seed=7).refusal_of(candidate(alone, 2), []) == BY_NEIGHBOURS


def test_the_number_of_the_run_before_is_refused_for_a_clear_cut_alone():
    even = np.random.default_rng(4).uniform(size=(200, 3))  # its halves lie near the line
    two = candidate(even, 2)
    assert References(even, seed=7).refusal_of(two, []) == BY_NEIGHBOURS
    assert References(even, seed=7, k_before=2).refusal_of(two, []) != BY_NEIGHBOURS
    assert References(even, seed=7, k_before=3).refusal_of(two, []) == BY_NEIGHBOURS
