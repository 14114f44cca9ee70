"""Pictures of funnels: who reached each step, and who dropped off by week."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from desirelines.report.path_charts import COLOURS
from desirelines.report.svg import ACCENT, MUTED, PAGE_WIDTH, new_figure, style, to_svg, wrapped
from desirelines.report.text import count_text, shortened, step_text


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


def weeks(name: str, labels: Sequence[str], lines: Sequence[WeekLine], *, number: int) -> str:
    """One line per step: the share that did not reach it, by the week in which they began.

    Points of unfinished weeks are hollow.
    """
    place = {label: n for n, label in enumerate(labels)}
    with style():
        figure, axes = new_figure(PAGE_WIDTH, 300)
        for line, colour in zip(lines, COLOURS, strict=False):
            points = [(place[label], 100 * share) for label, share, _ in line.points]
            axes.plot([x for x, _ in points], [y for _, y in points], color=colour, linewidth=2)
            for (x, y), (_, _, is_over) in zip(points, line.points, strict=True):
                axes.plot(
                    x,
                    y,
                    "o",
                    color=colour,
                    markerfacecolor=colour if is_over else "white",
                    markersize=6,
                )
            if points:
                label = wrapped(shortened(step_text(line.step), 30), 20)
                axes.text(
                    points[-1][0] + 0.25,
                    points[-1][1],
                    label,
                    color=colour,
                    va="center",
                    fontsize=12,
                )
        every = max(1, -(-len(labels) // 12))
        axes.set_xticks(range(0, len(labels), every), list(labels)[::every], fontsize=12)
        axes.set_xlim(-0.5, len(labels) * 1.22)
        axes.set_ylim(0, 100)
        axes.set_yticks([0, 25, 50, 75, 100], ["0%", "25%", "50%", "75%", "100%"], fontsize=12)
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
        return to_svg(figure, name=f"weeks{number}", label=f"Lines: {name}, who drops off, by week")


def funnel(name: str, bars: Sequence[FunnelBar], *, number: int) -> str:
    """One bar per step: those who reached it, and hatched those who still have time to."""
    largest = max((bar.reached + bar.open for bar in bars), default=0.0) or 1.0
    with style():
        figure, axes = new_figure(PAGE_WIDTH, 44 * len(bars) + 20)
        for place, bar in enumerate(bars):
            axes.barh(place, bar.reached, height=0.62, color=ACCENT)
            axes.barh(
                place,
                bar.open,
                left=bar.reached,
                height=0.62,
                color="white",
                edgecolor=MUTED,
                hatch="///",
                linewidth=0.8,
            )
            axes.text(
                bar.reached + bar.open + largest * 0.012,
                place,
                bar.text,
                ha="left",
                va="center",
                fontsize=12,
            )
        axes.set_yticks(
            range(len(bars)), [wrapped(shortened(bar.step, 40), 28) for bar in bars], fontsize=13
        )
        axes.set_ylim(len(bars) - 0.4, -0.6)
        axes.set_xlim(0, largest * 1.45)
        axes.tick_params(length=0)
        axes.set_xticks([])
        for side in ("top", "right", "bottom"):
            axes.spines[side].set_visible(False)
        return to_svg(
            figure,
            name=f"funnel{number}",
            label=f"Funnel {name}: {count_text(bars[0].reached if bars else 0)} began",
        )
