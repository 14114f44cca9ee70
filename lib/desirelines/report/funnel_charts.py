"""Pictures of funnels: who reached each step, and who drops off by week."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle, islice

import altair as alt

from desirelines.report.chart import ACCENT, LINE, NARROW, SERIES, colours, rows_of, to_svg
from desirelines.report.text import count_text, percent_text, shortened, step_text

SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down")


@dataclass(frozen=True, slots=True)
class FunnelBar:
    """One step of a funnel: its name, who reached it, who still can, and the shares as text."""

    step: str
    reached: float
    open: float
    text: str


@dataclass(frozen=True, slots=True)
class WeekLine:
    """One step of a funnel by week: label, drop-off, and whether the week was over."""

    step: str
    points: tuple[tuple[str, float, bool], ...]


def funnel(bars: Sequence[FunnelBar]) -> str:
    """A bar per step with its name and numbers above; who still has time is pale."""
    most = max((b.reached + b.open for b in bars), default=1.0) or 1.0
    rows = [
        {
            "place": place,
            "from": start,
            "to": end,
            "kind": kind,
            "label": f"{shortened(step_text(bar.step), 24)}",
            "text": bar.text,
            "description": f"{step_text(bar.step)}: {text}",
        }
        for place, bar in enumerate(bars)
        for kind, start, end, text in (
            (0, 0.0, bar.reached, bar.text),
            (1, bar.reached, bar.reached + bar.open, f"{count_text(bar.open)} still in time"),
        )
        if kind == 0 or bar.open
    ]
    base = alt.Chart(rows_of(rows)).encode(
        y=alt.Y("place:O", axis=None, scale=alt.Scale(domain=list(range(len(bars)))))
    )
    drawn = base.mark_bar(height=14, yOffset=9, ariaRoleDescription="step").encode(
        x=alt.X("from:Q", axis=None, scale=alt.Scale(domain=[0, most])),
        x2="to:Q",
        fill=alt.Fill("kind:N", legend=None, scale=colours([ACCENT, LINE])),
        description="description:N",
    )
    named = base.transform_filter("datum.kind == 0")
    texts = (
        named.mark_text(aria=False, align="left", dy=-7).encode(x=alt.value(0), text="label:N"),
        named.mark_text(aria=False, align="right", dy=-7, fontWeight="bold").encode(
            x=alt.value(NARROW - 4), text="text:N"
        ),
    )
    return to_svg(alt.layer(drawn, *texts), width=NARROW, height=42 * len(bars) + 4)


def weeks(labels: Sequence[str], lines: Sequence[WeekLine]) -> str:
    """One line per step: the share that did not reach it, by the week in which they began.

    Points of unfinished weeks are hollow.
    """
    names = [step_text(line.step) for line in lines]
    rows = _points(labels, lines)
    every = max(1, len(labels) // 5)
    axis = alt.Axis(
        title=None,
        grid=False,
        values=list(range(0, len(labels), every)),
        labelAngle=0,
        labelExpr=f"{list(labels)!r}[datum.value]",
    )
    most = max([0.05, *(share for line in lines for _, share, _ in line.points)])
    palette = alt.Scale(domain=names, range=list(islice(cycle(SERIES), len(names))))
    shapes = alt.Scale(domain=names, range=list(islice(cycle(SHAPES), len(names))))
    base = alt.Chart(rows_of(rows)).encode(
        x=alt.X("week:Q", axis=axis, scale=alt.Scale(domain=[-0.3, len(labels) - 0.7])),
        y=alt.Y(
            "share:Q",
            title="dropped off",
            axis=alt.Axis(format="%", tickCount=4),
            scale=alt.Scale(domain=[0, most]),
        ),
        color=alt.Color(
            "step:N",
            title=None,
            legend=alt.Legend(orient="bottom", columns=2),
            scale=palette,
        ),
    )
    line = base.mark_line(aria=False, strokeWidth=1.5)
    dots = base.mark_point(size=45, strokeWidth=1.5, ariaRoleDescription="week").encode(
        shape=alt.Shape(
            "step:N",
            title=None,
            legend=alt.Legend(orient="bottom", columns=2),
            scale=shapes,
        ),
        fillOpacity=alt.condition("datum.is_over", alt.value(1), alt.value(0)),
        fill=alt.Fill("step:N", legend=None, scale=palette),
        description="description:N",
    )
    return to_svg(alt.layer(line, dots), width=NARROW, height=250)


def _points(labels: Sequence[str], lines: Sequence[WeekLine]) -> list[dict[str, object]]:
    place = {label: n for n, label in enumerate(labels)}
    return [
        {
            "week": place[label],
            "share": share,
            "step": step_text(line.step),
            "is_over": is_over,
            "description": f"{label}, {step_text(line.step)}: {percent_text(share, 1)} dropped off"
            + ("" if is_over else ", the week is not over"),
        }
        for line in lines
        for label, share, is_over in line.points
    ]
