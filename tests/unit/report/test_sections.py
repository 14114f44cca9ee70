"""What the page says of all segments together, and of how the run was made."""

from __future__ import annotations

import dataclasses

import pytest

from desirelines.report.page import render
from desirelines.report.sections import differences_picture, search_picture, tells_nothing
from desirelines.report.segments import Profile, Segment
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


def test_features_that_tell_nothing_leave_the_picture_with_a_line() -> None:
    def group(number: int) -> Segment:
        return Segment(f"c{number}", f"c{number}", False, "", "", (), 50.0, 0.5, None, None)

    def profile(mean: float | None, effect: float | None) -> Profile:
        return Profile(50.0, 50.0 if mean is not None else 0.0, mean, mean, effect)

    features = {  # mean and effect in each of two groups
        "recency_days": ((3.0, 0.4), (9.0, -0.4)),
        "frequency": ((2.0, 0.0), (2.0, 0.0)),
        "monetary": ((5.0, None), (5.0, None)),
        "nps": ((None, None), (None, None)),
        "sessions_per_week": ((1.0, None), (None, None)),
        "revisit_share": ((0.0, 0.0), (1.0, 0.0)),
    }
    profiles = {
        (f, f"c{n}"): profile(*values) for f, of in features.items() for n, values in enumerate(of)
    }
    clusters = [group(0), group(1)]
    picture = differences_picture(clusters, profiles, {})
    assert picture is not None
    assert {row[0] for row in picture.table.rows} == {
        "recency days", "sessions per week", "revisit share",
    }  # fmt: skip
    assert tells_nothing(clusters, profiles) == (
        "Not drawn, because they are known of nobody: nps. "
        "Not drawn, because they are the same for everybody: frequency, monetary."
    )
    only = {key: p for key, p in profiles.items() if key[0] == "recency_days"}
    assert tells_nothing(clusters, only) == ""


def test_money_is_in_the_currency_of_the_site() -> None:
    page = render(report(currency="USD"))
    assert "reporting currency" not in page
    assert "USD per order" in page


def test_a_single_trial_is_no_search_and_has_no_picture() -> None:
    data = report()
    picture, table = search_picture(dataclasses.replace(data, trials=data.trials.head(1)))
    assert picture is None
    assert table is not None
    assert search_picture(data)[0] is not None
