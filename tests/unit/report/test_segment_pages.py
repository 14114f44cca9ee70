"""What the page of a segment says."""

from __future__ import annotations

from desirelines.report.page import page_of, render
from tests.support.report import report, section, text_of


def test_a_page_says_what_tells_its_people_apart_and_what_to_do(page: str) -> None:
    first, second = section(page, "segment-1"), section(page, "segment-2")
    assert (
        "Long since an order. Days since the last order: 95.0 days on average, "
        "far above the others (12.0)." in first
    )
    assert "Ask them back: remind them of what they bought last" in first
    assert "Bought lately. Days since the last order: 12.0 days on average, far below the" in second
    assert "Leave offers out for now" in second
    assert "Cohen" not in first


def test_a_page_has_its_trend_its_score_and_who_is_in_another_segment_too(page: str) -> None:
    first = section(page, "segment-1")
    assert "2026-02-01 1,103 2026-03-01 1,200" in first
    assert "opened or clicked a message 43%" in first
    assert "New buyers 60 5%" in first
    assert "new people 56" in first
    assert "seldom here · narrow interests 34" in first


def test_a_rule_is_told_in_words_with_the_day_and_condition_by_condition(page: str) -> None:
    rule = section(page, "segment-4")
    assert "New buyers 144 people · 7.2% of everybody" in rule
    assert "rule of new_buyer before 1 March 2026" in rule
    assert "the first order within 30 days 147 17 144" in rule
    assert "Welcome them: how it works" in rule


def test_conditions_of_a_rule_whose_size_is_withheld_are_withheld() -> None:
    data = report()
    sizes = data.sizes.replace({"people_count": {144: None}})
    assert "147" not in section(render(report(sizes=sizes)), "segment-4")


def test_a_run_before_which_there_was_none_has_no_trend_and_no_moves() -> None:
    data = report()
    first = report(trend=data.trend[data.trend["run_id"] == "r2"], previous_run_id=None)
    page = page_of(first).groups[0]
    assert page.trend is None
    assert (page.entered, page.left) == ("", "")


def test_where_a_group_came_from_is_told() -> None:
    for origin, sentence in (
        ("split", "Split off from gone-1 and gone-2."),
        ("merge", "Merged from gone-1 and gone-2."),
        ("grown", "Grew out of gone-1 and gone-2."),
        ("same", ""),
    ):
        definitions = report().definitions
        came = [["gone-1", "gone-2"] if s == "c1" else [] for s in definitions["segment_id"]]
        shown = text_of(
            render(report(definitions=definitions.assign(origin=origin, derived_from=came)))
        )
        assert sentence in shown
        assert ("gone-1" in shown) == bool(sentence)
