"""Who changed group since the previous run, and why."""

from __future__ import annotations

from desirelines.report.data import ReportData
from desirelines.report.heatmap import Cell, Look, heatmap
from desirelines.report.segments import Segment
from desirelines.report.text import count_text, number_of, people_text, text_of
from desirelines.report.view_model import Grid, Picture
from desirelines.tables import SMALL_GROUP

ENDS = {"new": "new people", "gone": "no longer seen"}


def moves_of(data: ReportData) -> dict[tuple[str, str], float]:
    """People who changed group, by both groups; small numbers are left out."""
    return {
        (str(r["from_segment_id"]), str(r["to_segment_id"])): float(r["people_count"])
        for r in data.moves.to_dict("records")
        if r["people_count"] >= SMALL_GROUP and r["from_segment_id"] != r["to_segment_id"]
    }


def moves_picture(data: ReportData, clusters: list[Segment]) -> Picture | None:
    """Who changed group since the previous run; None when nothing may be shown."""
    counts = moves_of(data)
    if not counts:
        return None
    order = [c.segment_id for c in clusters]
    defined = {
        text_of(r["segment_id"]): text_of(r["name"]) for r in data.definitions.to_dict("records")
    }
    rows, columns = (_in_order({key[side] for key in counts}, order) for side in (0, 1))
    names = {s: ENDS.get(s) or defined.get(s) or f"former group {s}" for s in {*rows, *columns}}
    ranked = sorted(counts, key=lambda key: (-counts[key], key))
    cells = [
        Cell(
            rows.index(f),
            columns.index(t),
            counts[f, t],
            people_text(counts[f, t]),
            f"from {names[f]} to {names[t]}: {people_text(counts[f, t])} people",
        )
        for f, t in sorted(counts)
    ]
    return Picture(
        "Who is in another group now",
        heatmap(
            [names[r] for r in rows],
            [names[c] for c in columns],
            cells,
            Look((0.0, max(counts.values()))),
        ),
        Grid(
            ("was in", "is in now", "people"),
            tuple((names[f], names[t], people_text(counts[f, t])) for f, t in ranked),
            words=2,
        ),
        "Rows: the group in the previous run; columns: the group now. Blank: nobody, fewer than "
        f"{SMALL_GROUP}, or withheld because it would reveal such a number. Who stayed is not "
        "counted here.",
        is_wide=True,
    )


def why_moved(data: ReportData) -> str:
    """How many moved because they changed, and how many because of the model; else empty."""
    moved = [r for r in data.moves.to_dict("records") if r["from_segment_id"] != r["to_segment_id"]]
    behaviour = sum(number_of(r["behaviour_count"]) or 0.0 for r in moved)
    model = sum(number_of(r["model_count"]) or 0.0 for r in moved)
    if not behaviour + model:
        return ""
    return (
        "Where the reason is known: the previous run's model would also have moved "
        f"{count_text(behaviour)} people. Their behaviour changed, or they came or left. "
        f"It would not have moved {count_text(model)} people: the groups were redrawn around them."
    )


def _in_order(ids: set[str], order: list[str]) -> list[str]:
    ordered = [s for s in order if s in ids]
    return [*ordered, *sorted(ids - set(ordered) - set(ENDS)), *(e for e in ENDS if e in ids)]
