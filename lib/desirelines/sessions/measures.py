"""Measures of sessions: sums, first and last, steps, engaged time, backtracks. Pure numpy."""

from __future__ import annotations

import numpy as np

from desirelines.kernels.groups import Flags, Ints, group_starts
from desirelines.sessions.kernel import Cut

ENGAGED_CAP_US = 30 * 60 * 1_000_000
"""A gap counts as engaged time up to half an hour, however long the timeout is."""


def step_events(cut: Cut, order_no: Ints, kind: Ints, no_steps: Flags) -> Flags:
    """True for events that are a step of the path.

    Of the lines of one order in one session, the first of each kind is a step. `order_no` is a
    number for the order, 0 for none. Events of `no_steps` are none, but where a session holds
    nothing else, its first event is.
    """
    steps: Flags = ~no_steps
    lines = np.flatnonzero((order_no != 0) & steps)
    if len(lines):
        order, firsts = group_starts((cut.session[lines], order_no[lines], kind[lines]))
        steps[lines[np.delete(order, firsts)]] = False
    if len(cut.first):
        steps[cut.first[~np.logical_or.reduceat(steps, cut.first)]] = True
    return steps


def engaged_us(cut: Cut, at_us: Ints, pings: Ints, *, ping_us: int) -> Ints:
    """Engaged time of each session.

    A session with pings has `ping_us` for each of them. Without pings, it has the sum of its gaps,
    each counted up to half an hour.
    """
    if len(cut.first) == 0:
        return cut.first
    gaps = np.zeros(len(at_us), dtype=np.int64)
    gaps[1:] = np.minimum(at_us[1:] - at_us[:-1], ENGAGED_CAP_US)
    gaps[cut.first] = 0
    return np.where(pings > 0, pings * ping_us, np.add.reduceat(gaps, cut.first))


def sums(cut: Cut, values: Ints) -> Ints:
    """Sum of the values of each session's events."""
    return np.add.reduceat(values, cut.first) if len(cut.first) else cut.first


def counts_by_code(cut: Cut, codes: Ints, chosen: Flags, how_many: int) -> Ints:
    """Count each session's chosen events by code: one row per session, one column per code."""
    cells = np.bincount(
        cut.session[chosen] * how_many + codes[chosen], minlength=len(cut.first) * how_many
    )
    return cells.reshape(len(cut.first), how_many).astype(np.int64)


def first_chosen(cut: Cut, chosen: Flags) -> Ints:
    """Position of each session's first chosen event; -1 when none is."""
    n = len(chosen)
    places = np.where(chosen, np.arange(n), n)
    first = np.minimum.reduceat(places, cut.first) if len(cut.first) else cut.first
    return np.where(first == n, -1, first)


def last_chosen(cut: Cut, chosen: Flags) -> Ints:
    """Position of each session's last chosen event; -1 when none is."""
    places = np.where(chosen, np.arange(len(chosen)), -1)
    return np.maximum.reduceat(places, cut.first) if len(cut.first) else cut.first


def distinct_codes(cut: Cut, codes: Ints) -> tuple[Ints, Ints]:
    """Distinct codes of each session, ascending, and the offsets of each session.

    Negative codes are left out.
    """
    has_code = codes >= 0
    width = int(codes.max(initial=0)) + 1
    pairs = np.unique(cut.session[has_code] * width + codes[has_code])
    return pairs % width, np.searchsorted(pairs // width, np.arange(len(cut.first) + 1))


def backtracks(session: Ints, step: Ints, sessions: int) -> Ints:
    """How often each session's path goes elsewhere and straight back (a, b, a).

    One row per step in, one per session out.
    """
    there, back = step[1:-1], step[2:]
    is_back = (session[2:] == session[:-2]) & (back == step[:-2]) & (back != there)
    return np.bincount(session[2:][is_back], minlength=sessions).astype(np.int64)


def revisits(session: Ints, step: Ints, sessions: int) -> Ints:
    """How many steps of each session occurred in it before.

    One row per step in, one per session out.
    """
    width = int(step.max(initial=0)) + 2
    different = np.unique(session * width + step + 1) // width
    return (
        np.bincount(session, minlength=sessions) - np.bincount(different, minlength=sessions)
    ).astype(np.int64)
