"""The kernel that counts in paths, against a plain count."""

from collections import Counter, defaultdict
from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desirelines.kernels.groups import GroupSum
from desirelines.paths import kernel
from desirelines.paths.kernel import Steps

START, END = 8, 9
PLACES = 3
paths = st.lists(
    st.tuples(
        st.integers(0, 2),  # owner
        st.lists(st.tuples(st.integers(0, 3), st.integers(0, 50)), max_size=6),  # name, at_ms
        st.one_of(st.none(), st.integers(0, 50)),  # when the goal was reached
    ),
    max_size=8,
)


def steps_of(known):
    path = [n for n, (_, steps, _) in enumerate(known) for _ in steps]
    flat = [step for _, steps, _ in known for step in steps]
    columns = (
        path,
        [name for name, _ in flat],
        [at for _, at in flat],
        [owner for owner, _, _ in known],
    )
    return Steps(*(np.array(column, dtype=np.int64) for column in columns))


def rows_by_key(tally: GroupSum):
    assert len(set(zip(*tally.keys, strict=True))) == len(tally.keys[0]), "a key is there twice"
    rows = zip(zip(*tally.keys, strict=True), zip(*tally.sums, strict=True), strict=True)
    return {tuple(map(int, key)): tuple(map(int, sums)) for key, sums in rows}


@given(paths)
def test_moves_go_from_the_start_through_every_step_to_the_end(known):
    path, from_step, to_step = kernel.moves(steps_of(known), start=START, end=END)
    want = []
    for n, (_, steps, _) in enumerate(known):
        way = [START, *(name for name, _ in steps), END]
        want += [(n, a, b) for a, b in pairwise(way)]
    assert list(zip(path, from_step, to_step, strict=True)) == want


@given(paths)
def test_gaps_are_between_steps_of_one_path(known):
    want = [
        (n, a, b, later - earlier)
        for n, (_, steps, _) in enumerate(known)
        for (a, earlier), (b, later) in pairwise(steps)
    ]
    assert list(zip(*kernel.gaps(steps_of(known)), strict=True)) == want


@given(paths)
def test_visits_of_each_owner_s_step(known):
    want = defaultdict(lambda: [0] * 8)
    for owner, steps, _ in known:
        names = [name for name, _ in steps]
        for n, name in enumerate(names):
            sums, after, then = want[owner, name], names[n + 1 : n + 2], names[n + 2 : n + 3]
            is_loop = after == [name]
            one = [
                1,
                names.index(name) == n,
                n == 0,
                not after,
                is_loop,
                bool(after),
                then == [name] and not is_loop,
                bool(then),
            ]
            want[owner, name] = [a + b for a, b in zip(sums, one, strict=True)]
    assert rows_by_key(kernel.visits(steps_of(known))) == {
        key: tuple(map(int, sums)) for key, sums in want.items()
    }


@given(paths)
def test_places_are_filled_to_the_end(known):
    want = Counter()
    for owner, steps, _ in known:
        way = [name for name, _ in steps] + [END] * PLACES
        want.update((owner, place, way[place - 1]) for place in range(1, PLACES + 1))
    assert rows_by_key(kernel.places(steps_of(known), PLACES, end=END)) == {
        key: (n,) for key, n in want.items()
    }


@pytest.mark.parametrize("length", [2, 3])
@given(known=paths)
def test_runs_that_paths_hold_and_whether_before_the_goal(known, length):
    is_told = np.array([True, True, True, False])  # name 3 is not reported
    want = defaultdict(lambda: [0] * 4)
    for owner, steps, goal in known:
        ended = defaultdict(list)
        for n in range(len(steps) - length + 1):
            run = tuple(name for name, _ in steps[n : n + length])
            if 3 not in run:
                ended[run].append(steps[n + length - 1][1])
        for run, times in ended.items():
            one = [1, len(times), goal is not None and min(times) < goal, goal is None]
            want[owner, *run] = [a + b for a, b in zip(want[owner, *run], one, strict=True)]
    steps = steps_of(known)
    path, run, ended = kernel.runs(steps, length, is_told=is_told)
    goal_ms = np.array([np.nan if goal is None else goal for _, _, goal in known], dtype=np.float64)
    got = kernel.held(
        path, run, np.ones(len(path), dtype=np.int64), ended, owner=steps.owner, goal_ms=goal_ms
    )
    assert rows_by_key(got) == {key: tuple(map(int, sums)) for key, sums in want.items()}


@given(paths, st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=4), min_size=1, max_size=5))
def test_the_first_occurrence_of_sequences_with_others_between(known, wanted):
    want = set()
    for n, (_, steps, _) in enumerate(known):
        for number, sequence in enumerate(wanted):
            places = [
                c
                for c in combinations(range(len(steps)), len(sequence))
                if [steps[i][0] for i in c] == sequence
            ]
            if places:
                want.add((n, number, steps[min(c[-1] for c in places)][1]))
    got = list(zip(*kernel.sequences(steps_of(known), wanted), strict=True))
    assert len(got) == len(set(got))
    assert set(got) == want


@given(paths)
def test_owners_are_counted_by_group(known):
    steps, group = steps_of(known), np.array([5, 5, 6])  # of the owners 0, 1, 2
    want, people = defaultdict(int), defaultdict(set)
    for owner, of_path, _ in known:
        for name, _ in of_path:
            want[int(group[owner]), name] += 1
            people[int(group[owner]), name].add(owner)
    got = rows_by_key(kernel.of_groups(kernel.visits(steps), group))
    assert {key: sums[:2] for key, sums in got.items()} == {
        key: (len(people[key]), n) for key, n in want.items()
    }


@given(paths, st.integers(0, 8))
def test_portions_add_up_to_the_whole(known, cut):
    def visits(some):
        return Counter(
            {
                (key, n): total
                for key, sums in rows_by_key(kernel.visits(steps_of(some))).items()
                for n, total in enumerate(sums)
            }
        )

    parts = visits(known[:cut])
    parts.update(visits(known[cut:]))
    assert parts == visits(known)
