"""How people drop out of every rule of a run, from its evidence."""

import pytest

from desirelines.operations.segment_attrition import attrition
from desirelines.views.rule_attrition import attritions, publishable_steps


def test_all_rules_are_counted_at_once_as_each_is_alone(second_run):
    found = attritions(second_run, "second")
    assert set(found) >= {"lapsed", "new_buyer", "too_little_data"}
    for segment, steps in found.items():
        alone = attrition(second_run, segment, run_id="second").conditions
        assert steps
        assert set(steps) <= set(alone)
    assert [c.condition for c in found["lapsed"]] == [
        "last_order_at before 6 months", "lifetime_orders >= 2 or active_weeks >= 2",
    ]  # fmt: skip


def test_a_run_whose_evidence_is_gone_has_none(second_run):
    assert attritions(second_run, "never") == {}


@pytest.mark.parametrize(
    ("steps", "shown"),
    [
        ([100, 60, 20], [100, 60, 20]),
        ([100, 60, 4], [100, 60, None]),
        ([100, 97, 60], [100, None, 60]),  # three dropped out
        ([100, 97, 95], [100, None, None]),  # five of a hundred
        ([100, 60, 0], [100, 60, 0]),
        ([800, 160, 76, 69], [800, 160, None, 69]),  # seven dropped out, and 69 are known
        ([100, 9], [100, None]),
    ],
)
def test_steps_that_would_tell_of_few_people_are_withheld(steps, shown):
    assert publishable_steps(steps) == shown
