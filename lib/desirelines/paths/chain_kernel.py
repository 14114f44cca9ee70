"""The kernel of patterns and funnels: where chains of steps lie in many paths at once. Pure numpy: no Spark, no strings.

Paths lie one after the other in flat arrays; `path` is the number of each step's path, ascending, `at_ms` when it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from desirelines.kernels.groups import Flags, Ints, sort_order

Values = TypeVar("Values", Ints, Flags)


@dataclass(frozen=True, slots=True)
class Link:
    """One step of a chain: which steps fit it, and whether it has to come right after the one before it."""

    fits: Flags
    is_next: bool


@dataclass(frozen=True, slots=True)
class Chains:
    """A chain from every anchor (a step that fits the first link): how deep it goes, and when each link was reached.

    Attributes:
        anchor: position of each anchor, ascending.
        depth: links reached, at least 1.
        at_ms: time of each reached link, one row an anchor; meaningless beyond the depth.
        last: position of the last link reached.
    """

    anchor: Ints
    depth: Ints
    at_ms: Ints
    last: Ints


def chains(
    path: Ints,
    at_ms: Ints,
    links: list[Link],
    *,
    within_ms: int | None,
    barrier: Flags | None = None,
) -> Chains:
    """Follow the chain from every anchor, each link at its earliest place after the one before it.

    Taking the earliest place loses nothing: whatever could follow a later one can follow the earlier. Not so for a link that
    has to come next: there every earlier place of the block it ends is tried in turn. No chain goes over a `barrier`, past its
    path's end, or on for longer than `within_ms` from its anchor.
    """
    n = len(path)
    anchor = np.flatnonzero(links[0].fits) if n else np.zeros(0, dtype=np.int64)
    limit = np.searchsorted(path, path[anchor], side="right")
    if barrier is not None:
        bars = np.append(np.flatnonzero(barrier), n)
        limit = np.minimum(limit, bars[np.searchsorted(bars, anchor, side="right")])
    until = at_ms[anchor] + (np.iinfo(np.int64).max // 4 if within_ms is None else within_ms)
    reached = np.zeros((len(anchor), len(links)), dtype=np.int64)
    reached[:, 0] = at_ms[anchor]
    depth, last = np.ones(len(anchor), dtype=np.int64), anchor.copy()
    place, alive, number = anchor.copy(), np.ones(len(anchor), dtype=bool), 1
    for block in _blocks(links[1:]):
        # A block is links in a row. Its first may come later (after a gap) or must be next to the block before it.
        starts, ends = _occurrences(block, n)
        if block[0].is_next:
            found = np.searchsorted(starts, place + 1)
            hit = (found < len(starts)) & (_at(starts, found) == place + 1)
        else:
            found = np.searchsorted(starts, place, side="right")
            hit = found < len(starts)
        end = np.where(hit, _at(ends, found), n)
        ok = alive & (end < limit) & (_at(at_ms, end) <= until)
        depth, last, place, number = _reach(
            block, ok, alive, place, limit, until, at_ms, reached, depth, last, end, number
        )
        alive = ok
    return Chains(anchor, depth, reached, last)


def _blocks(links: list[Link]) -> list[list[Link]]:
    """Links cut into blocks, each of which begins after a gap, but perhaps the first."""
    blocks: list[list[Link]] = []
    for link in links:
        if link.is_next and blocks:
            blocks[-1].append(link)
        else:
            blocks.append([link])
    return blocks


def _occurrences(block: list[Link], n: int) -> tuple[Ints, Ints]:
    """First and last places of all occurrences of links in a row."""
    fits = block[0].fits.copy()
    for offset, link in enumerate(block[1:], start=1):
        fits[: n - offset] &= link.fits[offset:]
        fits[max(n - offset, 0) :] = False
    starts = np.flatnonzero(fits)
    return starts, starts + len(block) - 1


def _reach(
    block: list[Link],
    ok: Flags,
    alive: Flags,
    place: Ints,
    limit: Ints,
    until: Ints,
    at_ms: Ints,
    reached: Ints,
    depth: Ints,
    last: Ints,
    end: Ints,
    number: int,
) -> tuple[Ints, Ints, Ints, int]:
    """Note what a block reached: all of it, or of one that was not reached whole the links that still were."""
    for offset in range(len(block)):
        at = end - (len(block) - 1 - offset)
        reached[ok, number + offset] = at_ms[at[ok]]
    depth = np.where(ok, depth + len(block), depth)
    last = np.where(ok, end, last)
    if block[0].is_next:  # the links of a strict chain, one by one, where it breaks off
        going, here = alive & ~ok, place.copy()
        for offset, link in enumerate(block):
            here = here + 1
            going = going & (here < limit)
            going = going & _at(link.fits, here) & (_at(at_ms, here) <= until)
            reached[going, number + offset] = at_ms[here[going]]
            depth, last = np.where(going, depth + 1, depth), np.where(going, here, last)
    return depth, last, np.where(ok, end, place), number + len(block)


def _at(values: Values, places: Ints) -> Values:
    """Values at places; those past the end give the last, and where there is none, nothing is there."""
    return (
        values[np.minimum(places, len(values) - 1)]
        if len(values)
        else np.zeros(len(places), dtype=values.dtype)
    )


def in_any_order(
    path: Ints, at_ms: Ints, fits: list[Flags], *, within_ms: int, barrier: Flags | None = None
) -> Chains:
    """From every step that fits one of them: how many different ones follow within the window, and when the n-th did."""
    n = len(path)
    some = np.logical_or.reduce(fits) if n else np.zeros(0, dtype=bool)
    anchor = np.flatnonzero(some)
    limit = np.searchsorted(path, path[anchor], side="right")
    if barrier is not None:
        bars = np.append(np.flatnonzero(barrier), n)
        limit = np.minimum(limit, bars[np.searchsorted(bars, anchor, side="right")])
    never = np.iinfo(np.int64).max
    times = np.full((len(anchor), len(fits)), never)
    for number, fit in enumerate(fits):
        places = np.append(np.flatnonzero(fit), n)
        found = places[np.searchsorted(places, anchor)]
        ok = (found < limit) & (_at(at_ms, found) - at_ms[anchor] <= within_ms)
        times[ok, number] = at_ms[found[ok]]
    times.sort(axis=1)
    return Chains(anchor, (times != never).sum(axis=1), times, anchor)


def deepest(path: Ints, found: Chains) -> Ints:
    """Of the chains of each path that has one, the deepest, the earliest on ties: numbers of chains, in order of paths."""
    if not len(found.anchor):
        return found.anchor
    of = path[found.anchor]
    order = sort_order((of, -found.depth, found.anchor))
    is_first = np.concatenate(([True], of[order][1:] != of[order][:-1]))
    chosen: Ints = order[is_first]
    return chosen
