"""The picture of the search for the number of groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from desirelines.report.svg import ACCENT, INK, MUTED, RULE, new_figure, style, to_svg

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MARKS = ((ACCENT, "o", "-"), (MUTED, "s", "--"), (INK, "^", ":"))
"""Colour, marker and line of each algorithm; they differ without the colour, too."""


@dataclass(frozen=True, slots=True)
class Dot:
    """One candidate in the picture of the search for k."""

    algorithm: str
    k: int
    evidence: float
    is_kept: bool


def evidence(dots: Sequence[Dot]) -> str:
    """Evidence of every candidate by k; a line joins the best ones, a ring marks the chosen one."""
    looks = dict(zip(sorted({d.algorithm for d in dots}), MARKS, strict=False))
    with style():
        figure, axes = new_figure(620, 320)
        for algorithm, (colour, marker, line) in looks.items():
            candidates = [d for d in dots if d.algorithm == algorithm]
            best = {
                k: max(d.evidence for d in candidates if d.k == k)
                for k in sorted({d.k for d in candidates})
            }
            axes.plot(
                list(best),
                list(best.values()),
                color=colour,
                linestyle=line,
                linewidth=2,
                label=algorithm.replace("_", " "),
            )
            axes.plot(
                [d.k for d in candidates],
                [d.evidence for d in candidates],
                color=colour,
                marker=marker,
                markersize=6,
                linestyle="none",
            )
        for dot in [d for d in dots if d.is_kept][:1]:
            axes.plot(
                [dot.k],
                [dot.evidence],
                marker="o",
                markersize=17,
                markerfacecolor="none",
                markeredgecolor=INK,
                markeredgewidth=1.8,
            )
            axes.axvline(dot.k, color=RULE, linestyle=":", linewidth=1.2, zorder=0)
            side = (
                "right" if 2 * dot.k > max(d.k for d in dots) + min(d.k for d in dots) else "left"
            )
            axes.annotate(
                f"chosen: {dot.k} group{'' if dot.k == 1 else 's'}",
                (dot.k, 1),
                xycoords=("data", "axes fraction"),
                xytext=(-8 if side == "right" else 8, -6),
                textcoords="offset points",
                ha=side,
                va="top",
                fontsize=13,
                fontweight="bold",
            )
        _evidence_axes(axes, dots)
        if len(looks) > 1:
            axes.legend(frameon=False, fontsize=12)
        return to_svg(
            figure,
            name="evidence",
            label="Curve: how clearly people fall into groups, by number of groups",
        )


def _evidence_axes(axes: Axes, dots: Sequence[Dot]) -> None:
    heights, ks = [d.evidence for d in dots], sorted({d.k for d in dots})
    room = max(max(heights) - min(heights), 0.05)
    axes.set_ylim(min(heights) - 0.15 * room, max(heights) + 0.45 * room)
    axes.set_xlim(ks[0] - 0.7, ks[-1] + 0.7)
    axes.set_xticks(ks if len(ks) <= 20 else ks[:: len(ks) // 10])
    axes.set_xlabel("number of groups", fontsize=12)
    axes.set_ylabel("evidence (higher is better)", fontsize=12)
    axes.grid(axis="y", color="#e6e9ed")
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
