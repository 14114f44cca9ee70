"""Pictures of paths: the flow along the top paths, the step graph and the step matrix."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.patches import Circle, FancyArrowPatch

from desirelines.report.svg import (
    ACCENT,
    INK,
    PAGE_WIDTH,
    UNKNOWN,
    head_of,
    heatmap,
    name_rows,
    new_figure,
    style,
    to_svg,
)
from desirelines.report.text import percent_text, shortened, step_text

COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#B8A800", "#5b6673")
"""Okabe and Ito's colours for colour-blind readers; the last one is for all further steps."""
PLACES, GAP, BLOCK = 6, 0.03, 0.12
RING, THIN = 12, 0.1
"""Steps of the graph; and the share of the moves out of a step that an arrow needs to be drawn."""


def flow(paths: Sequence[tuple[Sequence[str], float]]) -> str:
    """The top paths as bands from place to place.

    A short grey band stands for visits that ended there. A step has the same colour everywhere.
    Paths are cut after six places.
    """
    cut = [(list(steps[:PLACES]), n) for steps, n in paths]
    amounts: dict[tuple[int, str], float] = defaultdict(float)
    bands: dict[tuple[int, str, str | None], float] = defaultdict(float)
    for steps, n in cut:
        for place, step in enumerate(steps):
            amounts[place, step] += n
            following = steps[place + 1] if place + 1 < len(steps) else None
            if following is not None or place + 1 < PLACES:
                bands[place, step, following] += n
    whole = sum(n for _, n in cut) or 1.0
    totals: dict[str, float] = defaultdict(float)
    for (_, step), n in amounts.items():
        totals[step] += n
    ranked = sorted(totals, key=lambda s: (-totals[s], s))
    colour = {s: COLOURS[min(place, len(COLOURS) - 1)] for place, s in enumerate(ranked)}
    places = max((place for place, _ in amounts), default=0) + 1
    with style():
        figure, axes = new_figure(PAGE_WIDTH, 420)
        tops: dict[tuple[int, str], float] = {}
        for place in range(places):
            top = 0.0
            for step in ranked:
                n = amounts.get((place, step), 0.0) / whole
                if n:
                    tops[place, step] = top
                    axes.bar(place, -n, width=BLOCK, bottom=-top, color=colour[step])
                    label = f"{shortened(step_text(step), 20)}  {percent_text(n)}"
                    axes.text(
                        place + BLOCK / 2 + 0.02,
                        -top - n / 2,
                        label,
                        ha="left",
                        va="center",
                        fontsize=11,
                        color=INK,
                    )
                    top += n + GAP
        _bands(axes, bands, tops, ranked, whole, colour)
        axes.set_xlim(-BLOCK, places - 0.35)
        axes.set_ylim(-1.0 - GAP * len(ranked), GAP)
        axes.set_xticks(range(places), [f"{n + 1}." for n in range(places)], fontsize=12)
        axes.xaxis.tick_top()
        axes.tick_params(length=0)
        axes.set_yticks([])
        for side in axes.spines.values():
            side.set_visible(False)
        return to_svg(
            figure,
            name="flow",
            label="Flow: the most frequent ways through a visit, from step to step",
        )


def _bands(
    axes: object,
    bands: Mapping[tuple[int, str, str | None], float],
    tops: Mapping[tuple[int, str], float],
    ranked: Sequence[str],
    whole: float,
    colour: Mapping[str, str],
) -> None:
    """Draw the bands between blocks; ends of visits are short and grey."""
    order = {step: place for place, step in enumerate(ranked)}
    out, into = dict(tops), dict(tops)
    for place, step, following in sorted(
        bands, key=lambda b: (b[0], order[b[1]], order.get(b[2] or "", len(order)))
    ):
        n = bands[place, step, following] / whole
        left = out[place, step]
        out[place, step] = left + n
        if following is None:
            x = np.array([place + BLOCK / 2, place + BLOCK / 2 + 0.14])
            top, bottom = [-left, -left - n * 0.35], [-left - n, -left - n * 0.65]
            axes.fill_between(x, top, bottom, color=UNKNOWN, linewidth=0)  # type: ignore[attr-defined]
            continue
        right = into[place + 1, following]
        into[place + 1, following] = right + n
        x = np.linspace(place + BLOCK / 2, place + 1 - BLOCK / 2, 24)
        bend = (1 - np.cos(np.linspace(0, np.pi, 24))) / 2
        upper = -(left + (right - left) * bend)
        axes.fill_between(x, upper, upper - n, color=colour[step], alpha=0.3, linewidth=0)  # type: ignore[attr-defined]


