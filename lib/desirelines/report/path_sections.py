"""The section on ways: the flow along the top paths, the step matrix and the funnels of everybody."""

from __future__ import annotations

from typing import Any

from desirelines.report import path_charts
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

MOST_STEPS, MOST_MOVES = 16, 60


def flow_picture(data: ReportData) -> Picture | None:
    """The top paths of everybody; None when none may be told."""
    rows = [r for r in data.paths.to_dict("records") if r["segment_id"] == ALL]
    if not rows:
        return None
    rows.sort(key=lambda r: (-r["sessions_count"], [str(s) for s in r["path"]]))
    paths = [([str(s) for s in r["path"]], float(r["sessions_count"])) for r in rows]
    told = tuple((" → ".join(step_text(s) for s in steps), count_text(n)) for steps, n in paths)
    return Picture(path_charts.flow(paths), Grid(("way", "visits"), told, words=1))


def graph_picture(data: ReportData) -> Picture | None:
    """Which step follows which, in all visits; None when no pair may be told."""
    rows = [
        r for r in data.edges.to_dict("records")
        if r["segment_id"] == ALL and r["from_step"] != PATH_START and r["to_step"] != PATH_END
    ]  # fmt: skip
    if not rows:
        return None
    rows.sort(key=lambda r: (-r["transition_count"], str(r["from_step"]), str(r["to_step"])))
    moves = {(str(r["from_step"]), str(r["to_step"])): float(r["transition_count"]) for r in rows}
    table = tuple(
        (step_text(i), step_text(j), count_text(n))
        for (i, j), n in list(moves.items())[:MOST_MOVES]
    )
    return Picture(path_charts.graph(moves), Grid(("from", "to", "moves"), table, words=2))


def places_picture(data: ReportData) -> Picture | None:
    """The step matrix of everybody by visit; the steps that are anywhere the most frequent, and the end."""
    rows = [
        r
        for r in data.positions.to_dict("records")
        if (r["segment_id"], r["grain"]) == (ALL, "session")
    ]
    if not rows:
        return None
    shares = {(str(r["step"]), int(r["place"])): float(r["path_share"]) for r in rows}
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
            for r in sorted(rows, key=lambda r: (r["place"], -r["path_count"], r["step"]))
        ),
        words=2,
    )
    return Picture(path_charts.step_matrix(shares, shown, places), table)


def funnel_pictures(data: ReportData) -> tuple[tuple[str, Picture], ...]:
    """Name and picture of each funnel of everybody."""
    rows: dict[str, list[dict[Any, Any]]] = {}
    for row in data.funnels.to_dict("records"):
        if row["segment_id"] == ALL:
            rows.setdefault(str(row["funnel"]), []).append(row)
    return tuple(
        (name, _funnel(name, rows[name], number))
        for number, name in enumerate(sorted(rows), start=1)
    )


def week_pictures(data: ReportData) -> tuple[tuple[str, Picture], ...]:
    """Name and picture by week of each funnel that was begun by everybody in two weeks or more."""
    of_all = data.weeks[(data.weeks["segment_id"] == ALL) & data.weeks["drop_off_share"].notna()]
    rows: dict[str, list[dict[Any, Any]]] = {}
    for row in of_all.sort_values(["funnel", "week_on", "step_no"]).to_dict("records"):
        rows.setdefault(str(row["funnel"]), []).append(row)
    told = [(name, of) for name, of in rows.items() if len({r["week_on"] for r in of}) > 1]
    return tuple(
        (name, _weeks(name, of, number)) for number, (name, of) in enumerate(told, start=1)
    )


def _weeks(name: str, rows: list[dict[Any, Any]], number: int) -> Picture:
    labels = [f"{day:%d %b}" for day in sorted({r["week_on"] for r in rows})]
    steps = {r["step_no"]: str(r["step"]) for r in sorted(rows, key=lambda r: r["step_no"])}
    lines = [
        path_charts.WeekLine(
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
                f"{r['week_on']:%Y-%m-%d}" + ("" if r["is_week_over"] else " (not over)"), str(r["step"]),
                count_text(r["reached_count"]), percent_text(r["drop_off_share"], 1), count_text(r["open_count"]),
            )
            for r in rows
        ),
        words=2,
    )  # fmt: skip
    return Picture(path_charts.weeks(name, labels, lines, number=number), table)


def _funnel(name: str, rows: list[dict[Any, Any]], number: int) -> Picture:
    rows = sorted(rows, key=lambda r: r["step_no"])
    bars = [
        path_charts.FunnelBar(
            str(r["step"]), float(r["reached_count"]), float(r["open_count"]),
            f"{people_text(r['reached_count'])}  ·  {percent_text(r['conversion_share'], 1)} of all"
            + (f"  ·  {count_text(r['open_count'])} still in time" if r["open_count"] else ""),
        )
        for r in rows
    ]  # fmt: skip
    table = Grid(
        ("step", "reached", "still in time", "of all who began", "of the step before", "median time", "95 % within"),
        tuple(
            (
                str(r["step"]), count_text(r["reached_count"]), count_text(r["open_count"]), percent_text(r["conversion_share"], 1),
                percent_text(r["step_share"], 1), seconds_text(r["median_seconds"]), seconds_text(r["q95_seconds"]),
            )
            for r in rows
        ),
        words=1,
    )  # fmt: skip
    return Picture(path_charts.funnel(name, bars, number=number), table)
