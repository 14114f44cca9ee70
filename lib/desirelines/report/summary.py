"""What the page says first: how many people are in how many groups, or why there are none."""

from __future__ import annotations

from desirelines.report.data import ReportData
from desirelines.report.search import is_given
from desirelines.report.segments import Segment
from desirelines.report.text import is_true, percent_text, text_of
from desirelines.tables import ONE_GROUP, SMALL_GROUP, TOO_LITTLE_DATA

GIVEN = "the settings give the number of groups (clusters.k), and no other was tried"


def summary_of(
    people: int, clusters: list[Segment], rules: list[Segment], apart: Segment | None
) -> str:
    """The summary of the page in one to three sentences.

    `people` are everybody as of the run; `apart` is the segment of those who are in no group, null
    where there are none.
    """
    sentence = _who_is_grouped(people, clusters, apart)
    largest = next((c for c in clusters if c.people), None)
    if largest is not None and len(clusters) > 1:
        share = percent_text(largest.share)
        sentence += (
            f"; the largest is “{largest.name}” with {largest.people:,.0f} people "
            f"({share} of everybody)"
        )
    if apart is not None and apart.people and apart.people < people:
        sentence += f". The other {apart.people:,.0f} people have too little data to be grouped"
    more = sum(r.segment_id != TOO_LITTLE_DATA for r in rules)
    if more and people >= SMALL_GROUP:
        what = "segment is" if more == 1 else "segments are"
        sentence += f". {more} more {what} set by rules, so a person can be in several"
    return sentence + "."


def _who_is_grouped(people: int, clusters: list[Segment], apart: Segment | None) -> str:
    how = f"fall into {len(clusters)} groups" if len(clusters) > 1 else "are one group"
    if people < SMALL_GROUP:
        return f"Fewer than {SMALL_GROUP} people are known, too few to say anything about them"
    if not clusters:
        return f"None of the {people:,} people has enough data to be grouped"
    if apart is None:
        return f"{people:,} people {how}"
    if apart.people is None:
        return f"{people:,} people {how} or have too little data to be grouped"
    return f"{people - apart.people:,.0f} of {people:,} people {how}"


def verdict_of(data: ReportData) -> str:
    """Why this number of groups was kept; empty where none was searched for in this run."""
    kept = [t for t in data.trials.to_dict("records") if is_true(t["is_kept"])]
    verdict = text_of(kept[0]["verdict"]) if kept else ""
    if verdict and is_given(data) and not verdict.startswith(ONE_GROUP):
        return GIVEN
    return verdict


def one_group_text(data: ReportData, verdict: str) -> str:
    """That no groups were found, what was tried and why it was refused; else empty."""
    if not verdict.startswith(ONE_GROUP):
        return ""
    reason = verdict.removeprefix(ONE_GROUP)
    if len(data.trials) > 1:
        return f"No groups were found among these people. Tried and refused: {reason}."
    return f"No groups were looked for: {reason}."
