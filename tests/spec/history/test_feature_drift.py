"""How far features moved."""

from math import log

import pytest

from desirelines.catalogue import FEATURES
from desirelines.history.feature_drift import cuts_of, feature_drift, to_bins
from tests.support.tables import rows_of, table

FREQUENCY = [f for f in FEATURES if f.name == "frequency"]


def people(spark, *values):
    lines = "\n".join("" if v is None else str(v) for v in values)
    return table(spark, "n | d:frequency\n" + "\n".join(f"x | {v}" for v in lines.split("\n")))


def test_people_are_counted_in_the_tenths_of_then(spark):
    then = people(spark, *range(11))
    cuts = cuts_of(then, FREQUENCY)
    assert cuts == {"frequency": [1, 2, 3, 4, 5, 6, 7, 8, 9]}
    now = people(spark, 1, 1.5, 20, 20, None)
    assert rows_of(to_bins(now, FREQUENCY, cuts), "feature", "bin", "people_count") == [
        ("frequency", -1, 1),  # unknown
        ("frequency", 0, 1),  # up to and with the first cut
        ("frequency", 1, 1),
        ("frequency", 9, 2),
    ]


def test_values_that_are_all_alike_or_unknown_have_one_cut_or_none(spark):
    assert cuts_of(people(spark, 2, 2, 2), FREQUENCY) == {"frequency": [2]}
    assert cuts_of(people(spark, None, None), FREQUENCY) == {"frequency": []}


def test_drift_is_the_index_of_the_bins():
    then = [{"feature": "frequency", "bin": b, "people_count": 50} for b in (0, 1)]
    now = [
        {"feature": "frequency", "bin": 0, "people_count": 80},
        {"feature": "frequency", "bin": 1, "people_count": 20},
    ]
    expected = 0.3 * log(0.8 / 0.5) - 0.3 * log(0.2 / 0.5)
    assert feature_drift(then, now) == {"frequency": pytest.approx(expected)}
    assert feature_drift(then, then) == {"frequency": 0}
