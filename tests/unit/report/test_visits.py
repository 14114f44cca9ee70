"""Counts of visits of one segment."""

from desirelines.report.visits import counts_of
from tests.support.report import report


def test_counts_are_found_by_their_key_and_small_ones_are_not_there():
    visits = report().visits.assign(people_count=200)
    few = visits["what"] == "hour"
    counts = counts_of(report(visits=visits.assign(people_count=visits["people_count"]
                                                   .where(~few, 9))), "c1")  # fmt: skip
    assert counts.all_visits == 1009
    assert counts.visits("next", "1", "search", "path_end") == 506
    assert counts.visits("hour", "1", "9") is None
    assert counts.people("place", "1", "search") == 200
    assert counts.steps_at(1) == ["search", "home"]
    assert counts.keys("next", "1", "search") == [
        ("1", "search", "path_end"), ("1", "search", "order_completed"),
    ]  # fmt: skip
    assert counts_of(report(), "nobody").all_visits is None
