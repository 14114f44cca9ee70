"""What the page says of all segments together, and of how the run was made."""

from __future__ import annotations

import pytest

from desirelines.report.page import render
from tests.support.report import SEGMENTS, report, section, text_of


def test_every_name_and_size_is_on_the_page(page: str) -> None:
    sizes = section(page, "sizes")
    for _, kind, name, size in SEGMENTS:
        expected = "withheld" if size is None else f"{size:,}"
        assert f"{name} {'rule' if kind == 'rule' else 'group'} {expected} " in sizes


@pytest.mark.parametrize(
    ("all_time", "this_run", "expected"),
    [
        (1000, 100, "rows read 100 ✓ 1,000 ✓ ✓ The sum is right."),
        (1001, 100, "rows read 100 ✓ 1,001 ✗ ✗ The sum is not the number of rows read."),
        (1000, 99, "rows read 99 ✗ 1,000 ✓ ✗ The sum is not the number of rows read."),
    ],
)
def test_the_sign_is_a_cross_when_sums_differ(all_time: int, this_run: int, expected: str) -> None:
    accounts = report().accounts.assign(rows_read=all_time, run_rows_read=this_run)
    assert expected in section(render(report(accounts=accounts)), "rows")


def test_a_sum_with_nothing_to_compare_with_has_no_sign() -> None:
    text = section(
        render(report(accounts=report().accounts.drop(columns=["rows_read", "run_rows_read"]))),
        "rows",
    )
    assert not {"✓", "✗"} & set(text)
    assert "Not checked" in text


def test_who_moved_or_that_nobody_did(page: str) -> None:
    assert "bought lately · orders often (2) seldom here · narrow interests 34" in section(
        page, "moves"
    )
    assert "new people bought lately · orders often (2) 56" in section(page, "moves")
    none = report().moves.iloc[:0]
    assert "no 10 people or more moved together" in section(render(report(moves=none)), "moves")
    assert "first published run" in section(
        render(report(moves=none, previous_run_id=None)), "moves"
    )


def test_why_people_moved_and_where_a_group_came_from_are_told(page):
    assert "the previous run's model would also have moved 70 people" in section(page, "moves")
    assert "It would not have moved 20 people: the groups were redrawn around them." in section(
        page, "moves"
    )
    untold = report(moves=report().moves.assign(behaviour_count=None, model_count=None))
    assert "redrawn" not in render(untold)
    first = SEGMENTS[0][0]
    for origin, sentence in (
        ("split", "Split off from"),
        ("merge", "Merged from"),
        ("grown", "Grew out of"),
        ("same", ""),
    ):
        definitions = report().definitions
        came = [["gone-1", "gone-2"] if s == first else [] for s in definitions["segment_id"]]
        shown_text = text_of(
            render(report(definitions=definitions.assign(origin=origin, derived_from=came)))
        )
        assert ("gone-1 and gone-2." in shown_text) == bool(sentence)
        assert sentence in shown_text
