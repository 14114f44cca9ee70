"""The kernel of path counts: transitions, places, visits and n-grams of many paths, by owner.

Pure numpy: no Spark, no strings, no clock. Paths are stored one after the other: `Steps` holds the
number of each step's path and of its name, and the owner of each path (a person, at a grain). A
tally has one row per owner and key. Its sums may be added further, so paths can be passed in any
portions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from desirelines.kernels.groups import Flags, GroupSum, Ints, Reals, group_starts, sum_by_key


@dataclass(frozen=True, slots=True)
class Steps:
    """Paths, step after step.

    Attributes:
        path: number of each step's path, ascending.
        name: number of each step's name.
        at_ms: time of each step.
        owner: number of the owner of each path, also of a path without steps.
    """

    path: Ints
    name: Ints
    at_ms: Ints
    owner: Ints

    @property
    def size(self) -> Ints:
        """Steps of each path."""
        return np.bincount(self.path, minlength=len(self.owner)).astype(np.int64)


def of_groups(tally: GroupSum, group: Ints) -> GroupSum:
    """Sum a tally of owners (its first key) by group.

    The first sum is the number of owners with the key.
    """
    owner, *keys = tally.keys
    return sum_by_key((group[owner], *keys), (np.ones(len(owner), dtype=np.int64), *tally.sums))


def moves(steps: Steps, *, start: int, end: int) -> tuple[Ints, Ints, Ints]:
    """Path, from_step and to_step of every transition.

    They go from `start` through the steps of the path to `end`.
    """
    path, is_begin, is_end = _moves(steps)
    from_step = np.full(len(path), start, dtype=np.int64)
    to_step = np.full(len(path), end, dtype=np.int64)
    from_step[~is_begin] = steps.name
    to_step[~is_end] = steps.name
    return path, from_step, to_step


def gaps(steps: Steps) -> tuple[Ints, Ints, Ints, Ints]:
    """Path, from_step, to_step and milliseconds of every transition between two steps of a path."""
    left = np.flatnonzero(steps.path[1:] == steps.path[:-1])
    return (
        steps.path[left],
        steps.name[left],
        steps.name[left + 1],
        steps.at_ms[left + 1] - steps.at_ms[left],
    )


def visits(steps: Steps) -> GroupSum:
    """Visits and related counts by owner and step.

    The sums are: visits, paths with one, paths that begin there, paths that end there, loops,
    visits with a step after them, backtracks, visits with two steps after them. A loop is a visit
    whose next step is the same. A backtrack (a, b, a) is one whose next step is another and the one
    after it the same.
    """
    path, name = steps.path, steps.name
    has_one, has_two = _same(path, 1), _same(path, 2)
    loops, again = has_one & _same(name, 1), has_two & _same(name, 2)
    is_first, is_last = np.ones(len(path), dtype=bool), ~has_one
    is_first[1:] = path[1:] != path[:-1]
    is_new = np.zeros(len(path), dtype=bool)
    if len(path):
        order, starts = group_starts((path, name))
        is_new[order[starts]] = True
    ones = np.ones(len(path), dtype=np.int64)
    values = (ones, is_new, is_first, is_last, loops, has_one, again & ~loops, has_two)
    return sum_by_key((steps.owner[path], name), values)


def places(steps: Steps, most: int, *, end: int) -> GroupSum:
    """Paths by owner, place (from 1 to `most`) and step; a path that is over stays at `end`."""
    cells = np.full((len(steps.owner), most), end, dtype=np.int64)
    size = steps.size
    place = np.arange(len(steps.path)) - np.repeat(np.cumsum(size) - size, size)
    inside = place < most
    cells[steps.path[inside], place[inside]] = steps.name[inside]
    owner, number = np.repeat(steps.owner, most), np.tile(np.arange(1, most + 1), len(steps.owner))
    return sum_by_key((owner, number, cells.ravel()), (np.ones(cells.size, dtype=np.int64),))


def runs(steps: Steps, length: int, *, is_told: Flags) -> tuple[Ints, tuple[Ints, ...], Ints]:
    """Every n-gram of `length` steps inside a path: its path, its steps, and when it ended.

    All its names must be published (`is_told`).
    """
    fits = is_told[steps.name]
    begins = np.ones(max(len(steps.path) - length + 1, 0), dtype=bool)
    count = len(begins)
    for offset in range(length):
        begins &= fits[offset : offset + count]
    begins &= steps.path[:count] == steps.path[length - 1 : length - 1 + count]
    first = np.flatnonzero(begins)
    return (
        steps.path[first],
        tuple(steps.name[first + n] for n in range(length)),
        steps.at_ms[first + length - 1],
    )


def sequences(steps: Steps, wanted: Sequence[Sequence[int]]) -> tuple[Ints, Ints, Ints]:
    """Path, sequence number and end of the first occurrence of every sequence in every path.

    Other steps may lie between. Going from each step to the nearest next one that fits, from the
    path's first on, ends the earliest and misses nothing. The next step of a name is looked up once
    per name, for all places.
    """
    count = len(steps.path)
    size = steps.size
    end = np.cumsum(size)
    names = sorted({name for sequence in wanted for name in sequence})
    place = np.where(
        steps.name == np.array(names, dtype=np.int64)[:, None], np.arange(count), count
    )
    # No place follows the last place, nor the place `count`, which means "none".
    following = np.full((len(names), count + 2), count, dtype=np.int64)
    following[:, :count] = np.minimum.accumulate(place[:, ::-1], axis=1)[:, ::-1]
    row = {name: n for n, name in enumerate(names)}
    paths, numbers, ends = [], [], []
    for number, sequence in enumerate(wanted):
        last = end - size - 1
        for name in sequence:
            last = following[row[name]][last + 1]
        whole = np.flatnonzero(last < end)
        paths.append(whole)
        numbers.append(np.full(len(whole), number, dtype=np.int64))
        ends.append(steps.at_ms[last[whole]])
    return np.concatenate(paths), np.concatenate(numbers), np.concatenate(ends)


def reached(steps: Steps, goal_ms: Reals) -> GroupSum:
    """Paths by owner, and those that reached their goal.

    `goal_ms` has a value for each path, nan for none.
    """
    return sum_by_key((steps.owner,), (np.ones(len(goal_ms), dtype=np.int64), ~np.isnan(goal_ms)))


def held(
    path: Ints, keys: Sequence[Ints], times: Ints, ended_ms: Ints, *, owner: Ints, goal_ms: Reals
) -> GroupSum:
    """What paths hold, by owner and keys.

    The sums are: paths, occurrences, paths that held it before their goal, paths without a goal. A
    path holds it before its goal when the first of its occurrences here ended before. `goal_ms` has
    a value for each path, nan for none.
    """
    if not len(path):
        nothing = np.zeros(0, dtype=np.int64)
        return GroupSum((nothing, *keys), (nothing,) * 4)
    order, starts = group_starts((path, *keys))
    of = path[order[starts]]
    times = np.add.reduceat(times[order], starts)
    ended = np.minimum.reduceat(ended_ms[order], starts)
    of_path = tuple(key[order[starts]] for key in keys)
    ones = np.ones(len(of), dtype=np.int64)
    return sum_by_key(
        (owner[of], *of_path), (ones, times, ended < goal_ms[of], np.isnan(goal_ms[of]))
    )


def _moves(steps: Steps) -> tuple[Ints, Flags, Flags]:
    """Path of every transition, and whether it is the first and the last of the path."""
    count = steps.size + 1
    ends = np.cumsum(count) - 1
    path = np.repeat(np.arange(len(count)), count)
    is_begin, is_end = np.zeros(len(path), dtype=bool), np.zeros(len(path), dtype=bool)
    is_begin[ends - count + 1] = True
    is_end[ends] = True
    return path, is_begin, is_end


def _same(values: Ints, ahead: int) -> Flags:
    """Whether the value `ahead` places later is the same; false where there is none."""
    same = np.zeros(len(values), dtype=bool)
    if len(values) > ahead:
        same[:-ahead] = values[ahead:] == values[:-ahead]
    return same
