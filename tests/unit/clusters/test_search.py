"""The search for the number of groups, and its verdict in words."""

import numpy as np
import pytest

from desirelines.clusters.search import refusals_text, search
from desirelines.settings.model import Clusters
from tests.support.groups import groupless, planted


def searched(points, k_before=None, **settings):
    """The search over everybody, and what it said on the way."""
    said = []
    found = search(points, len(points), Clusters(**settings), said.append, k_before=k_before)
    return found, said


TWO = np.repeat([[0.0, 0.0], [9.0, 9.0]], 12, axis=0)


@pytest.mark.parametrize(
    ("points", "settings", "verdict"),
    [
        (TWO[:19], {}, "one group: fewer than 20 people can be grouped, "
                       "and a group has at least 10"),
        (TWO[:19], {"k": 2}, "one group: fewer than 20 people can be grouped, "
                             "and a group has at least 10"),
        (TWO[:1].repeat(30, axis=0), {}, "one group: people do not differ in any feature"),
        (TWO, {"k_min": 3}, "one group: too few people, or too few who differ, "
                            "for clusters.k_min groups of 10"),
    ],
)  # fmt: skip
def test_people_who_cannot_be_divided_are_one_group_and_the_reason_is_told(
    points, settings, verdict
):
    found, said = searched(points, **settings)
    assert (found.start, found.verdict) == (None, verdict)
    assert [t.k for t in said] == [t.k for t in found.trials]


def test_where_every_number_is_refused_the_verdict_tells_all_reasons():
    found, said = searched(groupless("ball", 5)[:300], k_max=4)
    reasons = {t.k: t.verdict for t in found.trials if t.k > 1}
    assert found.start is None
    assert found.verdict == "one group: " + refusals_text(list(reasons.items()))
    assert [t.verdict for t in said] == [t.verdict for t in found.trials]  # log and table agree


def test_reasons_are_told_once_each_with_the_numbers_they_concern():
    reasons = [(2, "a"), (3, "b"), (4, "b"), (5, "a"), (6, "b"), (7, "b"), (2, "b")]
    assert refusals_text(reasons) == "2 and 5 groups (a); 2 to 4, 6 and 7 groups (b)"
    assert refusals_text([(2, "a"), (3, "a")]) == "2 and 3 groups (a)"


@pytest.mark.parametrize(("k", "expected"), [(2, 2), (100, 6)])
def test_clusters_that_are_asked_for_have_ten_people_each(k, expected):
    points = planted(3)[0][:60]
    found, _ = searched(points, k=k)
    assert found.start.k == expected
    assert found.verdict == (
        "chosen"
        if k == expected
        else "chosen: fewer than clusters.k (100), because a group has at least 10 people"
    )


FITTED = "fitted on everybody"
STAYS = "not enough extra evidence to give up the {} clusters of the previous run"
LESS = "another has more evidence, or as much with fewer clusters"


@pytest.mark.parametrize(
    ("beside", "k_before", "three", "four"),
    [  # 3.74 of evidence for three clusters, and 3.79 for four: a tie
        (40, None, FITTED, LESS),
        (40, 4, STAYS.format(4), FITTED),
        # 3.57 and 3.81
        (70, None, LESS, FITTED),
        (70, 3, FITTED, STAYS.format(3)),
    ],
)
def test_the_number_of_the_run_before_stays_and_the_trials_say_why(beside, k_before, three, four):
    """Three groups of 300 people, and a few people beside one of them."""
    random = np.random.default_rng(4)
    centres = np.array([[0, 0], [27, 0], [13.5, 27], [17.5, 30]])
    group = np.repeat([0, 1, 2, 3], [300, 300, 300, beside])
    random.shuffle(group)
    points = centres[group] + random.normal(size=(len(group), 2))
    found, _ = searched(points, k_before, k_max=6)
    assert {t.k: t.verdict for t in found.trials if t.k in (3, 4)} == {3: three, 4: four}


def rises(k_max, k):
    return (
        f"; the evidence still rises at the end of the range, clusters.k_max ({k_max}): "
        f"of up to {2 * k_max} groups, {k} would be chosen"
    )


@pytest.mark.parametrize(("seed", "k"), [(0, 4), (1, 5), (2, 6)])
def test_where_the_evidence_rises_at_the_end_of_the_range_a_larger_one_is_told(seed, k):
    points, planted_k = planted(seed)
    assert planted_k == k
    found, said = searched(points, k_max=4)
    assert (found.start.k, found.verdict) == (4, "chosen" + rises(4, k))
    assert [t.k for t in said] == [t.k for t in found.trials] == [1, 2, 3, 4]


def test_where_more_groups_would_be_too_small_no_larger_range_is_told():
    points = np.repeat([[0.0, 0.0], [30.0, 30.0]], 12, axis=0)
    points += np.random.default_rng(3).normal(size=points.shape)
    found, _ = searched(points, k_max=2)
    assert (found.start.k, found.verdict) == (2, "chosen")


def test_one_group_is_told_of_a_range_that_ends_too_soon_and_of_no_other():
    random = np.random.default_rng(4)
    six = np.eye(6)[random.integers(0, 6, 900)] * 20 + random.normal(size=(900, 6))
    found, _ = searched(six, k_max=3)  # of six at equal distances, which are joined is chance
    assert found.start is None
    assert found.verdict.endswith(rises(3, 6))
    assert "evidence still rises" not in searched(six, k_max=8)[0].verdict
    assert "evidence still rises" not in searched(groupless("ball", 5), k_max=3)[0].verdict


def test_a_range_that_goes_on_after_the_best_number_is_not_told():
    points, k = planted(0)
    found, _ = searched(points, k_max=k + 2)
    assert (found.start.k, found.verdict) == (k, "chosen")
