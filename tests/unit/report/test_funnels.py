"""Funnels as pictures, of everybody and of a segment."""

from desirelines.report.funnels import funnel_pictures, week_pictures
from tests.support.report import report


def test_a_funnel_says_who_reached_each_step_and_how_long_it_took():
    (picture,) = funnel_pictures(report(), "all")
    assert picture.title == "Funnel: checkout"
    assert picture.table.rows == (
        ("cart", "800", "0", "100.0%", "100.0%", "0 s", "0 s"),
        ("order completed", "300", "120", "44.1%", "44.1%", "1.5 min", "1.1 h"),
    )
    assert "300 · 44.1%" in picture.svg


def test_a_segment_has_its_own_funnel_or_none():
    funnels = report().funnels.assign(segment_id="c1")
    assert funnel_pictures(report(funnels=funnels), "all") == ()
    assert len(funnel_pictures(report(funnels=funnels), "c1")) == 1


def test_one_week_is_no_line():
    (picture,) = week_pictures(report(), "all")
    assert [row[:4] for row in picture.table.rows] == [
        ("2026-02-16", "order completed", "150", "40.0%"),
        ("2026-02-23 (not over)", "order completed", "150", "60.0%"),
    ]
    assert week_pictures(report(weeks=report().weeks[:1]), "all") == ()
