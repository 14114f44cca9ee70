"""Features of people from a text table of sessions."""

from datetime import date

import pytest

from desirelines.features.build import colocated_by_person, to_features
from desirelines.features.window import ObservationWindow
from tests.support.tables import sessions

AS_OF = date(2026, 3, 1)


def of_people(spark, text, *features, zone="UTC", goal_kinds=("purchase",)):
    """Each person's values of the features, in order of people."""
    window = ObservationWindow.ending(AS_OF, days=365, zone=zone)
    rows = to_features(
        colocated_by_person(sessions(spark, text)),
        window,
        cart_hours=24,
        cart_days=30,
        goal_kinds=goal_kinds,
        buckets=8,
        run_id="r",
    )
    found = rows.orderBy("person_id").select(*features).collect()
    return [tuple(row) for row in found]


def about(*rows):
    """The rows, each number to six places."""
    return [tuple(v if v is None else pytest.approx(v, abs=1e-6) for v in row) for row in rows]
