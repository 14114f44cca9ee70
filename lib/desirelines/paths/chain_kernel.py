"""The kernel of patterns and funnels: where chains of steps occur in many paths at once.

Pure numpy: no Spark, no strings. Paths are stored one after the other in flat arrays. `path` is the
number of each step's path, ascending; `at_ms` is the time of each step.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from desirelines.kernels.groups import Flags, Ints, sort_order

Values = TypeVar("Values", Ints, Flags)


@dataclass(frozen=True, slots=True)
class Link:
    """One step of a chain: which steps fit it, and whether it must be the very next step."""

    fits: Flags
    is_next: bool


@dataclass(frozen=True, slots=True)
class Chains:
    """A chain from every anchor (a step that fits the first link): its depth and link times.

    Attributes:
        anchor: position of each anchor, ascending.
        depth: links reached, at least 1.
        at_ms: time of each reached link, one row per anchor; meaningless beyond the depth.
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
    """Follow the chain from every anchor, each link at its earliest place after the previous one.

    Taking the earliest place loses nothing: whatever can follow a later place can also follow the
    earlier one. This is not so for a link that must come next: there, every earlier place of the
    block it ends is tried in turn. No chain crosses a `barrier` or its path's end, or lasts longer
    than `within_ms` from its anchor.
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
        # A block is links in a row. Its first link either follows a gap, or must directly follow
        # the block before it.
        starts, ends = _occurrences(block, n)
        if block[0].is_next:
            nearest = np.searchsorted(starts, place + 1)
            hit = (nearest < len(starts)) & (_at(starts, nearest) == place + 1)
        else:
            nearest = np.searchsorted(starts, place, side="right")
            hit = nearest < len(starts)
        end = np.where(hit, _at(ends, nearest), n)
        ok = alive & (end < limit) & (_at(at_ms, end) <= until)
        depth, last, place, number = _reach(
            block, ok, alive, place, limit, until, at_ms, reached, depth, last, end, number
        )
        alive = ok
    return Chains(anchor, depth, reached, last)


def _blocks(links: list[Link]) -> list[list[Link]]:
    """Split links into blocks of direct successors.

    Each block except perhaps the first follows a gap.
    """
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
    """Record what a block reached.

    That is all of it or, where it was not reached as a whole, the links before it breaks off.
    """
    for offset in range(len(block)):
        at = end - (len(block) - 1 - offset)
        reached[ok, number + offset] = at_ms[at[ok]]
    depth = np.where(ok, depth + len(block), depth)
    last = np.where(ok, end, last)
    if block[0].is_next:  # a strict chain: its links one by one, up to where it breaks off
        going, here = alive & ~ok, place.copy()
        for offset, link in enumerate(block):
            here = here + 1
            going = going & (here < limit)
            going = going & _at(link.fits, here) & (_at(at_ms, here) <= until)
            reached[going, number + offset] = at_ms[here[going]]
            depth, last = np.where(going, depth + 1, depth), np.where(going, here, last)
    return depth, last, np.where(ok, end, place), number + len(block)


def _at(values: Values, places: Ints) -> Values:
    """Values at places.

    A place past the end gives the last value; without any values, it gives zero.
    """
    return (
        values[np.minimum(places, len(values) - 1)]
        if len(values)
        else np.zeros(len(places), dtype=values.dtype)
    )


def in_any_order(
    path: Ints, at_ms: Ints, fits: list[Flags], *, within_ms: int, barrier: Flags | None = None
) -> Chains:
    """From every step that fits one of `fits`: how many of them follow within the window, and when.

    `at_ms` holds the time of the n-th distinct one.
    """
    n = len(path)
    fits_any = np.logical_or.reduce(fits) if n else np.zeros(0, dtype=bool)
    anchor = np.flatnonzero(fits_any)
    limit = np.searchsorted(path, path[anchor], side="right")
    if barrier is not None:
        bars = np.append(np.flatnonzero(barrier), n)
        limit = np.minimum(limit, bars[np.searchsorted(bars, anchor, side="right")])
    never = np.iinfo(np.int64).max
    times = np.full((len(anchor), len(fits)), never)
    for number, fit in enumerate(fits):
        places = np.append(np.flatnonzero(fit), n)
        place = places[np.searchsorted(places, anchor)]
        ok = (place < limit) & (_at(at_ms, place) - at_ms[anchor] <= within_ms)
        times[ok, number] = at_ms[place[ok]]
    times.sort(axis=1)
    return Chains(anchor, (times != never).sum(axis=1), times, anchor)


def in_order_of_ties(path: Ints, at_ms: Ints, fits: list[Flags]) -> Ints:
    """Places of the steps where those of a path at one time come in the order of `fits`.

    A step stands by the first of `fits` that it fits; steps that fit none come before.
    """
    rank = np.full(len(path), -1, dtype=np.int64)
    for number in reversed(range(len(fits))):
        rank[fits[number]] = number
    is_tied = (path[1:] == path[:-1]) & (at_ms[1:] == at_ms[:-1])
    if not (is_tied & (rank[1:] < rank[:-1])).any():
        return np.arange(len(path))
    return sort_order((path, at_ms, rank))


def deepest(path: Ints, attempts: Chains) -> Ints:
    """The deepest chain of each path that has one, the earliest on ties.

    Returns numbers of chains, in order of paths.
    """
    if not len(attempts.anchor):
        return attempts.anchor
    of = path[attempts.anchor]
    order = sort_order((of, -attempts.depth, attempts.anchor))
    is_first = np.concatenate(([True], of[order][1:] != of[order][:-1]))
    chosen: Ints = order[is_first]
    return chosen
