"""Percentiles of people who have a value."""

import json

from desirelines.rules.percentiles import Resolved, percentiles_of, publishable, resolved
from desirelines.settings.rule_conditions import Percentile, each_test
from tests.support.rules import rules_from
from tests.support.tables import table


def test_a_percentile_is_of_people_with_a_value(spark):
    rules = rules_from(
        a={"all": ["monetary >= p80 of people with order_value", "order_value >= p50"]},
        b={"not": "order_value < p50"},
        c="satisfaction > p10",
    )
    wanted = percentiles_of(t for rule in rules for t in each_test(rule.condition))
    assert [p.name for p in wanted] == [
        "monetary p80 of people with order_value", "order_value p50", "satisfaction p10",
    ]  # fmt: skip
    features = table(spark, """
        person_id | d:monetary | d:order_value | d:satisfaction
        ann       | 10         | 1             |
        ben       | 20         | 2             |
        cat       | 30         | 4             |
        dan       | 0          |               |
        eve       | 0          |               |
    """)  # fmt: skip
    found = resolved(features, wanted, {"order_value": "order_value * 2"})
    # Between the second and the third of three: 20 + 0.6 × 10.
    assert found == {
        wanted[0]: Resolved(26.0, 3), wanted[1]: Resolved(4.0, 3), wanted[2]: Resolved(None, 0),
    }  # fmt: skip
    assert resolved(features, (), {}) == {}


def test_a_percentile_near_the_values_of_few_is_not_kept():
    values = {
        Percentile(80.0, "monetary"): Resolved(7.5, 50),
        Percentile(80.0, "frequency"): Resolved(3.0, 49),
        Percentile(10.0, "frequency"): Resolved(1.0, 99),
        Percentile(10.0, "monetary"): Resolved(1.0, 100),
    }
    assert json.loads(publishable(values)) == {
        "monetary p80": 7.5, "frequency p80": None, "frequency p10": None, "monetary p10": 1.0,
    }  # fmt: skip
