"""The picture of the search for the number of groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt

from desirelines.report.chart import INK, MUTED, NARROW, SERIES, rows_of, to_svg

SHAPES = ("circle", "square", "triangle-up")
"""A shape of each algorithm, beside its colour."""


@dataclass(frozen=True, slots=True)
class Dot:
    """One candidate in the picture of the search for k."""

    algorithm: str
    k: int
    evidence: float
    is_kept: bool


def evidence(dots: Sequence[Dot]) -> str:
    """Evidence of every candidate by k; a line joins the best ones, a ring marks the chosen one."""
    methods = sorted({d.algorithm.replace("_", " ") for d in dots})
    rows = [
        {
            "method": d.algorithm.replace("_", " "),
            "k": d.k,
            "evidence": d.evidence,
            "is_kept": d.is_kept,
            "description": f"{d.k} group{'' if d.k == 1 else 's'}, {d.algorithm.replace('_', ' ')}:"
            f" evidence {d.evidence:.3f}" + (", chosen" if d.is_kept else ""),
        }
        for d in dots
    ]
    ks = sorted({d.k for d in dots})
    legend = alt.Legend(orient="bottom", title=None) if len(methods) > 1 else None
    base = alt.Chart(rows_of(rows)).encode(
        x=alt.X(
            "k:Q",
            title="number of groups",
            axis=alt.Axis(values=ks[:: max(1, len(ks) // 10)], format="d", grid=False),
            scale=alt.Scale(domain=[ks[0] - 0.6, ks[-1] + 0.6], nice=False),
        ),
        color=alt.Color(
            "method:N", legend=legend, scale=alt.Scale(domain=methods, range=list(SERIES[:3]))
        ),
    )
    y = alt.Y("evidence:Q", title="evidence", axis=alt.Axis(tickCount=5))
    best = base.mark_line(aria=False, strokeWidth=2).encode(
        y=alt.Y("max(evidence):Q", title="evidence")
    )
    marks = base.mark_point(filled=True, size=50, opacity=1, ariaRoleDescription="trial").encode(
        y=y,
        shape=alt.Shape(
            "method:N", legend=legend, scale=alt.Scale(domain=methods, range=list(SHAPES))
        ),
        description="description:N",
    )
    ring = base.transform_filter("datum.is_kept").mark_point(
        aria=False, size=260, color=INK, strokeWidth=2, filled=False
    )
    chosen = base.transform_filter("datum.is_kept").mark_text(
        aria=False, dy=-18, color=MUTED, text="chosen"
    )
    return to_svg(
        alt.layer(best, marks, ring.encode(y=y), chosen.encode(y=y)), width=NARROW, height=260
    )
