"""The report of a run, from its tables."""

from dataclasses import replace
from datetime import date

import pytest

from desirelines.errors import EmptyInputError, MachineError
from desirelines.settings.model import Report
from desirelines.stages.report import write_report
from desirelines.views.members import segment_names
from tests.support.report import text_of


def to(run, place):
    """The run, with its report in another place."""
    report = Report(path=str(place))
    return replace(run, settings=run.settings.model_copy(update={"report": report}))


def test_the_page_names_every_segment_of_the_run(second_run, tmp_path):
    page = write_report(to(second_run, tmp_path / "deep" / "report.html"))
    assert page == (tmp_path / "deep" / "report.html").resolve()
    text = text_of(page.read_text(encoding="utf-8"))
    assert [n for n in segment_names(second_run, "second").values() if n not in text] == []


def test_a_run_without_segments_and_a_place_that_cannot_be_written(second_run, tmp_path):
    with pytest.raises(EmptyInputError):
        write_report(to(second_run.of("third", date(2026, 2, 4)), tmp_path / "report.html"))
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(MachineError, match=r"Give another place with --set report[.]path=FILE"):
        write_report(to(second_run, tmp_path / "file" / "report.html"))
