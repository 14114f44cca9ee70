"""The runs that ended, and the segments of one of them."""

from datetime import date

import pytest

from desirelines.errors import SettingsError
from desirelines.operations.history import history_of, segments_of
from desirelines.tables import SEGMENT_SIZES
from tests.support import shop
from tests.support.tables import rows_of


def test_runs_come_oldest_first_and_follow_each_other(second_run):
    first, second = history_of(second_run)
    assert [(r.run_id, r.base_run_id, r.as_of) for r in (first, second)] == [
        ("first", "none", date(2026, 1, 29)),
        ("second", "first", date(2026, 2, 4)),
    ]
    assert {r.people for r in (first, second)} == {shop.PEOPLE}
    for run in (first, second):
        sizes = rows_of(
            second_run.warehouse.read(SEGMENT_SIZES).filter(f"run_id = '{run.run_id}'"),
            "entered_count",
        )
        assert run.segments == len(sizes)
        assert run.entered == sum(entered or 0 for (entered,) in sizes)


def test_segments_are_those_of_the_run_that_is_asked_for(second_run):
    for run in history_of(second_run):
        segments = [s.segment_id for s in segments_of(second_run, run.run_id)]
        assert (len(segments), sorted(segments)) == (run.segments, segments)
    with pytest.raises(SettingsError, match=r"no such published run \(did you mean 'second'\?\)"):
        segments_of(second_run, "secnd")
