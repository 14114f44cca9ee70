"""Parameters that a run fitted, by name."""

import json

import pytest

from desirelines.views.parameters import RunParameter, parameter_of


@pytest.mark.parametrize(
    ("run_id", "name", "is_there"),
    [
        ("first", RunParameter.PREPARATION, True),
        ("second", RunParameter.PREPARATION, True),
        ("second", RunParameter.PATH_WORDS, False),  # this shop has none
        ("third", RunParameter.PREPARATION, False),
    ],
)
def test_a_parameter_is_the_run_s_own(second_run, run_id, name, is_there):
    value = parameter_of(second_run, run_id, name)
    assert (value is not None) is is_there
    assert value is None or json.loads(value)
