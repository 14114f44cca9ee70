"""What the page says first."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from desirelines.report.page import render
from desirelines.report.search import kept_words
from desirelines.report.segments import Segment
from desirelines.report.summary import one_group_text, summary_of, verdict_of
from tests.support.report import report, section, text_of

GROUP = Segment("c1", "weekend", False, "", "", (), 60.0, 0.5, None, None)
APART = Segment("too_little_data", "Too little data", True, "", "", (), None, None, None, None)
RULE = replace(GROUP, segment_id="lapsed", is_rule=True)


@pytest.mark.parametrize(
    ("people", "groups", "apart", "expected"),
    [
        (23_570, 12, 15_238.0, "8,332 of 23,570 people fall into 12 groups; the largest is "
         "“weekend” with 60 people (50% of everybody). The other 15,238 people have too little "
         "data to be grouped. 1 more segment is set by rules, so a person can be in several."),
        (120, 2, 0, "120 people fall into 2 groups; the largest is “weekend” with 60 people "
         "(50% of everybody). 1 more segment is set by rules, so a person can be in several."),
        (120, 1, 0, "120 people are one group. 1 more segment is"),
        (120, 1, None, "120 people are one group or have too little data to be grouped. 1 more"),
        (120, 0, 120.0, "None of the 120 people has enough data to be grouped. 1 more segment"),
        (9, 1, None, "Fewer than 10 people are known, too few to say anything about them."),
    ],
)  # fmt: skip
def test_the_lead_counts_who_is_in_a_group_and_who_is_not(
    people: int, groups: int, apart: float | None, expected: str
) -> None:
    nobody = apart == 0
    rules = [RULE] if nobody else [RULE, APART]
    segment = None if nobody else replace(APART, people=apart)
    lead = summary_of(people, [GROUP] * groups, rules, segment)
    assert lead.startswith(expected)
    assert ("more segment" in lead) == (people > 9)


def trials(*rows: tuple[bool, str]) -> Any:
    """Trials with these verdicts."""
    data = report().trials
    few = pd.concat([data.iloc[:1]] * len(rows), ignore_index=True)
    return few.assign(is_kept=[k for k, _ in rows], verdict=[v for _, v in rows])


def test_where_no_groups_are_found_the_page_says_so_first_and_why() -> None:
    verdict = "one group: 2 to 5 groups (a); 6 groups (b)"
    data = report(trials=trials((False, "a"), (True, verdict)))
    assert verdict_of(data) == verdict
    said = one_group_text(data, verdict)
    assert said == (
        "No groups were found among these people. "
        "Tried and refused: 2 to 5 groups (a); 6 groups (b)."
    )
    text = text_of(render(data))
    assert text.index(said) < text.index("People in each segment")
    assert f"Verdict: {verdict}." in text


def test_where_the_settings_give_the_number_there_is_no_evidence_to_tell() -> None:
    one = trials((True, "chosen")).assign(gap=0.0, gap_error=0.0, stability=None)
    data = report(trials=one)
    assert verdict_of(data) == (
        "the settings give the number of groups (clusters.k), and no other was tried"
    )
    assert kept_words(data) == "Kept: 2 groups, smallest group 10.0%"
    assert verdict_of(report(trials=trials((True, "chosen")))) == "chosen"


def test_where_nothing_was_tried_the_reason_is_told() -> None:
    data = report(trials=trials((True, "one group: people do not differ")))
    assert one_group_text(data, verdict_of(data)) == (
        "No groups were looked for: people do not differ."
    )
    assert one_group_text(data, "chosen") == ""
    assert verdict_of(report(trials=report().trials.iloc[:0])) == ""


def test_the_page_of_one_group_compares_nothing_and_has_no_card_of_rules_that_cannot_apply() -> (
    None
):
    data = report()
    one = data.definitions[data.definitions["segment_id"].isin(["c1", "lapsed"])]
    profiles = data.profiles[data.profiles["segment_id"] == "c1"]
    page = render(
        report(
            definitions=one,
            profiles=profiles.assign(effect=None, mean=0.0),
            trials=trials((True, "one group: reason")),
        )
    )
    assert "There is one group, so there is nothing to compare it with." in section(page, "apart")
    assert "What they do differently" not in section(page, "segment-1")
    assert "Lapsed buyers group" not in section(page, "overview")
    assert "the rule is about: Lapsed buyers." in section(page, "overview")
    assert 'id="segment-2"' not in page
