"""What visits of a segment, or of everybody, look like: paths, flow, moves, funnels, hours."""

from __future__ import annotations

from itertools import groupby

from desirelines.report.data import ReportData
from desirelines.report.flow import Flow, flow_of
from desirelines.report.flow_drawing import drawing_of, name_of
from desirelines.report.funnels import funnel_pictures, week_pictures
from desirelines.report.rhythm import rhythm_picture, rhythm_words
from desirelines.report.step_graph import moves_of, step_graph
from desirelines.report.templating import filled
from desirelines.report.text import count_text, percent_text, step_text
from desirelines.report.view_model import Grid, Path, Picture, Ways
from desirelines.report.visits import Counts, counts_of

CHIPS = 10
"""Maximum number of chips of a path; the rest are counted."""
MOST_MOVES = 60


def ways_of(data: ReportData, segment_id: str) -> Ways:
    """Everything about the visits of a segment; 'all' for everybody."""
    counts = counts_of(data, segment_id)
    visits = counts.all_visits
    return Ways(
        visits="" if visits is None else count_text(visits),
        paths=top_paths(counts),
        flow=flow_picture(data, segment_id),
        graph=graph_picture(counts, data.steps_shown),
        funnels=funnel_pictures(data, segment_id),
        weeks=week_pictures(data, segment_id),
        rhythm=rhythm_picture(counts, data.time_zone),
        rhythm_words=rhythm_words(counts),
    )


def top_paths(counts: Counts) -> tuple[Path, ...]:
    """The most frequent whole paths, the most frequent first; on equal counts by their steps."""
    visits = counts.all_visits
    return tuple(
        Path(
            chips_of(list(key)),
            "" if not visits else percent_text((counts.visits("path", *key) or 0) / visits, 1),
            count_text(counts.visits("path", *key)),
        )
        for key in counts.keys("path")
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


def flow_picture(data: ReportData, segment_id: str) -> Picture | None:
    """Where visits go, step by step; null when nothing may be shown."""
    flow = flow_of(data, segment_id)
    if flow is None:
        return None
    return Picture(
        "Where visits go, step by step",
        filled("flow.svg.j2", drawing=drawing_of(flow)),
        flow_table(flow),
        f"All percentages are of all {count_text(flow.visits)} visits. At each step: visits at it; "
        "“on”, that go on; “end”, that end there (the grey stub). Those at a step are those that "
        "go on and those that end. “Other steps” are all steps that do not stand alone, and moves "
        "of few people. A step repeated at once counts once. Bands of less than 1% are only in "
        "the table.",
        is_wide=True,
    )


def flow_table(flow: Flow) -> Grid:
    """Every step with its three numbers, and where its visits go."""
    rows = []
    for stop in flow.stops:
        onward = [b for b in flow.bands if (b.place, b.source) == (stop.place, stop.step)]
        onward.sort(key=lambda b: (-b.visits, b.target))
        rows.append(
            (
                f"{stop.place}. step",
                name_of(stop.step),
                ", ".join(f"{name_of(b.target)} {count_text(b.visits)}" for b in onward),
                count_text(stop.at),
                percent_text(stop.at / flow.visits, 1),
                count_text(stop.moved),
                count_text(stop.ended),
            )
        )
    head = ("place", "step", "goes on to", "at it", "of all visits", "move on", "end")
    return Grid(head, tuple(rows), words=3)


def graph_picture(counts: Counts, most: int) -> Picture | None:
    """Which step follows which; null when no pair may be shown."""
    graph = step_graph(counts, most)
    if graph is None:
        return None
    rows = tuple(
        (
            step_text(source),
            step_text(target),
            count_text(n),
            percent_text(n / (counts.visits("step", source) or n), 1),
        )
        for source, target, n in moves_of(counts)[:MOST_MOVES]
    )
    return Picture(
        "Which step follows which",
        filled("graph.svg.j2", drawing=graph),
        Grid(("from", "to", "times", "of what follows"), rows, words=2),
        "The most frequent steps, from the top in the order of a visit, and the most frequent "
        "moves between them: on (right) and back (left). The thicker, the more often. A step "
        "repeated at once counts once.",
    )
