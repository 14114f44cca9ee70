"""The section on paths: flow of the top paths, step matrix and funnels of everybody."""

from __future__ import annotations

from typing import Any

from desirelines.report import funnel_charts, path_charts
from desirelines.report.data import ReportData
from desirelines.report.text import (
    ALL,
    PATH_END,
    PATH_START,
    count_text,
    people_text,
    percent_text,
    seconds_text,
    step_text,
)
from desirelines.report.view_model import Grid, Picture
from desirelines.tables import SMALL_GROUP

MOST_STEPS, MOST_MOVES = 16, 60


def flow_picture(data: ReportData) -> Picture | None:
    """The top paths of everybody; None when none may be shown."""
    top_paths = [r for r in data.paths.to_dict("records") if r["segment_id"] == ALL]
    if not top_paths:
        return None
    top_paths.sort(key=lambda r: (-r["sessions_count"], [str(s) for s in r["path"]]))
    paths = [([str(s) for s in r["path"]], float(r["sessions_count"])) for r in top_paths]
    cells = tuple((" → ".join(step_text(s) for s in steps), count_text(n)) for steps, n in paths)
    return Picture(path_charts.flow(paths), Grid(("path", "visits"), cells, words=1))


def graph_picture(data: ReportData) -> Picture | None:
    """Which step follows which, in all visits; None when no pair may be shown."""
    edges = [
        e
        for e in data.edges.to_dict("records")
        if e["segment_id"] == ALL and e["from_step"] != PATH_START and e["to_step"] != PATH_END
    ]
    if not edges:
        return None
    edges.sort(key=lambda e: (-e["transition_count"], str(e["from_step"]), str(e["to_step"])))
    moves = {(str(e["from_step"]), str(e["to_step"])): float(e["transition_count"]) for e in edges}
    table = tuple(
        (step_text(i), step_text(j), count_text(n))
        for (i, j), n in list(moves.items())[:MOST_MOVES]
    )
    return Picture(path_charts.graph(moves), Grid(("from", "to", "moves"), table, words=2))


def places_picture(data: ReportData) -> Picture | None:
    """The step matrix of everybody by visit: the most frequent steps at any place, and the end.

    It ends before the first place that is left out.
    """
    first = _first_left_out(data)
    cells = [r for r in _places_of_everybody(data) if first is None or r["place"] < first]
    if not cells:
        return None
    shares = {(str(c["step"]), int(c["place"])): float(c["path_share"]) for c in cells}
    most: dict[str, float] = {}
    for (step, _), share in shares.items():
        most[step] = max(most.get(step, 0.0), share)
    steps = sorted((s for s in most if s != PATH_END), key=lambda s: (-most[s], s))[:MOST_STEPS]
    shown = [*steps, *([PATH_END] if PATH_END in most else [])]
    places = max(place for _, place in shares)
    table = Grid(
        ("place", "step", "visits", "share"),
        tuple(
            (
                str(r["place"]),
                step_text(str(r["step"])),
                count_text(r["path_count"]),
                percent_text(r["path_share"], 1),
            )
            for r in sorted(cells, key=lambda c: (c["place"], -c["path_count"], c["step"]))
        ),
        words=2,
    )
    return Picture(path_charts.step_matrix(shares, shown, places), table)


def places_left_out(data: ReportData) -> str:
    """Say from which place on the step matrix says nothing; empty if it is whole."""
    first = _first_left_out(data)
    if first is None or first == 1:
        return ""
    place = {2: "2nd", 3: "3rd"}.get(first, f"{first}th")
    return (
        f"Places from the {place} on are left out: fewer than {SMALL_GROUP} people took a step "
        "there, or their number would follow."
    )


def _first_left_out(data: ReportData) -> int | None:
    """The first place of which nothing may be shown; None if there is none."""
    there = {int(r["place"]) for r in _places_of_everybody(data)}
    return next((place for place in range(1, data.places + 1) if place not in there), None)


def _places_of_everybody(data: ReportData) -> list[dict[Any, Any]]:
    return [
        r
        for r in data.positions.to_dict("records")
        if (r["segment_id"], r["grain"]) == (ALL, "session")
    ]


def funnel_pictures(data: ReportData) -> tuple[tuple[str, Picture], ...]:
    """Name and picture of each funnel of everybody."""
    steps: dict[str, list[dict[Any, Any]]] = {}
    for step in data.funnels.to_dict("records"):
        if step["segment_id"] == ALL:
            steps.setdefault(str(step["funnel"]), []).append(step)
    return tuple(
        (name, _funnel(name, steps[name], number))
        for number, name in enumerate(sorted(steps), start=1)
    )


def week_pictures(data: ReportData) -> tuple[tuple[str, Picture], ...]:
    """Name and picture by week of each funnel of everybody with two weeks or more."""
    of_all = data.weeks[(data.weeks["segment_id"] == ALL) & data.weeks["drop_off_share"].notna()]
    by_funnel: dict[str, list[dict[Any, Any]]] = {}
    for step in of_all.sort_values(["funnel", "week_on", "step_no"]).to_dict("records"):
        by_funnel.setdefault(str(step["funnel"]), []).append(step)
    drawn = [
        (name, steps) for name, steps in by_funnel.items() if len({s["week_on"] for s in steps}) > 1
    ]
    return tuple(
        (name, _weeks(name, steps, number)) for number, (name, steps) in enumerate(drawn, start=1)
    )


def _weeks(name: str, rows: list[dict[Any, Any]], number: int) -> Picture:
    labels = [f"{day:%d %b}" for day in sorted({r["week_on"] for r in rows})]
    steps = {r["step_no"]: str(r["step"]) for r in sorted(rows, key=lambda r: r["step_no"])}
    lines = [
        funnel_charts.WeekLine(
            step,
            tuple(
                (f"{r['week_on']:%d %b}", float(r["drop_off_share"]), bool(r["is_week_over"]))
                for r in rows
                if r["step_no"] == number_of
            ),
        )
        for number_of, step in steps.items()
    ]
    table = Grid(
        ("week of", "step", "reached", "dropped off", "still in time"),
        tuple(
            (
                f"{r['week_on']:%Y-%m-%d}" + ("" if r["is_week_over"] else " (not over)"),
                str(r["step"]),
                count_text(r["reached_count"]),
                percent_text(r["drop_off_share"], 1),
                count_text(r["open_count"]),
            )
            for r in rows
        ),
        words=2,
    )
    return Picture(funnel_charts.weeks(name, labels, lines, number=number), table)


def _funnel(name: str, rows: list[dict[Any, Any]], number: int) -> Picture:
    rows = sorted(rows, key=lambda r: r["step_no"])
    bars = [
        funnel_charts.FunnelBar(
            str(r["step"]),
            float(r["reached_count"]),
            float(r["open_count"]),
            f"{people_text(r['reached_count'])}  ·  {percent_text(r['conversion_share'], 1)} of all"
            + (f"  ·  {count_text(r['open_count'])} still in time" if r["open_count"] else ""),
        )
        for r in rows
    ]
    table = Grid(
        (
            "step",
            "reached",
            "still in time",
            "of all who began",
            "of the step before",
            "median time",
            "95 % within",
        ),
        tuple(
            (
                str(r["step"]),
                count_text(r["reached_count"]),
                count_text(r["open_count"]),
                percent_text(r["conversion_share"], 1),
                percent_text(r["step_share"], 1),
                seconds_text(r["median_seconds"]),
                seconds_text(r["q95_seconds"]),
            )
            for r in rows
        ),
        words=1,
    )
    return Picture(funnel_charts.funnel(name, bars, number=number), table)
