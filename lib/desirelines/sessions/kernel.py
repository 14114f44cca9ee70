"""The kernel: turns the events of many streams, as arrays, into sessions and their steps.

Pure numpy: no Spark, no clock, no strings. It works on all streams of a batch at once. Why numpy
and not a window plan: docs/adr/0001-numpy-kernel.md.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from desirelines.kernels import groups
from desirelines.kernels.groups import Flags, Ints

CAUSES = (
    "first_event",
    "idle_timeout",
    "max_duration",
    "max_events",
    "user_changed",
    "campaign_changed",
    "midnight",
    "session_key",
)
"""Why a session began. Where several causes hold, the first of them in this order is reported."""
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
    """Where a session ends, besides the end of its stream, and what a ping counts.

    Every rule except the gap can be None or off.

    Attributes:
        gap_us: a silence longer than this ends the session.
        max_us: an event later than this after the session's first event starts a new one.
        max_events: an event starts a new session when the current one has this many events.
        on_user_change: the login differs from the session's login; from none to a login is no
            change.
        on_campaign_change: the campaign changed, also from none to one; an event without a campaign
            never splits.
        on_midnight: the day in the site's zone changed.
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
    """Ordered events, as arrays.

    Events of different `part` are always cut apart. Within the part of a session key no other rule
    cuts. `user` and `campaign` are numbers for the event's values, -1 for none. `day` is the number
    of the event's day.
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
    """Permutation that puts events in the total order: stream, time, then the tie-breakers.

    `ranks_of_ties` returns the tie-breakers of the given events, as numbers that sort in the same
    order. It is called only with events that share stream and time with another event.
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
    """Number the parts of streams that are cut apart, and say which belong to a session key.

    The events of a stream without a key (-1) are one part; the events of each key are another.
    """
    keys = int(session_key.max(initial=-1)) + 2
    return stream * keys + session_key + 1, session_key >= 0


def cut_sessions(events: Events, rules: Rules) -> Cut:
    """Cut ordered events into sessions.

    Rules that do not depend on where a session began (start of the part, gap, midnight) cut first,
    for all events at once. Within the stretches between these cuts, sessions are cut in rounds: the
    n-th session of every stretch together, because each begins where the one before it ended. A gap
    of exactly `gap_us` stays inside (Spark's session_window draws the line at the same place); the
    same holds for `max_us`.
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
    """Add the cuts that depend on a session's first event, login or campaign.

    They are added to `starts` and `cause`, in place.
    """
    n = len(starts)
    start = np.flatnonzero(starts)
    stop = np.append(start[1:], n)
    inside = (stop - start > 1) & ~events.is_keyed[start]
    if rules.on_midnight:
        # Another cause may hold at the same event and come before midnight.
        ends_at_midnight = cause[np.minimum(stop, n - 1)] == MIDNIGHT
        inside |= ends_at_midnight & ~events.is_keyed[start]
    start, stop = start[inside], stop[inside]
    finders = _finders(events, rules, new_part)
    while len(start) and finders:
        at, why = stop.copy(), np.full(len(stop), SESSION_KEY)
        for code, find in finders:
            end = find(start)
            may_share = (end == at) & (at < n) & (why == SESSION_KEY)
            earlier = (end < at) | (may_share & (cause[np.minimum(at, n - 1)] == MIDNIGHT))
            at, why = np.where(earlier, end, at), np.where(earlier, code, why)
        is_cut = why != SESSION_KEY
        cause[at[is_cut]] = why[is_cut]
        starts[at[is_cut]] = True
        going_on = at < stop
        start, stop = at[going_on], stop[going_on]


def _finders(
    events: Events, rules: Rules, new_part: Flags
) -> list[tuple[int, Callable[[Ints], Ints]]]:
    """For each cause that depends on state: a function from sessions' starts to their ends."""
    finders: list[tuple[int, Callable[[Ints], Ints]]] = []
    if rules.max_us is not None:
        passed = np.ones(len(new_part), dtype=np.int64)
        # Longer silences cut anyway, and stretches differ by where they begin: between them time
        # only has to grow.
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
    """Function from starts to the first place where the value differs from the first one since.

    `places` are the events that have a value. With `none_counts`, a start without a value differs
    from the first value after it.
    """
    n = len(values)
    change = np.flatnonzero(values[places][1:] != values[places][:-1]) + 1  # indices into places
    ends = np.append(places[change], n)
    first_or_end = np.append(places, n)

    def find(start: Ints) -> Ints:
        first = np.searchsorted(places, start)
        place = ends[np.searchsorted(change, first, side="right")]
        if none_counts:
            place = np.where(first_or_end[first] > start, first_or_end[first], place)
        return np.where(place > start, place, n)

    return find


def _ordinals(stream: Ints, start_us: Ints) -> Ints:
    # The sort is stable: equal starts keep the order of the parts.
    order = groups.sort_order((stream, start_us))
    again = np.zeros(len(stream), dtype=bool)
    again[1:] = (stream[order][1:] == stream[order][:-1]) & (
        start_us[order][1:] == start_us[order][:-1]
    )
    place = np.arange(len(stream))
    ordinal = np.empty(len(stream), dtype=np.int64)
    ordinal[order] = place - np.maximum.accumulate(np.where(again, 0, place))
    return ordinal
