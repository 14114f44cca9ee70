"""A page per segment: how large it is, what sets it apart, what its people do, how it is made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from desirelines.catalogue.uses import USES_OF_RULES
from desirelines.report import group_charts
from desirelines.report.data import ReportData
from desirelines.report.moves import ENDS
from desirelines.report.segments import Profile, Segment, facts_of
from desirelines.report.text import (
    condition_words,
    day_text,
    decimal_text,
    feature_label,
    number_of,
    people_text,
    percent_text,
    text_of,
)
from desirelines.report.traits import profile_grid, traits_picture
from desirelines.report.view_model import Fact, Grid, Picture, SegmentPage
from desirelines.report.ways import ways_of
from desirelines.tables import SMALL_GROUP

USES = 3
ORIGINS = {"split": "Split off from", "merge": "Merged from", "grown": "Grew out of"}


@dataclass(frozen=True, slots=True)
class Compared:
    """What segments are compared with.

    Attributes:
        profiles: by feature and segment.
        others: means of those who are not in a segment, by feature and segment.
        everybody: means of everybody and their number, by feature.
        names: of all segments.
    """

    profiles: dict[tuple[str, str], Profile]
    others: dict[tuple[str, str], float]
    everybody: dict[str, tuple[float, float]]
    names: dict[str, str]


def segment_page(segment: Segment, number: int, data: ReportData, beside: Compared) -> SegmentPage:
    """The page of one segment."""
    first, segment_id = data.previous_run_id is None, segment.segment_id
    facts = facts_of(segment, beside.profiles, beside.others)
    came, went = (_moves(data, segment_id, side, beside.names) for side in ("to", "from"))
    return SegmentPage(
        anchor=f"segment-{number}",
        number=number,
        name=segment.name,
        is_rule=segment.is_rule,
        people=people_text(segment.people),
        share="" if segment.share is None else percent_text(segment.share, 1),
        entered="" if first else people_text(segment.entered),
        left="" if first else people_text(segment.left),
        origin=_origin(segment, beside.names),
        definition=segment.definition.replace("as_of", day_text(data.as_of)),
        scores=_scores(data, segment_id),
        facts=facts,
        uses=_uses(segment, facts),
        has_profile=any(s == segment_id for _, s in beside.profiles),
        trend=trend_picture(data, segment_id),
        traits=traits_picture(segment, beside.profiles, beside.others),
        profile=profile_grid(segment, beside.profiles, beside.others, beside.everybody),
        ways=ways_of(data, segment_id),
        came=came,
        went=went,
        attrition=_attrition(data, segment),
        overlap=_overlap(data, segment_id, beside.names),
    )


def _origin(segment: Segment, names: dict[str, str]) -> str:
    """Where the group came from, in a sentence; empty where it is not known."""
    if segment.origin not in ORIGINS or not segment.derived_from:
        return ""
    return (
        f"{ORIGINS[segment.origin]} {' and '.join(names.get(s, s) for s in segment.derived_from)}."
    )


def _uses(segment: Segment, facts: tuple[Fact, ...]) -> tuple[str, ...]:
    """What to do with these people: by their rule, then by what tells most."""
    of_rule = [USES_OF_RULES[s] for s in [segment.segment_id] if s in USES_OF_RULES]
    return tuple(dict.fromkeys([*of_rule, *(f.use for f in facts if f.use)]))[:USES]


def trend_picture(data: ReportData, segment_id: str) -> Picture | None:
    """People by published run; null with fewer than two numbers."""
    runs = list(dict.fromkeys(zip(data.trend["run_id"], data.trend["as_of"], strict=True)))
    runs.sort(key=lambda run: (run[1], run[0]))
    mine = data.trend[data.trend["segment_id"] == segment_id]
    by_run = {str(r["run_id"]): number_of(r["people_count"]) for r in mine.to_dict("records")}
    counts = [(day, by_run.get(str(run_id))) for run_id, day in runs]
    counts = [(d, None if n is not None and 0 < n < SMALL_GROUP else n) for d, n in counts]
    if sum(n is not None for _, n in counts) < 2:
        return None
    return Picture(
        "People over the published runs",
        group_charts.trend([(f"{day.day} {day:%b}", n) for day, n in counts]),
        Grid(
            ("as of", "people"),
            tuple((f"{day:%Y-%m-%d}", people_text(n)) for day, n in counts),
        ),
        "A run without a point: the segment was not there, or its number is withheld.",
    )


def _scores(data: ReportData, segment_id: str) -> tuple[tuple[str, str], ...]:
    """How good the segment is to work with, in words; what is not known is left out."""
    found = data.scorecard[data.scorecard["segment_id"] == segment_id].to_dict("records")
    if not found:
        return ()
    card = found[0]
    distinct = decimal_text(card["distinct"], 1)
    scores = (
        ("opened or clicked a message", percent_text(card["reachable"]), card["reachable"]),
        ("of everybody can be judged", percent_text(card["measurable"]), card["measurable"]),
        (
            f"largest distance from the others, by {feature_label(text_of(card['distinct_by']))}",
            distinct,
            card["distinct"],
        ),
    )
    return tuple((label, text) for label, text, value in scores if number_of(value) is not None)


def _moves(data: ReportData, segment_id: str, side: str, names: dict[str, str]) -> Grid | None:
    """From where people came ("to" this segment), or where they went; null where not known."""
    other = "from" if side == "to" else "to"
    rows = [
        r
        for r in data.moves.to_dict("records")
        if r[f"{side}_segment_id"] == segment_id
        and r[f"{other}_segment_id"] != segment_id
        and r["people_count"] >= SMALL_GROUP
    ]
    rows.sort(key=lambda r: (-r["people_count"], str(r[f"{other}_segment_id"])))
    if not rows:
        return None
    return Grid(
        ("came from" if side == "to" else "went to", "people"),
        tuple(
            (_name(str(r[f"{other}_segment_id"]), names), people_text(r["people_count"]))
            for r in rows
        ),
    )


def _name(segment_id: str, names: dict[str, str]) -> str:
    return ENDS.get(segment_id) or names.get(segment_id) or f"former group {segment_id}"


def _attrition(data: ReportData, segment: Segment) -> Grid | None:
    """The steps of the rule and who is left after each; null without evidence, or where withheld.

    Where the size of the segment is withheld, its steps would tell it.
    """
    rows = data.attrition[data.attrition["segment_id"] == segment.segment_id].to_dict("records")
    if not rows or segment.people is None:
        return None
    return Grid(
        ("condition", "true for", "not known for", "left after it"),
        tuple(
            (
                condition_words(text_of(r["condition"])),
                people_text(r["people"]),
                people_text(r["unknown"]),
                people_text(r["left"]),
            )
            for r in sorted(rows, key=lambda r: r["number"])
        ),
    )


def _overlap(data: ReportData, segment_id: str, names: dict[str, str]) -> Grid | None:
    """Segments that share people with this one, the largest overlap first; null without any."""
    sides = (
        ("segment_id", "other_segment_id", "share"),
        ("other_segment_id", "segment_id", "other_share"),
    )
    found: list[dict[str, Any]] = [
        {"other": str(r[other]), "people": r["people_count"], "share": r[share]}
        for mine, other, share in sides
        for r in data.overlap.to_dict("records")
        if str(r[mine]) == segment_id and r["people_count"] >= SMALL_GROUP
    ]
    found.sort(key=lambda r: (-r["people"], r["other"]))
    if not found:
        return None
    return Grid(
        ("also in", "people in both, in tens", "of these people"),
        tuple(
            (_name(r["other"], names), people_text(r["people"]), percent_text(r["share"]))
            for r in found
        ),
    )
