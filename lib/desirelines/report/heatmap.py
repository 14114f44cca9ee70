"""Heatmaps: a name before every row, a name over every column, a number in every cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt

from desirelines.report.chart import (
    INK,
    NARROW,
    RAMP,
    SPLIT,
    WIDE,
    bin_of,
    colours,
    labels_of,
    rows_of,
    to_svg,
)
from desirelines.report.text import shortened

RAMP_INK = tuple(f"var(--ri{n}, {'#12202c' if n < 5 else '#ffffff'})" for n in range(7))
SPLIT_INK = tuple(f"var(--di{n}, {'#ffffff' if n in (0, 6) else '#12202c'})" for n in range(7))
SIDE, MOST_CELL = 340, 110
"""Pixels for names beside rows, and the most for a column."""
UNKNOWN = "var(--soft, #eef1f4)"


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: its row and column, its value (null for unknown), its text, and its description."""

    row: int
    column: int
    value: float | None
    text: str
    description: str


@dataclass(frozen=True, slots=True)
class Look:
    """How a heatmap looks.

    Attributes:
        limits: values of the outer colours.
        is_split: whether values lie on two sides of a middle.
        width: in pixels.
        row_height: in pixels.
        is_level: whether the names of columns are short enough to be written level.
        text_size: of the numbers; 0 for none.
    """

    limits: tuple[float, float]
    is_split: bool = False
    width: int = WIDE
    row_height: int = 30
    is_level: bool = False
    text_size: int = 12


def heatmap(rows: Sequence[str], columns: Sequence[str], cells: Sequence[Cell], look: Look) -> str:
    """The cells as coloured rectangles; cells without an entry are blank."""
    palette, ink = (SPLIT, SPLIT_INK) if look.is_split else (RAMP, RAMP_INK)
    over, beside = (34, 52) if look.width > NARROW else (20, 20)
    names = [shortened(name, over) for name in columns]
    head = alt.Axis(
        orient="top",
        title=None,
        domain=False,
        ticks=False,
        labelExpr=labels_of(names),
        labelAngle=0 if look.is_level else -40,
        labelAlign="center" if look.is_level else "left",
        labelPadding=6,
        labelOverlap=False,
    )
    side = alt.Axis(
        title=None,
        domain=False,
        ticks=False,
        labelPadding=6,
        labelOverlap=False,
        labelExpr=labels_of([shortened(name, beside) for name in rows]),
    )
    base = alt.Chart(rows_of([_row(cell, look, len(palette)) for cell in cells])).encode(
        x=alt.X("column:O", scale=alt.Scale(domain=list(range(len(columns)))), axis=head),
        y=alt.Y("row:O", scale=alt.Scale(domain=list(range(len(rows)))), axis=side),
    )
    layers: list[alt.Chart] = [
        base.mark_rect(
            ariaRoleDescription="cell", stroke="var(--paper, #ffffff)", strokeWidth=1
        ).encode(
            fill=alt.Fill("bin:N", legend=None, scale=colours((*palette, UNKNOWN))),
            description="description:N",
        )
    ]
    if look.text_size:
        layers.append(
            base.mark_text(aria=False, fontSize=look.text_size).encode(
                text="text:N",
                color=alt.Color("bin:N", legend=None, scale=colours((*ink, INK))),
            )
        )
    height = look.row_height * len(rows) + (26 if look.is_level else _slanted(names))
    width = min(look.width, SIDE + MOST_CELL * len(columns))
    return to_svg(alt.layer(*layers).resolve_scale(color="independent"), width=width, height=height)


def _row(cell: Cell, look: Look, bins: int) -> dict[str, object]:
    """A cell as a row; what is not known has the bin after the last one."""
    return {
        "row": cell.row,
        "column": cell.column,
        "bin": bins if cell.value is None else bin_of(cell.value, look.limits, bins),
        "text": cell.text,
        "description": cell.description,
    }


def _slanted(names: Sequence[str]) -> int:
    """Pixels that slanted names need above the columns."""
    return 20 + int(4.6 * max((len(name) for name in names), default=0))
