"""Funnels of a segment, or of everybody, as pictures."""

from __future__ import annotations

from typing import Any

import pandas as pd

from desirelines.report import funnel_charts
from desirelines.report.data import ReportData
from desirelines.report.text import (
    count_text,
    number_of,
    people_text,
    percent_text,
    seconds_text,
    step_text,
)
from desirelines.report.view_model import Grid, Picture

Rows = list[dict[Any, Any]]


def funnel_pictures(data: ReportData, segment_id: str) -> tuple[Picture, ...]:
    """The picture of each funnel, by name."""
    return tuple(
        _funnel(name, sorted(rows, key=lambda r: r["step_no"]))
        for name, rows in _by_funnel(data.funnels, segment_id)
    )


def week_pictures(data: ReportData, segment_id: str) -> tuple[Picture, ...]:
    """The picture by week of each funnel with two weeks or more."""
    known = data.weeks[data.weeks["drop_off_share"].notna()]
    return tuple(
        _weeks(name, sorted(rows, key=lambda r: (r["week_on"], r["step_no"])))
        for name, rows in _by_funnel(known, segment_id)
        if len({r["week_on"] for r in rows}) > 1
    )


def _by_funnel(table: pd.DataFrame, segment_id: str) -> list[tuple[str, Rows]]:
    funnels: dict[str, Rows] = {}
    for row in table[table["segment_id"] == segment_id].to_dict("records"):
        funnels.setdefault(str(row["funnel"]), []).append(row)
    return sorted(funnels.items())


def _funnel(name: str, rows: Rows) -> Picture:
    is_person = str(rows[0]["unit"]) == "person"
    bars = [
        funnel_charts.FunnelBar(
            str(r["step"]),
            float(r["reached_count"]),
            float(r["open_count"]),
            _count(r["reached_count"], is_person)
            + (
                ""
                if number_of(r["conversion_share"]) is None
                else f" · {percent_text(r['conversion_share'], 1)}"
            ),
        )
        for r in rows
    ]
    head = (
        "step",
        "reached",
        "still in time",
        "of all who began",
        "of the step before",
        "median time",
        "95% within",
    )
    table = Grid(
        head,
        tuple(
            (
                step_text(str(r["step"])),
                _count(r["reached_count"], is_person),
                count_text(r["open_count"]),
                percent_text(r["conversion_share"], 1),
                percent_text(r["step_share"], 1),
                seconds_text(r["median_seconds"]),
                seconds_text(r["q95_seconds"]),
            )
            for r in rows
        ),
    )
    who = "People" if is_person else "Visits"
    return Picture(
        f"Funnel: {name}",
        funnel_charts.funnel(bars),
        table,
        f"{who} that reached each step, and their share of all that began. Pale: began, have not "
        "reached this step, and still have time; they count neither as converted nor as lost.",
    )


def _count(value: Any, is_person: bool) -> str:
    return people_text(value) if is_person else count_text(value)


def _weeks(name: str, rows: Rows) -> Picture:
    labels = [f"{day.day} {day:%b}" for day in sorted({r["week_on"] for r in rows})]
    steps = {r["step_no"]: str(r["step"]) for r in sorted(rows, key=lambda r: r["step_no"])}
    lines = [
        funnel_charts.WeekLine(
            f"{number}. {step_text(step)}",
            tuple(
                (
                    f"{r['week_on'].day} {r['week_on']:%b}",
                    float(r["drop_off_share"]),
                    bool(r["is_week_over"]),
                )
                for r in rows
                if r["step_no"] == number
            ),
        )
        for number, step in steps.items()
    ]
    table = Grid(
        ("week of", "step", "reached", "dropped off", "still in time"),
        tuple(
            (
                f"{r['week_on']:%Y-%m-%d}" + ("" if r["is_week_over"] else " (not over)"),
                step_text(str(r["step"])),
                count_text(r["reached_count"]),
                percent_text(r["drop_off_share"], 1),
                count_text(r["open_count"]),
            )
            for r in rows
        ),
        words=2,
    )
    return Picture(
        f"Who drops off, week by week: {name}",
        funnel_charts.weeks(labels, lines),
        table,
        "Of those who reached the step before: the share that did not reach this one, by the week "
        "in which they began. A hollow point is a week that was not over yet.",
    )
