"""The picture of what sets a group apart: one bar per feature, to the right for more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt

from desirelines.report.chart import INK, LINE, NARROW, SPLIT, colours, rows_of, to_svg
from desirelines.report.text import shortened

LIMIT = 2.0
"""Effects beyond this limit are drawn as strong as the limit."""


@dataclass(frozen=True, slots=True)
class TraitBar:
    """One feature: its plain name, both values as text, and the effect."""

    label: str
    numbers: str
    effect: float


def traits(bars: Sequence[TraitBar]) -> str:
    """Effects from −2 to 2, each with its name and the two values above it."""
    rows = [
        {
            "place": place,
            "effect": max(-LIMIT, min(LIMIT, bar.effect)),
            "side": int(bar.effect > 0),
            "label": shortened(bar.label, 54),
            "numbers": bar.numbers,
            "description": f"{bar.label}: {bar.numbers}",
        }
        for place, bar in enumerate(bars)
    ]
    base = alt.Chart(rows_of(rows)).encode(
        y=alt.Y("place:O", axis=None, scale=alt.Scale(domain=list(range(len(rows)))))
    )
    x = alt.X("effect:Q", axis=None, scale=alt.Scale(domain=[-LIMIT, LIMIT]))
    fill = alt.Fill("side:N", legend=None, scale=colours([SPLIT[1], SPLIT[5]]))
    zero = (
        alt.Chart(rows_of([{"at": 0}]))
        .mark_rule(aria=False, color=LINE)
        .encode(x=alt.X("at:Q", axis=None, scale=alt.Scale(domain=[-LIMIT, LIMIT])))
    )
    layers = (
        zero,
        base.mark_bar(height=9, yOffset=9, ariaRoleDescription="bar").encode(
            x=x, fill=fill, description="description:N"
        ),
        base.mark_text(aria=False, align="left", dy=-6, color=INK).encode(
            x=alt.value(0), text="label:N"
        ),
        # On the side that the bar leaves free.
        base.transform_filter("datum.side == 0")
        .mark_text(aria=False, align="left", dx=8, dy=9, color=INK, fontWeight="bold")
        .encode(x=alt.value(NARROW / 2), text="numbers:N"),
        base.transform_filter("datum.side == 1")
        .mark_text(aria=False, align="right", dx=-8, dy=9, color=INK, fontWeight="bold")
        .encode(x=alt.value(NARROW / 2), text="numbers:N"),
    )
    return to_svg(alt.layer(*layers), width=NARROW, height=36 * len(rows) + 4)
