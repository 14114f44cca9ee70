"""How far a run may be from the one before."""

import pytest

from desirelines.history.publication_checks import RunNumbers, publication_checks
from desirelines.settings.publication import Publish

BEFORE = RunNumbers(1_000, {"a": 0.6, "b": 0.3, "t": 0.1}, 0.9, {"lapsed": 0.8})
SAME_DRIFT = {"psi": 0.0, "ari": 1.0}


def failures(now, drift=None, limits=None):
    checks = publication_checks(now, BEFORE, drift or SAME_DRIFT, limits or Publish())
    return {check.name: check.text for check in checks if check.is_passed is False}


def test_the_same_run_again_passes_every_check():
    checks = publication_checks(BEFORE, BEFORE, SAME_DRIFT, Publish())
    assert {check.is_passed for check in checks} == {True}
    assert {check.name for check in checks} == set(Publish.model_fields)


@pytest.mark.parametrize(
    ("now", "drift", "name", "text"),
    [
        (RunNumbers(people=400), None, "max_people_drop", "people fell by 60%"),
        (
            RunNumbers(shares={"a": 0.05, "b": 0.3, "new": 0.65}),
            None,
            "max_size_change",
            "the share of segment a changed by 55% of all people",
        ),
        (RunNumbers(), {"psi": 3.25, "ari": None}, "max_psi",
         "the shares of the main segments moved: population stability index 3.25"),
        (RunNumbers(), {"psi": None, "ari": 0.05}, "min_agreement",
         "people are in other groups together: adjusted Rand index 0.05"),
        (
            RunNumbers(coverage=0.4),
            None,
            "max_coverage_drop",
            "people of whom enough is known to be in a cluster fell by 56%",
        ),
        (RunNumbers(known={"lapsed": 0.2}), None, "max_unknown_rise",
         "the rule lapsed became unknown for 60% of all people"),
    ],
)  # fmt: skip
def test_each_check_fails_beyond_its_limit_and_says_what_it_saw(now, drift, name, text):
    assert failures(now, drift) == {name: text}
    assert failures(now, drift, Publish(**{name: None})) == {}


@pytest.mark.parametrize(
    "now",
    [
        RunNumbers(people=500),  # exactly half
        RunNumbers(people=5_000),
        RunNumbers(shares={"a": 0.1, "b": 0.3}),  # exactly half of everybody
        RunNumbers(coverage=1.0, known={"lapsed": 1.0}),
        RunNumbers(known={"lapsed": 0.3, "other": 0.0}),
    ],
)
def test_at_the_limit_a_check_passes(now):
    assert failures(now) == {}


def test_a_first_run_has_nothing_to_compare_with():
    checks = publication_checks(BEFORE, RunNumbers(), {"psi": None, "ari": None}, Publish())
    assert {check.is_passed for check in checks} == {None}
    assert {check.text for check in checks} == {"nothing to compare with"}
