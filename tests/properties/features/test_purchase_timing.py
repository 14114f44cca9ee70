"""Looks before orders and open carts in numpy, against plain Python."""

from statistics import median_low

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from desirelines.features.purchase_timing import buying_features, open_carts
from tests.properties.features.values import (
    HALF_DAYS,
    PEOPLE,
    half_days,
    ints,
    known,
    owners,
    spans,
    spans_of,
)


@given(
    spans,
    st.lists(st.tuples(st.tuples(owners, half_days, st.integers(0, 4)), st.booleans()), max_size=8),
)
def test_looks_before_orders(looks, ordered):
    orders, is_inside = [o for o, _ in ordered], np.array([i for _, i in ordered], dtype=bool)
    share, hours = buying_features(spans_of(looks), spans_of(orders), is_inside, PEOPLE)
    for person in range(PEOPLE):
        mine = [(begin, begin + length) for owner, begin, length in looks if owner == person]
        all_orders = [(begin, begin + length) for owner, begin, length in orders if owner == person]
        inside = [begin for (owner, begin, _), is_in in ordered if owner == person and is_in]
        ahead, lags = [], []
        for at in inside:
            ahead.append(any(begin <= at - 2 and end >= at - 4 for begin, end in mine))
            since = max([at - 60, *(end for _, end in all_orders if end < at)])
            lags += [
                at - min(begins) for begins in [[b for b, _ in mine if since < b <= at]] if begins
            ]
        assert known(share)[person] == (sum(ahead) / len(inside) if inside else None)
        assert known(hours)[person] == (median_low(lags) * 12 if lags else None)


@given(st.lists(st.tuples(owners, st.integers(0, 20)), max_size=6), spans, st.integers(0, 20))
def test_a_cart_is_open_when_no_order_follows_in_time(carts, orders, end):
    who, at_us = open_carts(
        ints(o for o, _ in carts), ints(at * HALF_DAYS for _, at in carts), spans_of(orders),
        PEOPLE, end_us=end * HALF_DAYS, hours=24, days=5,
    )  # fmt: skip
    want = []
    for person in range(PEOPLE):
        last = max((at for owner, at in carts if owner == person), default=None)
        if last is not None and last + 2 <= end and last >= end - 10:
            moments = [
                at
                for owner, begin, length in orders
                if owner == person
                for at in (begin, begin + length)
            ]
            if not any(last <= at <= last + 2 for at in moments):
                want.append((person, last * HALF_DAYS))
    assert list(zip(who, at_us, strict=True)) == want
