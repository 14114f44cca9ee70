"""Where visits go, step by step: how many are at a step, go on, or end there.

At each place of a visit the most frequent steps stand alone and the others together, so that every
visit is in exactly one of them. At every step, those at it are those that move on and those that
end. A step whose ends, or those that go on, are withheld is one of the others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from desirelines.report.data import ReportData
from desirelines.report.visits import Counts, counts_of
from desirelines.tables import SMALL_GROUP

Pairs = Mapping[tuple[str, str], int]
OTHERS = ""
"""The step that stands for all steps that do not stand alone."""


@dataclass(frozen=True, slots=True)
class Stop:
    """A step at a place: visits at it, those that move on, and those that end there."""

    place: int
    step: str
    at: int
    moved: int
    ended: int


@dataclass(frozen=True, slots=True)
class Band:
    """Visits that move from a step at a place to one at the next place."""

    place: int
    source: str
    target: str
    visits: int


@dataclass(frozen=True, slots=True)
class Flow:
    """The flow of all visits of some people; places from 1, the steps of each in order."""

    visits: int
    stops: tuple[Stop, ...]
    bands: tuple[Band, ...]

    @property
    def places(self) -> int:
        """The last place."""
        return max(stop.place for stop in self.stops)


def flow_of(data: ReportData, segment_id: str) -> Flow | None:
    """The flow of a segment's visits; null where nothing can be shown."""
    counts = counts_of(data, segment_id)
    most = [data.flow_steps] * data.flow_places
    while True:
        places = _places(counts, most)
        pairs = [
            _pairs(counts, place, here, there)
            for place, (here, there) in enumerate(pairwise(places), start=1)
        ]
        # Withheld pairs are taken from the band between the others. Where that is too thin for it,
        # one more step joins the others.
        thin = [n for n, p in enumerate(pairs) if _between(places[n], places[n + 1], p) < 0]
        if not thin:
            break
        most[thin[0] + 1] = sum(s.step != OTHERS for s in places[thin[0] + 1]) - 1
    stops = [stop for place in places for stop in place]
    if not any(stop.step != OTHERS for stop in stops):
        return None
    bands = [
        band
        for n, of_place in enumerate(pairs)
        for band in _bands(n + 1, places[n], places[n + 1], of_place)
    ]
    return Flow(counts.all_visits or 0, tuple(stops), tuple(bands))


def _places(counts: Counts, most: Sequence[int]) -> list[list[Stop]]:
    """The steps of every place up to the first of which not everything is known."""
    places: list[list[Stop]] = []
    for place, limit in enumerate(most, start=1):
        at, after = (counts.visits("length", str(n)) for n in (place, place + 1))
        if not at or (after is None and not _ends_here(counts, place, at)):
            break
        found = _stops(counts, place, at, after or 0, limit)
        if found is None:
            break
        places.append(found)
    return places


def _ends_here(counts: Counts, place: int, at: int) -> bool:
    """Whether it is known that every visit at the place ends there."""
    ends = [
        counts.visits("next", *key) or 0
        for key in counts.keys("next", str(place))
        if key[-1] == "path_end"
    ]
    return sum(ends) == at


def _stops(counts: Counts, place: int, at: int, after: int, most: int) -> list[Stop] | None:
    """The steps of a place, the most frequent first and the others last."""
    single = [
        stop for step in counts.steps_at(place) if (stop := _stop(counts, place, step)) is not None
    ][:most]
    while True:
        rest = Stop(
            place,
            OTHERS,
            at - sum(s.at for s in single),
            after - sum(s.moved for s in single),
            (at - after) - sum(s.ended for s in single),
        )
        if min(rest.at, rest.moved, rest.ended) >= 0 and _is_shown(counts, rest, single):
            return [*single, rest] if rest.at else single
        if not single:
            return None
        single = single[:-1]


def _stop(counts: Counts, place: int, step: str) -> Stop | None:
    """A step at a place with its three numbers; null where one of them is not known."""
    at = counts.visits("place", str(place), step) or 0
    moved, ended = (
        counts.visits("moved", str(place), step),
        counts.visits("next", str(place), step, "path_end"),
    )
    if moved is None and ended == at:
        return Stop(place, step, at, 0, at)
    if ended is None and moved == at:
        return Stop(place, step, at, at, 0)
    if moved is None or ended is None or moved + ended != at:
        return None
    return Stop(place, step, at, moved, ended)


def _is_shown(counts: Counts, rest: Stop, single: Sequence[Stop]) -> bool:
    """Whether each of the others' numbers is 0, or surely of ten people or more.

    Of these people at least so many are known as take part in the most frequent of the steps that
    do not stand alone.
    """
    alone = {stop.step for stop in single}
    place = str(rest.place)
    people = {
        what: max(
            (
                counts.people(what, *key)
                for key in counts.keys(what, place)
                if key[1] not in alone and (what != "next" or key[-1] == "path_end")
            ),
            default=0,
        )
        for what in ("place", "moved", "next")
    }
    numbers = {"place": rest.at, "moved": rest.moved, "next": rest.ended}
    return all(n == 0 or people[what] >= SMALL_GROUP for what, n in numbers.items())


def _pairs(
    counts: Counts, place: int, here: Sequence[Stop], there: Sequence[Stop]
) -> dict[tuple[str, str], int]:
    """Visits that move from a step that stands alone to another one; a withheld pair has none."""
    return {
        (a.step, b.step): counts.visits("next", str(place), a.step, b.step) or 0
        for a in here
        for b in there
        if OTHERS not in (a.step, b.step)
    }


def _between(here: Sequence[Stop], there: Sequence[Stop], pairs: Pairs) -> int:
    """Visits that move from the others to the others; below 0 where pairs are withheld of more."""
    moved = sum(a.moved for a in here if a.step == OTHERS)
    return moved - sum(_into(there, pairs).values())


def _into(there: Sequence[Stop], pairs: Pairs) -> dict[str, int]:
    """Visits at each step that stands alone which come from the others."""
    return {
        b.step: b.at - sum(n for (_, to), n in pairs.items() if to == b.step)
        for b in there
        if b.step != OTHERS
    }


def _bands(place: int, here: Sequence[Stop], there: Sequence[Stop], pairs: Pairs) -> list[Band]:
    """Bands to the next place, such that in and out of every step add up.

    Visits of a withheld pair go to the others on the one side and come from the others on the
    other.
    """
    out = {
        a.step: a.moved - sum(n for (start, _), n in pairs.items() if start == a.step)
        for a in here
        if a.step != OTHERS
    }
    bands = [
        *(Band(place, start, to, n) for (start, to), n in pairs.items()),
        *(Band(place, step, OTHERS, n) for step, n in out.items()),
        *(Band(place, OTHERS, step, n) for step, n in _into(there, pairs).items()),
        Band(place, OTHERS, OTHERS, _between(here, there, pairs)),
    ]
    return [band for band in bands if band.visits]
