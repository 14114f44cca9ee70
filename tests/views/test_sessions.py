"""Sessions with their people, as of the date of a run."""

from dataclasses import replace
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
    got = published_sessions(second_run.at(as_of))
    assert got.count() == len(visits)
    assert got.select("person_id").distinct().count() == len({cookie for cookie, _ in visits})
    assert got.filter("person_id IS NULL").isEmpty()
    assert sessions_of_people(second_run.at(as_of)).count() == len(visits)


def test_a_session_across_the_date_ends_before_it(second_run):
    """In a zone where midnight is 10:00 UTC: the visits of a morning come before and after it."""
    site = second_run.settings.site.model_copy(update={"time_zone": "Etc/GMT-14"})
    settings = second_run.settings.model_copy(update={"site": site})
    day = shop.START.date() + timedelta(days=11)
    run = replace(second_run, settings=settings, requested_as_of=day)
    end = run.window.end.isoformat()
    before, after = (
        {(r["cookie"], r["at"][:10]) for r in shop.rows(*FIRST) if (r["at"] < end) is is_before}
        for is_before in (True, False)
    )
    assert before & after  # somebody was there at midnight
    rows = published_sessions(run).select("event_count").collect()
    assert len(rows) == len(before)
    assert sum(r["event_count"] for r in rows) == sum(r["at"] < end for r in shop.rows(*FIRST))
