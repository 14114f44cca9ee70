"""Measures of three sessions: of five events, of one, and of two."""

from itertools import pairwise

import numpy as np
import pytest

from desirelines.sessions import measures
from desirelines.sessions.kernel import Cut

MINUTE = 60 * 1_000_000
PING = 9


def ints(*values):
    return np.array(values, dtype=np.int64)


CUT = Cut(
    first=ints(0, 5, 6), stop=ints(5, 6, 8), cause=ints(0, 0, 0), ordinal=ints(0, 0, 0),
    session=ints(0, 0, 0, 0, 0, 1, 2, 2),
)  # fmt: skip
NOTHING = Cut(*(ints() for _ in range(5)))


@pytest.mark.parametrize(
    ("order", "kind", "steps"),
    [
        # an order of three lines and a refund of one of them; a ping alone; a ping beside a page
        ([7, 7, 7, 7, 0, 0, 0, 0], [1, 1, 1, 2, 0, PING, PING, 0], [1, 0, 0, 1, 1, 1, 0, 1]),
        # lines of two orders, mixed; the same order in another session
        ([7, 8, 7, 8, 0, 7, 7, 7], [1, 1, 1, 1, 0, 1, 1, 1], [1, 1, 0, 0, 1, 1, 1, 0]),
        ([0] * 8, [PING] * 8, [1, 0, 0, 0, 0, 1, 1, 0]),
    ],
)
def test_of_an_order_s_lines_one_is_a_step_and_a_ping_only_where_it_is_alone(order, kind, steps):
    kinds = ints(*kind)
    found = measures.step_events(CUT, ints(*order), kinds, kinds == PING)
    assert found.astype(int).tolist() == steps


@pytest.mark.parametrize(
    ("minutes", "pings", "engaged"),
    [
        ([0, 1, 3, 3, 10, 50, 60, 62], [0, 0, 0], [10, 0, 2]),
        ([0, 31, 32, 32, 90, 91, 92, 99], [0, 0, 0], [30 + 1 + 30, 0, 7]),  # at most half an hour
        ([0, 1, 3, 3, 10, 50, 60, 62], [4, 2, 0], [2, 1, 2]),  # a ping says half a minute
    ],
)
def test_engaged_time_is_the_sum_of_gaps_or_of_pings(minutes, pings, engaged):
    found = measures.engaged_us(CUT, ints(*minutes) * MINUTE, ints(*pings), ping_us=MINUTE // 2)
    assert (found / MINUTE).tolist() == engaged


def test_sums_counts_and_the_first_and_last_that_were_chosen():
    chosen = np.array([0, 1, 0, 1, 0, 0, 1, 0], dtype=bool)
    assert measures.sums(CUT, ints(1, 2, 3, 4, 5, 6, 7, 8)).tolist() == [15, 6, 15]
    codes = ints(0, 1, 1, 1, 0, 0, 2, 2)
    assert measures.counts_by_code(CUT, codes, chosen, 3).tolist() == [
        [0, 2, 0], [0, 0, 0], [0, 0, 1],
    ]  # fmt: skip
    assert measures.first_chosen(CUT, chosen).tolist() == [1, -1, 6]
    assert measures.last_chosen(CUT, chosen).tolist() == [3, -1, 6]


def test_distinct_codes_leave_unknown_ones_out():
    codes, offsets = measures.distinct_codes(CUT, ints(3, -1, 0, 3, 3, -1, 2, 2))
    assert [codes[a:b].tolist() for a, b in pairwise(offsets)] == [
        [0, 3], [], [2],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("steps", "back", "again"),
    [
        ("abac", 1, 1),
        ("ababa", 3, 3),
        ("aaa", 0, 2),  # staying is not coming back
        ("abca", 0, 1),
        ("a", 0, 0),
    ],
)
def test_turning_back_and_coming_again(steps, back, again):
    named = ints(*map(ord, steps * 2))  # the same path as two sessions, which do not meet
    session = ints(*[0] * len(steps), *[1] * len(steps))
    assert measures.backtracks(session, named, 2).tolist() == [back] * 2
    assert measures.revisits(session, named, 2).tolist() == [again] * 2


def test_nothing_has_no_measures():
    none = np.array([], dtype=bool)
    assert measures.step_events(NOTHING, ints(), ints(), none).tolist() == []
    assert measures.engaged_us(NOTHING, ints(), ints(), ping_us=1).tolist() == []
    assert measures.sums(NOTHING, ints()).tolist() == []
    assert measures.first_chosen(NOTHING, none).tolist() == []
    assert measures.last_chosen(NOTHING, none).tolist() == []
