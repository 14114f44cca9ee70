"""The kernel: many streams' events, as arrays, to sessions and their steps. Pure numpy: no Spark, no clock, no strings.

It works on all streams of a batch at once. Why numpy and not a window plan: docs/adr/0001-numpy-kernel.md.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from desirelines.kernels import groups
from desirelines.kernels.groups import Flags, Ints

CAUSES = (
    "first_event", "idle_timeout", "max_duration", "max_events", "user_changed", "campaign_changed", "midnight", "session_key",
)  # fmt: skip
"""Why a session began. Where several hold, the first of them is told."""
(
    FIRST_EVENT,
    IDLE_TIMEOUT,
    MAX_DURATION,
    MAX_EVENTS,
    USER_CHANGED,
    CAMPAIGN_CHANGED,
    MIDNIGHT,
    SESSION_KEY,
) = range(8)


@dataclass(frozen=True, slots=True)
class Rules:
    """Where a session ends, besides where its stream does: every one but the gap may be none, or off; and what a ping counts.

    Attributes:
        gap_us: silence longer than this.
        max_us: an event later than this after the session's first.
        max_events: an event when the session has so many.
        on_user_change: another login than the session's own; from none to a login is no change.
        on_campaign_change: a campaign that is not the session's last, be that none; no campaign is no change.
        on_midnight: another day of the site's zone.
        ping_us: engaged time that one ping stands for.
    """

    gap_us: int
    max_us: int | None = None
    max_events: int | None = None
    on_user_change: bool = True
    on_campaign_change: bool = False
    on_midnight: bool = False
    ping_us: int = 10_000_000


@dataclass(frozen=True, slots=True)
class Events:
    """Ordered events, as arrays. `part` numbers what is cut apart in any case; of a session key's part nothing else cuts.

    `user` and `campaign` are numbers for what an event carries, -1 for none; `day` is the number of its day.
    """

    stream: Ints
    part: Ints
    at_us: Ints
    is_keyed: Flags
    user: Ints
    campaign: Ints
    day: Ints


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


def sort_order(stream: Ints, at_us: Ints, ranks_of_ties: Callable[[Ints], Sequence[Ints]]) -> Ints:
    """Give the permutation that puts events in the total order: stream, at, then the tie-breakers in order.

    `ranks_of_ties` gives the tie-breakers of the events it is asked for, as numbers whose order is theirs; it is asked only for
    events of one stream and one moment.
    """
    if len(stream) == 0:
        return stream
    key = groups.one_key((stream, at_us))
    order = np.lexsort((at_us, stream)) if key is None else np.argsort(key)
    s, a = stream[order], at_us[order]
    same = (s[1:] == s[:-1]) & (a[1:] == a[:-1])
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


def cut_sessions(events: Events, rules: Rules) -> Cut:
    """Cut ordered events into sessions.

    What does not depend on where a session began (the part's begin, the gap, midnight) cuts first, for all at once. Between
    these, sessions are cut in rounds, the n-th of every stretch together, as each begins where the one before it ended.
    A gap of exactly `gap_us` stays inside (Spark's session_window draws the line at the same place), and so for `max_us`.
    """
    n = len(events.stream)
    if n == 0:
        empty = np.zeros(0, dtype=np.int64)
        return Cut(empty, empty, empty, empty, empty)
    new_part = np.ones(n, dtype=bool)
    new_part[1:] = events.part[1:] != events.part[:-1]
    silence = np.zeros(n, dtype=bool)
    silence[1:] = (events.at_us[1:] - events.at_us[:-1]) > rules.gap_us
    starts = new_part | (silence & ~events.is_keyed)
    cause = np.where(new_part, np.where(events.is_keyed, SESSION_KEY, FIRST_EVENT), IDLE_TIMEOUT)
    if rules.on_midnight:
        next_day = np.zeros(n, dtype=bool)
        next_day[1:] = events.day[1:] != events.day[:-1]
        next_day &= ~starts & ~events.is_keyed
        cause[next_day] = MIDNIGHT
        starts |= next_day
    _cut_by_state(events, rules, new_part, starts, cause)
    first = np.flatnonzero(starts)
    stop = np.append(first[1:], n)
    ordinal = _ordinals(events.stream[first], events.at_us[first])
    return Cut(first, stop, cause[first], ordinal, np.cumsum(starts) - 1)


def _cut_by_state(
    events: Events, rules: Rules, new_part: Flags, starts: Flags, cause: Ints
) -> None:
    """Add to `starts` and `cause` what depends on the session's own first event, login and campaign."""
    n = len(starts)
    start = np.flatnonzero(starts)
    stop = np.append(start[1:], n)
    inside = (stop - start > 1) & ~events.is_keyed[start]
    if rules.on_midnight:
        inside |= (cause[np.minimum(stop, n - 1)] == MIDNIGHT) & ~events.is_keyed[
            start
        ]  # another cause may come first
    start, stop = start[inside], stop[inside]
    finders = _finders(events, rules, new_part)
    while len(start) and finders:
        at, why = stop.copy(), np.full(len(stop), SESSION_KEY)
        for code, find in finders:
            found = find(start)
            may_share = (found == at) & (at < n) & (why == SESSION_KEY)
            earlier = (found < at) | (may_share & (cause[np.minimum(at, n - 1)] == MIDNIGHT))
            at, why = np.where(earlier, found, at), np.where(earlier, code, why)
        told = why != SESSION_KEY
        cause[at[told]] = why[told]
        starts[at[told]] = True
        going_on = at < stop
        start, stop = at[going_on], stop[going_on]


def _finders(
    events: Events, rules: Rules, new_part: Flags
) -> list[tuple[int, Callable[[Ints], Ints]]]:
    """For each cause that depends on state, what gives the place where sessions that begin at some places must end by it."""
    finders: list[tuple[int, Callable[[Ints], Ints]]] = []
    if rules.max_us is not None:
        passed = np.ones(len(new_part), dtype=np.int64)
        # Longer silences cut anyway, and stretches are told apart by where they begin: time only has to grow between them.
        passed[1:] = np.minimum(events.at_us[1:] - events.at_us[:-1], rules.gap_us + 1)
        passed[new_part] = 1
        clock, most = np.cumsum(passed), rules.max_us
        finders.append(
            (MAX_DURATION, lambda start: np.searchsorted(clock, clock[start] + most, side="right"))
        )
    if rules.max_events is not None:
        count = rules.max_events
        finders.append((MAX_EVENTS, lambda start: start + count))
    if rules.on_user_change and len(places := np.flatnonzero(events.user >= 0)):
        finders.append((USER_CHANGED, _changes_after(places, events.user, none_counts=False)))
    if rules.on_campaign_change and len(places := np.flatnonzero(events.campaign >= 0)):
        finders.append(
            (CAMPAIGN_CHANGED, _changes_after(places, events.campaign, none_counts=True))
        )
    return finders


def _changes_after(places: Ints, values: Ints, *, none_counts: bool) -> Callable[[Ints], Ints]:
    """What gives the first place after some starts where a value differs from the first one since the start.

    `places` have a value. With `none_counts` a start without a value differs from the first value after it.
    """
    n = len(values)
    change = np.flatnonzero(values[places][1:] != values[places][:-1]) + 1  # numbers in places
    ends = np.append(places[change], n)
    first_or_end = np.append(places, n)

    def find(start: Ints) -> Ints:
        first = np.searchsorted(places, start)
        found = ends[np.searchsorted(change, first, side="right")]
        if none_counts:
            found = np.where(first_or_end[first] > start, first_or_end[first], found)
        return np.where(found > start, found, n)

    return find


def _ordinals(stream: Ints, start_us: Ints) -> Ints:
    order = groups.sort_order(
        (stream, start_us)
    )  # stable: equal starts keep the order of the parts
    again = np.zeros(len(stream), dtype=bool)
    again[1:] = (stream[order][1:] == stream[order][:-1]) & (
        start_us[order][1:] == start_us[order][:-1]
    )
    place = np.arange(len(stream))
    ordinal = np.empty(len(stream), dtype=np.int64)
    ordinal[order] = place - np.maximum.accumulate(np.where(again, 0, place))
    return ordinal
