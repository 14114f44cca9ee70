"""Patterns and funnels in numpy, over many paths at once, against plain Python."""

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from desirelines.paths.chain_kernel import Link, chains, deepest, in_any_order
from desirelines.paths.pattern_matching import _matched
from desirelines.settings.patterns import Item, Pattern
from tests.properties.oracles.chains import deepest_chain, holds, most_in_any_order

PATHS = st.lists(
    st.lists(st.tuples(st.integers(0, 3), st.sampled_from("abcd")), max_size=9),
    min_size=1,
    max_size=4,
)
SETS = st.lists(st.sets(st.sampled_from("abc"), min_size=1, max_size=2), min_size=2, max_size=4)


def timed(paths):
    """Paths with times that never fall: [(time, name)]."""
    return [
        [(sum(gap for gap, _ in path[: n + 1]), name) for n, (_, name) in enumerate(path)]
        for path in paths
    ]


def flat(paths):
    path = np.repeat(np.arange(len(paths)), [len(p) for p in paths]).astype(np.int64)
    at = np.array([t for p in paths for t, _ in p], dtype=np.int64)
    names = np.array([n for p in paths for _, n in p], dtype="U1")
    return path, at, names


def times_of_chains(paths, path, found):
    """Times of the kept chain of each path; [] where there is none."""
    times = [[] for _ in paths]
    for number in deepest(path, found):
        times[path[found.anchor[number]]] = found.at_ms[number][: found.depth[number]].tolist()
    return times


@settings(max_examples=400, deadline=None)
@given(PATHS, SETS, st.booleans(), st.sampled_from([1, 4, 99]), st.sampled_from(["", "d"]))
def test_funnels_keep_the_deepest_chain_of_all(paths, steps, strict, within, excluded):
    paths = timed(paths)
    path, at, names = flat(paths)
    links = [Link(np.isin(names, sorted(s)), strict and n > 0) for n, s in enumerate(steps)]
    found = chains(path, at, links, within_ms=within, barrier=np.isin(names, list(excluded)))
    expected = [
        deepest_chain(p, steps, strict=strict, within=within, excluded=excluded) for p in paths
    ]
    assert times_of_chains(paths, path, found) == expected


@settings(max_examples=200, deadline=None)
@given(PATHS, st.permutations("abcd"), st.integers(2, 4), st.sampled_from([1, 4, 99]))
def test_in_any_order_the_most_steps_of_one_window_count(paths, names, how_many, within):
    steps = [{n} for n in names[:how_many]]
    paths = timed(paths)
    path, at, taken = flat(paths)
    found = in_any_order(path, at, [np.isin(taken, sorted(s)) for s in steps], within_ms=within)
    assert times_of_chains(paths, path, found) == [
        most_in_any_order(p, steps, within=within) for p in paths
    ]


@settings(max_examples=400, deadline=None)
@given(
    PATHS,
    st.lists(st.tuples(st.sets(st.sampled_from("abc"), min_size=1, max_size=2), st.booleans(),
                       st.booleans()), min_size=1, max_size=4),
    st.sampled_from([None, 0, 3]),
    st.sampled_from(["first", "last", "every"]),
)  # fmt: skip
def test_patterns_are_found_where_plain_python_finds_them(paths, items, within, occurrence):
    paths = timed(paths)
    pattern = Pattern(
        "", tuple(Item(frozenset(names), is_not, gap and n > 0)
                  for n, (names, is_not, gap) in enumerate(items)),
        occurrence, within,
    )  # fmt: skip
    batch = pa.RecordBatch.from_pydict({
        "steps": pa.array([[n for _, n in p] for p in paths], pa.list_(pa.string())),
        "at_ms": pa.array([[t for t, _ in p] for p in paths], pa.list_(pa.int64())),
    })  # fmt: skip
    got = next(_matched(iter([batch]), patterns=[pattern])).column("matches").to_pylist()
    fits = [
        (lambda n, i=item: (n in i.names) != i.is_not, item.after_gap) for item in pattern.items
    ]
    for path, matches in zip(paths, got, strict=True):
        where = holds(path, fits, within=within, occurrence=occurrence)
        times = [(m["first_ms"], m["last_ms"]) for m in matches]
        assert times == ([] if where is None else [(path[where[0]][0], path[where[1]][0])])
