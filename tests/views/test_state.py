"""What the result of a stage was made from."""

import pytest

from desirelines.views.batches import newest_batches
from desirelines.views.state import last_state, state_now


@pytest.mark.parametrize(
    ("rules", "given", "is_same"),
    [
        ({"gap": 30, "max": None}, {}, True),
        ({"max": None, "gap": 30}, {}, True),  # in whatever order
        ({"gap": 31, "max": None}, {}, False),
        ({"gap": 30, "max": None}, {"consents": 1}, False),
        ({"gap": 30, "max": None}, {"as_of": "2026-02-04"}, False),
    ],
)
def test_equal_inputs_are_an_equal_state(second_run, rules, given, is_same):
    plain = state_now(second_run, {"gap": 30, "max": None})
    assert (state_now(second_run, rules, **given) == plain) is is_same


def test_the_ledger_remembers_the_state_of_a_stage(second_run):
    last = last_state(second_run, "build-sessions")
    assert last.batches == newest_batches(second_run)
    assert last.inputs["state"]["rules"] == last.rules
    assert last_state(second_run, "publish") is None  # keeps none
    assert last_state(second_run, "no-such-stage") is None
