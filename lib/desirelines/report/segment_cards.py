"""A card per segment: what distinguishes it, its paths, and which step follows which."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from desirelines.report import charts
from desirelines.report.data import ReportData
from desirelines.report.segments import Profile, Segment, facts_of
from desirelines.report.text import (
    ALL,
    PATH_END,
    PATH_START,
    STEP_WORDS,
    count_text,
    day_text,
    people_text,
    percent_text,
    seconds_text,
    step_text,
)
from desirelines.report.view_model import Card, Path, Picture
from desirelines.report.view_model import Grid as Table
from desirelines.tables import SMALL_GROUP

CHIPS = 10
"""Maximum number of chips of a path; the rest are counted."""


def segment_card(
    segment: Segment,
    number: int,
    data: ReportData,
    profiles: dict[tuple[str, str], Profile],
    others: dict[tuple[str, str], float],
    names: dict[str, str],
) -> Card:
    """The card of one segment; that of a rule segment has no paths and no picture."""
    first = data.previous_run_id is None
    return Card(
        anchor=f"group-{number}",
        name=segment.name,
        people=people_text(segment.people),
        share="" if segment.share is None else percent_text(segment.share, 1),
        entered="" if first else people_text(segment.entered),
        left="" if first else people_text(segment.left),
        origin=_origin(segment, names),
        definition=segment.definition.replace("as_of", day_text(data.as_of)),
        facts=facts_of(segment, profiles, others),
        has_profile=any(s == segment.segment_id for _, s in profiles),
        paths=() if segment.is_rule else top_paths(data, segment.segment_id),
        transitions=None
        if segment.is_rule
        else transitions_of(data, segment.segment_id, segment.name, f"steps-{number}"),
    )


ORIGINS = {"split": "Split off from", "merge": "Merged from", "grown": "Grew out of"}


def _origin(segment: Segment, names: dict[str, str]) -> str:
    """Where the group came from, in a sentence; empty where it is not known."""
    if segment.origin not in ORIGINS or not segment.derived_from:
        return ""
    return (
        f"{ORIGINS[segment.origin]} {' and '.join(names.get(s, s) for s in segment.derived_from)}."
    )


def everybody_card(data: ReportData) -> Card:
    """The card of everybody, for comparison."""
    return Card(
        anchor="everybody",
        name="Everybody",
        people=people_text(data.people_count),
        share="",
        entered="",
        left="",
        origin="",
        definition="",
        facts=(),
        has_profile=False,
        paths=top_paths(data, ALL),
        transitions=transitions_of(data, ALL, "everybody", "steps-all"),
    )


def top_paths(data: ReportData, segment_id: str) -> tuple[Path, ...]:
    """The paths of the segment, the most frequent first; on equal counts by their steps."""
    paths = [r for r in data.paths.to_dict("records") if r["segment_id"] == segment_id]
    paths.sort(key=lambda r: (-r["sessions_count"], [str(s) for s in r["path"]]))
    return tuple(
        Path(
            chips_of([str(s) for s in r["path"]]),
            percent_text(r["share"], 1),
            count_text(r["sessions_count"]),
        )
        for r in paths
    )


def chips_of(path: list[str]) -> tuple[str, ...]:
    """The steps of a path as chips; a step repeated at once is one chip with a count."""
    chips = []
    for step, repeats in groupby(path):
        count = len(list(repeats))
        chips.append(step_text(step) + (f" ×{count}" if count > 1 else ""))
    return (
        tuple(chips)
        if len(chips) <= CHIPS
        else (*chips[: CHIPS - 1], f"{len(chips) - CHIPS + 1} more")
    )


def transitions_of(data: ReportData, segment_id: str, name: str, picture: str) -> Picture | None:
    """The picture of the busiest steps of a segment; None when no pair may be shown."""
    edges = [
        e
        for e in data.edges.to_dict("records")
        if e["segment_id"] == segment_id and e["people_count"] >= SMALL_GROUP
    ]
    steps = _busiest(edges, data.steps_shown)
    rows, columns = [PATH_START, *steps], [*steps, PATH_END]
    shown = [e for e in edges if e["from_step"] in rows and e["to_step"] in columns]
    if not shown:
        return None
    shares = {(str(e["from_step"]), str(e["to_step"])): float(e["out_share"]) for e in shown}
    # A row or column without a number is an empty stripe.
    rows = [r for r in rows if any(f == r for f, _ in shares)]
    columns = [c for c in columns if any(t == c for _, t in shares)]
    shown.sort(key=lambda e: (-e["transition_count"], e["from_step"], e["to_step"]))
    table = Table(
        ("from", "to", "of what follows", "times", "people", "median time between"),
        tuple(
            (
                step_text(e["from_step"]),
                step_text(e["to_step"]),
                percent_text(e["out_share"], 1),
                count_text(e["transition_count"]),
                people_text(e["people_count"]),
                seconds_text(e["median_seconds"]),
            )
            for e in shown
        ),
        words=2,
    )
    label = f"Heatmap: which step follows which, {name}"
    return Picture(charts.transitions(shares, rows, columns, name=picture, label=label), table)


def _busiest(edges: list[dict[Any, Any]], limit: int) -> list[str]:
    """At most `limit` steps by how often people reach them; other and withheld steps come last."""
    traffic: dict[str, int] = {}
    for edge in edges:
        if edge["to_step"] != PATH_END:
            traffic[edge["to_step"]] = traffic.get(edge["to_step"], 0) + int(
                edge["transition_count"]
            )
        if edge["from_step"] != PATH_START:
            traffic.setdefault(edge["from_step"], 0)
    top = sorted(traffic, key=lambda s: (-traffic[s], s))[:limit]
    return sorted(top, key=lambda s: s in STEP_WORDS)
