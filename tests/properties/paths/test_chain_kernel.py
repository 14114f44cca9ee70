"""Funnels in numpy, over many paths at once, against plain Python."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from desirelines.paths.chain_kernel import Link, chains, deepest, in_any_order
from tests.properties.oracles.chains import deepest_chain, most_in_any_order
from tests.properties.paths.values import PATHS, timed

SETS = st.lists(st.sets(st.sampled_from("abc"), min_size=1, max_size=2), min_size=2, max_size=4)


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
