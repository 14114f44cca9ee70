"""Distinct counts in numpy, against plain Python."""

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from desirelines.features.distinct_counts import categories_seen, features_used, weeks
from tests.properties.features.values import PEOPLE, ints, known, owners


@given(st.lists(st.tuples(owners, st.integers(0, 3), st.integers(0, 2)), max_size=12))
def test_a_category_counts_once_a_day(seen):
    different, share = categories_seen(*(ints(column) for column in zip(*seen, strict=True)),
                                       PEOPLE) if seen else (
        categories_seen(ints([]), ints([]), ints([]), PEOPLE)
    )  # fmt: skip
    used = features_used(ints(o for o, _, _ in seen), ints(c for _, _, c in seen), PEOPLE)
    for person in range(PEOPLE):
        days = Counter(category for owner, _, category in set(seen) if owner == person)
        assert different[person] == used[person] == len(days)
        assert known(share)[person] == (max(days.values()) / days.total() if days else None)


@given(st.lists(st.tuples(owners, st.integers(-1, 3), st.booleans()), max_size=10))
def test_weeks_and_those_of_the_window(active):
    counted = weeks(ints(o for o, _, _ in active), ints(w for _, w, _ in active),
                    np.array([i for _, _, i in active], dtype=bool), PEOPLE)  # fmt: skip
    for person in range(PEOPLE):
        mine = [(week, inside) for owner, week, inside in active if owner == person]
        assert counted[0][person] == len({week for week, _ in mine})
        assert counted[1][person] == len({week for week, inside in mine if inside})
