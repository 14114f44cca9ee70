"""Pictures of groups: how large they are, where they lie, how they grew, how people moved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt

from desirelines.report.chart import (
    ACCENT,
    INK,
    LINE,
    MUTED,
    NARROW,
    RULE,
    colours,
    rows_of,
    to_svg,
)
from desirelines.report.text import people_text, percent_text, shortened

LONGEST = 52
"""Letters of a name over its bar; a longer one loses its middle."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One segment in the picture of sizes.

    Attributes:
        name: name shown.
        people: members; None when withheld.
        share: share of all people; None when withheld.
        is_rule: whether the segment is defined by a rule, not by clusters.
    """

    name: str
    people: float | None
    share: float | None
    is_rule: bool


@dataclass(frozen=True, slots=True)
class Count:
    """A number with its name."""

    name: str
    number: float
    text: str


@dataclass(frozen=True, slots=True)
class Spot:
    """One group in the picture of where they lie: its number, place, and people."""

    number: int
    name: str
    x: float
    y: float
    people: float


def sizes(bars: Sequence[Bar]) -> str:
    """A bar per segment with its name above, and its people and share behind it."""
    largest = max((b.people or 0.0 for b in bars), default=0.0) or 1.0
    rows: list[dict[str, object]] = []
    for place, bar in enumerate(bars):
        share = "" if bar.share is None else f" · {percent_text(bar.share, 1)}"
        number = f"{people_text(bar.people)}{share}"
        rows.append(
            {
                "place": place,
                "people": bar.people or 0.0,
                "name": shortened(bar.name, LONGEST),
                "number": number,
                "kind": int(bar.is_rule),
                "description": f"{bar.name}: {number}",
            }
        )
    return _named_bars(rows, limit=largest * 1.45)


def counts(bars: Sequence[Count]) -> str:
    """A bar per number with its name above and its text behind it."""
    largest = max((b.number for b in bars), default=0.0) or 1.0
    rows: list[dict[str, object]] = [
        {
            "place": place,
            "people": bar.number,
            "name": shortened(bar.name, LONGEST),
            "number": bar.text,
            "kind": 0,
            "description": f"{bar.name}: {bar.text}",
        }
        for place, bar in enumerate(bars)
    ]
    return _named_bars(rows, limit=largest * 1.25)


def _named_bars(rows: Sequence[dict[str, object]], *, limit: float) -> str:
    base = alt.Chart(rows_of(rows)).encode(
        y=alt.Y("place:O", axis=None, scale=alt.Scale(domain=list(range(len(rows)))))
    )
    x = alt.X("people:Q", axis=None, scale=alt.Scale(domain=[0, limit]))
    fill = alt.Fill("kind:N", legend=None, scale=colours([ACCENT, RULE]))
    bars = base.mark_bar(height=13, yOffset=9, ariaRoleDescription="bar").encode(
        x=x, fill=fill, description="description:N"
    )
    numbers = base.mark_text(aria=False, align="left", dx=5, dy=9, fontSize=12).encode(
        x=x, text="number:N"
    )
    names = base.mark_text(aria=False, align="left", dy=-8, fontSize=13).encode(
        x=alt.value(0), text="name:N"
    )
    return to_svg(alt.layer(bars, numbers, names), width=NARROW, height=42 * len(rows) + 4)


def where_they_lie(spots: Sequence[Spot]) -> str:
    """Groups as numbered circles: the nearer, the more alike; the area is their people."""
    rows = [
        {
            "x": s.x,
            "y": s.y,
            "people": s.people,
            "number": str(s.number),
            "description": f"{s.number}. {s.name}: {people_text(s.people)} people",
        }
        for s in spots
    ]
    reach = max((max(abs(s.x), abs(s.y)) for s in spots), default=0.0) * 1.25 or 1.0
    scale = alt.Scale(domain=[-reach, reach], nice=False)
    largest = max((s.people for s in spots), default=1.0)
    base = alt.Chart(rows_of(rows)).encode(
        x=alt.X("x:Q", axis=None, scale=scale), y=alt.Y("y:Q", axis=None, scale=scale)
    )
    cross = [
        alt.Chart(rows_of([{"at": 0}])).mark_rule(aria=False, color=LINE).encode(**{side: at})
        for side, at in (
            ("x", alt.X("at:Q", axis=None, scale=scale)),
            ("y", alt.Y("at:Q", axis=None, scale=scale)),
        )
    ]
    circles = base.mark_circle(
        color=ACCENT, opacity=0.35, stroke=ACCENT, strokeWidth=1.5, ariaRoleDescription="group"
    ).encode(
        size=alt.Size(
            "people:Q",
            legend=None,
            scale=alt.Scale(domain=[0, largest], range=[120, 2600], zero=True),
        ),
        description="description:N",
    )
    numbers = base.mark_text(aria=False, fontSize=13, fontWeight="bold", color=INK).encode(
        text="number:N"
    )
    return to_svg(alt.layer(*cross, circles, numbers), width=NARROW, height=NARROW)


def trend(points: Sequence[tuple[str, float | None]]) -> str:
    """People by published run; a run in which their number is withheld has no point."""
    rows = [
        {
            "place": place,
            "day": day,
            "people": people,
            "text": people_text(people),
            "description": f"{day}: {people_text(people)} people",
        }
        for place, (day, people) in enumerate(points)
        if people is not None
    ]
    most = max((float(str(r["people"])) for r in rows), default=1.0)
    days = [day for day, _ in points]
    ends = [0, len(days) - 1] if len(days) > 4 else list(range(len(days)))
    axis = alt.Axis(
        title=None,
        values=ends,
        domain=True,
        ticks=True,
        labelAngle=0,
        labelFlush=True,
        grid=False,
        labelExpr=f"{[str(day) for day in days]!r}[datum.value]",
    )
    base = alt.Chart(rows_of(rows)).encode(
        x=alt.X("place:Q", axis=axis, scale=alt.Scale(domain=[-0.15, len(days) - 0.85])),
        y=alt.Y("people:Q", axis=None, scale=alt.Scale(domain=[0, most * 1.25 or 1.0])),
    )
    line = base.mark_line(aria=False, color=ACCENT, strokeWidth=2)
    dots = base.mark_point(
        filled=True, size=60, color=ACCENT, opacity=1, ariaRoleDescription="run"
    ).encode(description="description:N")
    shown = base.transform_filter(alt.FieldOneOfPredicate("place", ends))
    texts = shown.mark_text(aria=False, dy=-12, color=MUTED).encode(text="text:N")
    return to_svg(alt.layer(line, dots, texts), width=NARROW, height=110)
