"""How people drop out of a rule, from the evidence of a run."""

import pytest

from desirelines.operations.segment_attrition import attrition
from desirelines.tables import FEATURES
from tests.support.published import conf


def test_a_rule_is_counted_step_by_step_and_without_a_condition(second_run):
    """lapsed: last order long ago, and two orders or two active weeks."""
    found = attrition(second_run, "lapsed", off=[1])
    features = second_run.warehouse.read(FEATURES).filter("as_of = '2026-02-04'")
    people = features.count()
    twice = features.filter("lifetime_orders >= 2 OR active_weeks >= 2").count()
    assert (found.everybody, found.members) == (people, 0)
    assert [(c.number, c.condition, c.people, c.left) for c in found.conditions] == [
        (0, "last_order_at before 6 months and (lifetime_orders >= 2 or active_weeks >= 2)", 0,
         None),
        (1, "last_order_at before 6 months", 0, 0),
        (2, "lifetime_orders >= 2 or active_weeks >= 2", twice, 0),
        (3, "lifetime_orders >= 2", features.filter("lifetime_orders >= 2").count(), None),
        (4, "active_weeks >= 2", twice, None),
    ]  # fmt: skip
    assert found.without == ("last_order_at before 6 months",)
    assert found.members_without == twice


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("lapsd",), "has no rule segment 'lapsd' (did you mean 'lapsed'?)"),
        (("lapsed", "--without", "2"), "can be taken away have the numbers 1, 3, 4"),
    ],
)
def test_what_cannot_be_counted_is_named(arguments, message, published_shop, cli, capsys):
    assert cli("segment", "attrition", *arguments, *conf(published_shop)) == 2
    assert message in capsys.readouterr().err
