"""Settings of paths."""

import pytest
from pydantic import ValidationError

from desirelines.settings.paths import Funnel, Paths

STEPS = {"name": "checkout", "steps": ["cart", "[pay|buy]"]}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"funnels": [STEPS, STEPS]}, "funnels: 'checkout' is given twice"),
        ({"patterns": ["a -> b", "a -> b"]}, "patterns: 'a -> b' is given twice"),
        ({"patterns": ["a ->"]}, "a pattern ends with a step"),
        ({"goal": "-> pay"}, "expected a step"),
        ({"min_people": 9}, "greater than or equal to 10"),
        ({"funnels": [STEPS | {"steps": ["cart"]}]}, "at least 2 items"),
        ({"funnels": [STEPS | {"steps": ["cart", "a -> b"]}]}, "steps"),
        ({"funnels": [STEPS | {"window_hours": 0}]}, "greater than 0"),
    ],
)
def test_what_cannot_be_counted_is_refused(given, said):
    with pytest.raises(ValidationError, match=said):
        Paths.model_validate(given)


def test_a_funnel_counts_people_in_order_within_two_weeks_unless_it_says_otherwise():
    funnel = Funnel.model_validate(STEPS)
    assert (funnel.order, funnel.unit, funnel.window_hours) == ("ordered", "person", 14 * 24)
