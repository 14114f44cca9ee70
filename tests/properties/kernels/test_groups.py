"""Sorting and grouping rows by several keys, against Python's sort.

Also where the keys do not fit into one number.
"""

from bisect import bisect_left, bisect_right

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from desirelines.kernels.groups import group_starts, one_key, places, sort_order, sum_by_key

number = st.one_of(st.integers(-3, 3), st.sampled_from([-(2**62), 2**62, 2**40]))
rows = st.lists(st.tuples(number, number, number), min_size=1, max_size=12)


def columns(found, count=3):
    return tuple(np.array([row[n] for row in found], dtype=np.int64) for n in range(count))


@given(rows)
def test_rows_in_order_stay_in_theirs_where_keys_are_the_same(found):
    assert list(sort_order(columns(found))) == sorted(range(len(found)), key=lambda n: found[n])


def test_keys_that_do_not_fit_one_number():
    wide = np.array([-(2**62), 2**62], dtype=np.int64)
    assert one_key((wide, wide)) is None
    assert one_key((np.array([-1, 3]), np.array([5, 4]))).tolist() == [1, 8]


@given(rows)
def test_groups_and_their_sums(found):
    order, starts = group_starts(columns(found, 2))
    assert [found[order[n]][:2] for n in starts] == sorted({row[:2] for row in found})
    tally = sum_by_key(columns(found, 2), (np.ones(len(found)),))
    assert tally.sums[0].tolist() == [
        sum(row[:2] == key for row in found) for key in zip(*tally.keys, strict=True)
    ]


two = st.lists(
    st.tuples(st.integers(0, 3), st.integers(-(2**60), 2**60) | st.integers(0, 3)), max_size=9
)


@given(two, two)
def test_places_among_rows_in_order(of, among):
    among = sorted(among)
    for after_same, bisect in ((False, bisect_left), (True, bisect_right)):
        got = places(columns(of, 2), columns(among, 2), after_same=after_same)
        assert got.tolist() == [bisect(among, row) for row in of]
