"""Which step follows which: steps in the order of a visit, arcs for the most frequent moves.

Moves down the list are on the right, moves back up on the left, so that no label is crossed.
"""

from __future__ import annotations

from dataclasses import dataclass

from desirelines.report.chart import NARROW
from desirelines.report.text import PATH_END, PATH_START, count_text, shortened, step_text
from desirelines.report.visits import Counts

ARCS, ROW, HALF = 14, 46.0, 68.0
"""Arcs drawn; pixels between steps, and half of a label's width."""


@dataclass(frozen=True, slots=True)
class Node:
    """A step: its place in the picture, label and description."""

    y: float
    label: str
    description: str


@dataclass(frozen=True, slots=True)
class Arc:
    """A move: its curve, the head of its arrow, how thick it is, whether it goes on or back."""

    path: str
    head: str
    width: float
    is_onward: bool
    description: str


@dataclass(frozen=True, slots=True)
class StepGraph:
    """All shapes of the picture."""

    width: int
    height: int
    middle: float
    half: float
    nodes: tuple[Node, ...]
    arcs: tuple[Arc, ...]


def moves_of(counts: Counts) -> list[tuple[str, str, int]]:
    """Moves from step to step, the most frequent first."""
    return [
        (key[0], key[1], counts.visits("move", *key) or 0)
        for key in counts.keys("move")
        if key[0] != PATH_START and key[1] != PATH_END
    ]


def step_graph(counts: Counts, most: int) -> StepGraph | None:
    """The graph of the most frequent steps; null where there is no move between them."""
    frequent = [key[0] for key in counts.keys("step")][:most]
    moves = [m for m in moves_of(counts) if m[0] in frequent and m[1] in frequent][:ARCS]
    joined = {step for move in moves for step in move[:2]}
    steps = sorted((s for s in frequent if s in joined), key=lambda s: (_mean_place(counts, s), s))
    if not moves:
        return None
    at = {step: 20.0 + ROW * n for n, step in enumerate(steps)}
    largest = moves[0][2]
    return StepGraph(
        NARROW,
        int(ROW * (len(steps) - 1)) + 40,
        NARROW / 2,
        HALF,
        tuple(
            Node(
                at[s],
                shortened(step_text(s), 18),
                f"{step_text(s)}: {count_text(counts.visits('step', s))} times in visits",
            )
            for s in steps
        ),
        tuple(_arc(source, target, n, at, largest) for source, target, n in reversed(moves)),
    )


def _mean_place(counts: Counts, step: str) -> float:
    """The mean place of a step among the places that are counted; late where it has none."""
    places = [
        (int(k[0]), counts.visits("place", *k) or 0) for k in counts.keys("place") if k[1] == step
    ]
    visits = sum(n for _, n in places)
    return sum(place * n for place, n in places) / visits if visits else float("inf")


def _arc(source: str, target: str, n: int, at: dict[str, float], largest: int) -> Arc:
    start, end = at[source], at[target]
    is_onward = end > start
    side = 1 if is_onward else -1
    x = NARROW / 2 + side * HALF
    # Leaves below the middle of a label and arrives above it, or the other way round.
    y, z = start + 5 * side, end - 5 * side
    reach = x + side * min(118.0, 22.0 + 20.0 * abs(end - start) / ROW)
    width = 1.0 + 7.0 * n / largest
    tip, head = x + side * 2, 5 + width / 2
    return Arc(
        f"M{x:.1f} {y:.1f}C{reach:.1f} {y:.1f} {reach:.1f} {z:.1f} {x + side * head:.1f} {z:.1f}",
        f"M{tip:.1f} {z:.1f}l{side * head:.1f} {-head:.1f}v{2 * head:.1f}Z",
        round(width, 1),
        is_onward,
        f"{step_text(source)} → {step_text(target)}: {count_text(n)} times",
    )
