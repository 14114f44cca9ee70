"""Features from the settings."""

from datetime import date

import pytest
from pydantic import ValidationError

from desirelines.errors import SettingsError
from desirelines.features.custom import to_custom_features
from desirelines.features.window import ObservationWindow
from desirelines.settings.features import CustomFeature, Features
from tests.support.tables import rows_of, table

WINDOW = ObservationWindow.ending(date(2026, 3, 1), days=365, zone="UTC")
EVENTS = """
    person_id | occurred_at      | event_name | d:amount
    ann       | 2026-02-20 10:00 | export     | 3
    ann       | 2026-02-28 23:59 | export     | 5
    ann       | 2026-02-28 23:59 | view       | 7
    ann       | 2026-03-01 00:00 | export     | 100
    ann       | 2025-12-01 00:00 | export     | 50
    ben       | 2026-02-20 10:00 | view       |
    ben       | 2026-02-21 10:00 | view       | 2
"""


def own(**given):
    return CustomFeature.model_validate(
        {"name": "mine", "meaning": "m", "unit": "u", "over": "events"} | given
    )


@pytest.mark.parametrize(
    ("given", "ann", "ben"),
    [
        ({"aggregate": "count", "where": "event_name = 'export'"}, 3.0, 0.0),
        ({"aggregate": "count", "where": "event_name = 'export'", "window_days": 30}, 2.0, 0.0),
        (
            {"aggregate": "count", "window_days": 1},
            2.0,
            0.0,
        ),  # the last day begins at midnight and ends with as_of
        ({"aggregate": "sum", "of": "amount"}, 65.0, 2.0),
        ({"aggregate": "mean", "of": "amount * 2", "window_days": 30}, 10.0, 4.0),
        ({"aggregate": "max", "of": "amount", "where": "event_name = 'view'"}, 7.0, 2.0),
        ({"aggregate": "min", "of": "amount", "where": "event_name = 'export'"}, 3.0, None),
        ({"aggregate": "distinct", "of": "event_name"}, 2.0, 1.0),
    ],
)
def test_an_aggregate_with_a_filter_and_a_window_that_ends_at_as_of(spark, given, ann, ben):
    got = to_custom_features(table(spark, EVENTS), [own(**given)], WINDOW, "occurred_at")
    assert rows_of(got, "person_id", "mine") == [("ann", ann), ("ben", ben)]


def test_what_cannot_be_read_is_told_with_its_name(spark):
    with pytest.raises(
        SettingsError, match=r"features.own: mine cannot be read over events: .*amuont"
    ):
        to_custom_features(
            table(spark, EVENTS), [own(aggregate="sum", of="amuont")], WINDOW, "occurred_at"
        )
    with pytest.raises(ValidationError, match="sum of what"):
        own(aggregate="sum")
    with pytest.raises(ValidationError, match="frequency is already a feature of the catalogue"):
        own(name="frequency", aggregate="count")
    with pytest.raises(ValidationError, match="mine is given twice"):
        Features(own=[own(aggregate="count"), own(aggregate="count")])
