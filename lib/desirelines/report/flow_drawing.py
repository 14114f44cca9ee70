"""The picture of flow, as shapes: Vega-Lite has no bands between steps."""

from __future__ import annotations

from dataclasses import dataclass

from desirelines.report.chart import SERIES, WIDE
from desirelines.report.flow import OTHERS, Flow, Stop
from desirelines.report.text import count_text, percent_text, shortened, step_text

TALL, BLOCK, LEAST_SLOT, GAP, TOP = 260.0, 12.0, 34.0, 8.0, 26.0
"""Pixels: all visits, a block's width, the height of a label, between blocks, above all."""
LEAST_BAND = 0.01
"""Share of all visits from which a band is drawn; thinner ones are only in the table."""


@dataclass(frozen=True, slots=True)
class Block:
    """A step at a place: a block, its label beside it, and the stub of visits that end there."""

    x: float
    y: float
    height: float
    colour: str
    label: str
    numbers: str
    description: str
    stub: str


@dataclass(frozen=True, slots=True)
class Ribbon:
    """A band as a path."""

    path: str
    colour: str
    description: str


@dataclass(frozen=True, slots=True)
class FlowDrawing:
    """All shapes of the picture, and the names of its places."""

    width: int
    height: int
    block: float
    places: tuple[tuple[float, str], ...]
    blocks: tuple[Block, ...]
    ribbons: tuple[Ribbon, ...]


def name_of(step: str) -> str:
    """The name of a step, or of the others."""
    return "other steps" if step == OTHERS else step_text(step)


def drawing_of(flow: Flow) -> FlowDrawing:
    """Lay out blocks from left to right by place and from top to bottom by size."""
    scale, apart = TALL / flow.visits, WIDE / flow.places
    colours = _colours(flow)
    tops: dict[tuple[int, str], float] = {}
    low = dict.fromkeys(range(1, flow.places + 1), TOP)
    for stop in flow.stops:
        tops[stop.place, stop.step] = low[stop.place]
        low[stop.place] += max(stop.at * scale, LEAST_SLOT) + GAP
    blocks = tuple(
        _block(stop, flow.visits, scale, (stop.place - 1) * apart, tops, colours)
        for stop in flow.stops
    )
    return FlowDrawing(
        WIDE,
        int(max(low.values())) + 4,
        BLOCK,
        tuple(((n - 1) * apart, f"{n}. step") for n in range(1, flow.places + 1)),
        blocks,
        tuple(_ribbons(flow, scale, apart, tops, colours)),
    )


def _colours(flow: Flow) -> dict[str, str]:
    total: dict[str, int] = {}
    for stop in flow.stops:
        if stop.step != OTHERS:
            total[stop.step] = total.get(stop.step, 0) + stop.at
    ranked = sorted(total, key=lambda s: (-total[s], s))
    last = len(SERIES) - 1
    return {OTHERS: SERIES[last]} | {s: SERIES[min(n, last)] for n, s in enumerate(ranked)}


def _block(
    stop: Stop,
    visits: int,
    scale: float,
    x: float,
    tops: dict[tuple[int, str], float],
    colours: dict[str, str],
) -> Block:
    at, moved, ended = (percent_text(n / visits) for n in (stop.at, stop.moved, stop.ended))
    y, height = tops[stop.place, stop.step], max(stop.at * scale, 1.0)
    right, bottom, tall = x + BLOCK, y + height, stop.ended * scale
    return Block(
        round(x, 1),
        round(y, 1),
        round(height, 1),
        colours[stop.step],
        f"{shortened(name_of(stop.step), 16)} {at}",
        f"on {moved} · end {ended}",
        f"{stop.place}. step, {name_of(stop.step)}: at it {count_text(stop.at)} visits ({at} of "
        f"all), moved on {count_text(stop.moved)} ({moved}), ended {count_text(stop.ended)} "
        f"({ended})",
        f"M{right:.1f} {bottom - tall:.1f}h14v{tall:.1f}h-14Z" if stop.ended else "",
    )


def _ribbons(
    flow: Flow,
    scale: float,
    apart: float,
    tops: dict[tuple[int, str], float],
    colours: dict[str, str],
) -> list[Ribbon]:
    order = {key: n for n, key in enumerate(tops)}
    out, into = dict(tops), dict(tops)
    ribbons = []
    bands = sorted(
        flow.bands, key=lambda b: (order[b.place, b.source], order[b.place + 1, b.target])
    )
    for band in bands:
        start, end, tall = (band.place, band.source), (band.place + 1, band.target), scale
        tall = band.visits * scale
        y, z = out[start], into[end]
        out[start], into[end] = y + tall, z + tall
        share = band.visits / flow.visits
        if share < LEAST_BAND:
            continue
        left, right = (band.place - 1) * apart + BLOCK, band.place * apart
        middle = (left + right) / 2
        ribbons.append(
            Ribbon(
                f"M{left:.1f} {y:.1f}C{middle:.1f} {y:.1f} {middle:.1f} {z:.1f} {right:.1f} {z:.1f}"
                f"v{tall:.1f}C{middle:.1f} {z + tall:.1f} {middle:.1f} {y + tall:.1f} "
                f"{left:.1f} {y + tall:.1f}Z",
                colours[band.source],
                f"{name_of(band.source)} → {name_of(band.target)}: {count_text(band.visits)} "
                f"visits ({percent_text(share, 1)} of all)",
            )
        )
    return ribbons
