"""The kernel: many streams' events, as arrays, to sessions and their steps. Pure numpy: no Spark, no clock, no strings.

It works on all streams of a batch at once. Why numpy and not a window plan: docs/adr/0001-numpy-kernel.md.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

FIRST_EVENT, IDLE_TIMEOUT, USER_CHANGED, SESSION_KEY = 0, 1, 2, 3
CAUSES = ("first_event", "idle_timeout", "user_changed", "session_key")
ENGAGED_CAP_US = 30 * 60 * 1_000_000
"""A gap counts as engaged time up to half an hour, however long the timeout is."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Sessions of a batch, as positions into its ordered events.

    Attributes:
        first: position of each session's first event.
        stop: position after each session's last event.
        cause: number in CAUSES.
        ordinal: number among sessions of the stream that start in the same microsecond, from 0.
        session: session number of each event.
    """

    first: Ints
    stop: Ints
    cause: Ints
    ordinal: Ints
    session: Ints


def in_order(stream: Ints, at_us: Ints, received_us: Ints, ranks_of_ties: Callable[[Ints], Sequence[Ints]]) -> Ints:
    """Give the permutation that puts events in the total order: stream, at, received, then the tie-breakers in order.

    `ranks_of_ties` gives the tie-breakers of the events it is asked for, as numbers whose order is theirs; it is asked only for
    events whose times are equal.
    """
    order = np.lexsort((received_us, at_us, stream))
    if len(order) < 2:
        return order
    s, a, r = stream[order], at_us[order], received_us[order]
    same = (s[1:] == s[:-1]) & (a[1:] == a[:-1]) & (r[1:] == r[:-1])
    tied = np.zeros(len(order), dtype=bool)
    tied[1:] |= same
    tied[:-1] |= same
    where = np.flatnonzero(tied)
    if len(where):
        group = np.cumsum(np.concatenate(([True], ~same)))[where]
        rows = order[where]
        order[where] = rows[np.lexsort((*reversed(ranks_of_ties(rows)), group))]
    return order


def parts(stream: Ints, session_key: Ints) -> tuple[Ints, Flags]:
    """Number the parts of streams that are cut apart from each other, and say which are made by a session key.

    The events of a stream without a key (-1) are one part; those of each key are another.
    """
    keys = int(session_key.max(initial=-1)) + 2
    return stream * keys + session_key + 1, session_key >= 0


def cut_sessions(stream: Ints, part: Ints, at_us: Ints, user: Ints, is_keyed: Flags, *, gap_us: int) -> Cut:
    """Cut ordered events into sessions.

    One begins where a part of a stream begins; in parts without a session key also where the gap is longer than `gap_us`, and
    where another login than the session's own shows. A gap of exactly `gap_us` stays inside (Spark's session_window draws the
    line at the same place). `user` is a number for the login an event carries, -1 for none; from none to a login is no change.
    """
    n = len(stream)
    if n == 0:
        empty = np.zeros(0, dtype=np.int64)
        return Cut(empty, empty, empty, empty, empty)
    new_part = np.ones(n, dtype=bool)
    new_part[1:] = part[1:] != part[:-1]
    starts = new_part.copy()
    starts[1:] |= ((at_us[1:] - at_us[:-1]) > gap_us) & ~is_keyed[1:]
    cause = np.where(new_part, np.where(is_keyed, SESSION_KEY, FIRST_EVENT), IDLE_TIMEOUT)
    changed = _user_changes(np.cumsum(starts), np.where(is_keyed, -1, user))
    cause[changed] = USER_CHANGED
    starts[changed] = True
    first = np.flatnonzero(starts)
    stop = np.append(first[1:], n)
    return Cut(first, stop, cause[first], _ordinals(stream[first], at_us[first]), np.cumsum(starts) - 1)


def _user_changes(part: Ints, user: Ints) -> Ints:
    """Positions of events whose login differs from the one before it in the same part of a stream."""
    logins = np.flatnonzero(user >= 0)
    before, after = logins[:-1], logins[1:]
    changed: Ints = after[(part[before] == part[after]) & (user[before] != user[after])]
    return changed


def _ordinals(stream: Ints, start_us: Ints) -> Ints:
    order = np.lexsort((start_us, stream))  # stable: equal starts keep the order of the parts
    again = np.zeros(len(stream), dtype=bool)
    again[1:] = (stream[order][1:] == stream[order][:-1]) & (start_us[order][1:] == start_us[order][:-1])
    place = np.arange(len(stream))
    ordinal = np.empty(len(stream), dtype=np.int64)
    ordinal[order] = place - np.maximum.accumulate(np.where(again, 0, place))
    return ordinal


def step_events(cut: Cut, order_no: Ints, kind: Ints) -> Flags:
    """True for events that are a step of the path: of the lines of one order in one session, the first of each kind.

    `order_no` is a number for the order, 0 for none.
    """
    steps = np.ones(len(order_no), dtype=bool)
    lines = np.flatnonzero(order_no)
    if len(lines):
        grouped = lines[np.lexsort((lines, kind[lines], order_no[lines], cut.session[lines]))]
        repeat = np.zeros(len(grouped), dtype=bool)
        repeat[1:] = (
            (cut.session[grouped[1:]] == cut.session[grouped[:-1]])
            & (order_no[grouped[1:]] == order_no[grouped[:-1]])
            & (kind[grouped[1:]] == kind[grouped[:-1]])
        )
        steps[grouped[repeat]] = False
    return steps


def engaged_us(cut: Cut, at_us: Ints) -> Ints:
    """Engaged time of each session: the sum of its gaps, each at most half an hour."""
    if len(cut.first) == 0:
        return cut.first
    gaps = np.zeros(len(at_us), dtype=np.int64)
    gaps[1:] = np.minimum(at_us[1:] - at_us[:-1], ENGAGED_CAP_US)
    gaps[cut.first] = 0
    return np.add.reduceat(gaps, cut.first)


def sums(cut: Cut, values: Ints) -> Ints:
    """Sum of the values of each session's events."""
    return np.add.reduceat(values, cut.first) if len(cut.first) else cut.first


def counts_by_code(cut: Cut, codes: Ints, chosen: Flags, how_many: int) -> Ints:
    """Chosen events of each session by code: one row a session, one column a code."""
    cells = np.bincount(cut.session[chosen] * how_many + codes[chosen], minlength=len(cut.first) * how_many)
    return cells.reshape(len(cut.first), how_many).astype(np.int64)


def first_chosen(cut: Cut, chosen: Flags) -> Ints:
    """Position of each session's first chosen event; -1 when none is."""
    n = len(chosen)
    places = np.where(chosen, np.arange(n), n)
    found = np.minimum.reduceat(places, cut.first) if len(cut.first) else cut.first
    return np.where(found == n, -1, found)


def last_chosen(cut: Cut, chosen: Flags) -> Ints:
    """Position of each session's last chosen event; -1 when none is."""
    places = np.where(chosen, np.arange(len(chosen)), -1)
    return np.maximum.reduceat(places, cut.first) if len(cut.first) else cut.first


def distinct_codes(cut: Cut, codes: Ints) -> tuple[Ints, Ints]:
    """Different codes of each session (negative ones left out), ascending: the codes, and the offsets of each session."""
    known = codes >= 0
    width = int(codes.max(initial=0)) + 1
    pairs = np.unique(cut.session[known] * width + codes[known])
    return pairs % width, np.searchsorted(pairs // width, np.arange(len(cut.first) + 1))
