"""Who moved between groups, and why."""

from desirelines.report.moves import moves_of, why_moved
from desirelines.report.page import render
from tests.support.report import report, section


def test_who_moved_or_that_nobody_did(page):
    assert "bought lately · orders often (2) seldom here · narrow interests 34" in section(
        page, "moves"
    )
    assert "new people bought lately · orders often (2) 56" in section(page, "moves")
    none = report().moves.iloc[:0]
    assert "no 10 people or more moved together" in section(render(report(moves=none)), "moves")
    assert "first published run" in section(
        render(report(moves=none, previous_run_id=None)), "moves"
    )


def test_people_who_stayed_or_are_few_are_no_move():
    moves = report().moves.replace({"people_count": {34: 9}})
    assert moves_of(report(moves=moves)) == {("new", "c1"): 56.0}


def test_why_people_moved_is_told():
    assert "the previous run's model would also have moved 70 people" in why_moved(report())
    assert "It would not have moved 20 people: the groups were redrawn" in why_moved(report())
    untold = report(moves=report().moves.assign(behaviour_count=None, model_count=None))
    assert why_moved(untold) == ""