def graph(moves: Mapping[tuple[str, str], float]) -> str:
    """Steps on a ring, with arrows as thick as the number of moves between them.

    Thin arrows are left out; a repeated step has a ring. `moves` are counts between steps, without
    starts and ends. The most visited step is at the top, the next ones follow clockwise.
    """
    into: dict[str, float] = defaultdict(float)
    for (source, target), n in moves.items():
        into[source] += n
        into[target] += n
    steps = sorted(into, key=lambda s: (-into[s], s))[:RING]
    angle = {s: np.pi / 2 - 2 * np.pi * n / len(steps) for n, s in enumerate(steps)}
    at = {s: (float(np.cos(a)), float(np.sin(a))) for s, a in angle.items()}
    shown = {pair: n for pair, n in moves.items() if pair[0] in at and pair[1] in at}
    most, out = max(shown.values(), default=1.0), dict.fromkeys(steps, 0.0)
    for (source, _), n in shown.items():
        out[source] += n
    with style():
        figure, axes = new_figure(620, 520)
        for (source, target), n in sorted(shown.items(), key=lambda m: (m[1], m[0])):
            if n < THIN * out[source]:
                continue
            width = 0.6 + 7 * n / most
            if source == target:
                x, y = at[source]
                axes.add_patch(
                    Circle((x * 1.1, y * 1.1), 0.1, fill=False, linewidth=width, edgecolor=UNKNOWN)
                )
                continue
            arrow = FancyArrowPatch(
                at[source],
                at[target],
                connectionstyle="arc3,rad=0.16",
                arrowstyle="-|>",
                mutation_scale=8 + 1.5 * width,
                linewidth=width,
                color=ACCENT,
                alpha=0.55,
                shrinkA=11,
                shrinkB=11,
            )
            axes.add_patch(arrow)
        for step, (x, y) in at.items():
            axes.plot(x, y, "o", color=INK, markersize=9)
            side = "left" if x > 0.1 else "right" if x < -0.1 else "center"
            label = shortened(step_text(step), 22)
            axes.text(
                x * 1.13,
                y * 1.13 + (0.1 * np.sign(y) if side == "center" else 0),
                label,
                ha=side,
                va="center",
                fontsize=12,
            )
        axes.set_xlim(-2.0, 2.0)
        axes.set_ylim(-1.45, 1.45)
        axes.set_aspect("equal")
        axes.set_axis_off()
        return to_svg(figure, name="graph", label="Graph: which step follows which in visits")


def step_matrix(shares: Mapping[tuple[str, int], float], steps: Sequence[str], places: int) -> str:
    """Steps by places of the path; each cell has the share of visits with the step there."""
    values = [[shares.get((s, p), 0.0) for p in range(1, places + 1)] for s in steps]
    texts = [[percent_text(v).rstrip("%") if v >= 0.005 else "" for v in line] for line in values]
    head = head_of(
        [f"{p}." for p in range(1, places + 1)], width=(PAGE_WIDTH - 200) / places, size=12
    )
    with style():
        figure, axes = new_figure(PAGE_WIDTH, 28 * len(steps) + head.height)
        heatmap(
            axes,
            values,
            colours="Blues",
            limits=(0.0, max(0.01, *(v for line in values for v in line))),
            texts=texts,
            size=12,
        )
        head.draw(axes)
        name_rows(axes, [shortened(step_text(s), 26) for s in steps], width=28, size=12)
        return to_svg(
            figure, name="places", label="Heatmap: which step stands at which place of a visit"
        )
