"""How far main segments are from those of the run before."""

from math import log

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from desirelines.history.drift import agreement, published_drift, stability_index


def test_the_same_shares_are_stable_and_others_are_not():
    assert stability_index({"a": 50, "b": 50}, {"a": 200, "b": 200}) == 0
    expected = (0.7 - 0.5) * log(0.7 / 0.5) + (0.3 - 0.5) * log(0.3 / 0.5)
    assert stability_index({"a": 50, "b": 50}, {"a": 70, "b": 30}) == pytest.approx(expected)


def test_an_empty_part_counts_as_one_in_ten_thousand():
    expected = (0.9 - 1.0) * log(0.9) + (0.1 - 1e-4) * log(0.1 / 1e-4)
    assert stability_index({"a": 100}, {"a": 90, "b": 10}) == pytest.approx(expected)


def test_without_people_there_is_no_index():
    assert stability_index({}, {"a": 5}) is None
    assert agreement({("a", "a"): 1}) is None


@pytest.mark.parametrize("seed", range(5))
def test_agreement_is_scikit_learn_s(seed):
    random = np.random.default_rng(seed)
    then, now = random.integers(0, 4, 300), random.integers(0, 3, 300)
    now[:200] = then[:200] % 3
    moves = {}
    for pair in zip(map(str, then), map(str, now), strict=True):
        moves[pair] = moves.get(pair, 0) + 1
    assert agreement(moves) == pytest.approx(adjusted_rand_score(then, now))


def test_other_names_for_the_same_groups_agree_entirely():
    assert agreement({("a", "x"): 40, ("b", "y"): 60}) == 1
    assert agreement({("a", "x"): 100}) == 1


def test_drift_of_few_people_is_not_published_and_of_more_is_rounded():
    few = {("a", "a"): 600, ("b", "b"): 399}
    assert published_drift(few) == {"psi": None, "ari": None}
    some = {("a", "a"): 490, ("a", "b"): 10, ("b", "b"): 500, ("new", "b"): 5, ("b", "gone"): 7}
    assert published_drift(some) == {"psi": 0.0, "ari": 1.0}  # nine who move cannot be told of
    many = {("a", "a"): 6_000, ("a", "b"): 1_000, ("b", "b"): 5_000}
    assert published_drift(many) == {"psi": 0.03, "ari": 0.69}
