"""Sessions with their people, as of the date of a run."""

from datetime import date, timedelta

import pytest

from desirelines.views.sessions import published_sessions, sessions_of_people
from tests.support import shop
from tests.support.published import FIRST, SECOND


@pytest.mark.parametrize("as_of", [date(2026, 1, 6), date(2026, 1, 20), date(2026, 2, 4)])
def test_sessions_before_the_date_each_have_their_person(second_run, as_of):
    visits = {
        (r["cookie"], r["at"][:10])
        for r in shop.rows(FIRST[0], SECOND[1])
        if r["at"][:10] < as_of.isoformat()
    }
    got = sessions_of_people(second_run.at(as_of))
    assert got.count() == len(visits)
    assert got.select("person_id").distinct().count() == len({cookie for cookie, _ in visits})
    assert got.filter("person_id IS NULL").isEmpty()


def test_a_session_across_the_date_ends_before_it(second_run):
    """In a zone in which midnight falls into the visits of the morning."""
    hours_ahead = 24 - shop.START.hour
    site = second_run.settings.site.model_copy(update={"time_zone": f"Etc/GMT-{hours_ahead - 1}"})
    moved = second_run.settings.model_copy(update={"site": site})
    day = shop.START.date() + timedelta(days=10)
    run = second_run.__class__(**(second_run.__dict__ | {"settings": moved})).at(day)
    rows = sessions_of_people(run).select("ended_at", "event_count").collect()
    events = [r for r in shop.rows(*FIRST) if r["at"] < run.window.end.isoformat()]
    assert sum(r["event_count"] for r in rows) == len(events)
    assert published_sessions(run).count() == len(rows)  # all lie in the window of a year
