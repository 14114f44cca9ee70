"""What the feature kernels count, against plain counts; the same for any batches."""

from collections import Counter
from datetime import date
from itertools import groupby, pairwise
from math import isnan, log2
from statistics import median_low

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desirelines.features.distinct_counts import categories_seen, features_used, weeks
from desirelines.features.path_entropy import path_features
from desirelines.features.person_batches import COUNTED, _counted
from desirelines.features.purchase_timing import HOUR_US, Spans, buying_features, open_carts
from desirelines.features.window import DAY_US

PEOPLE = 3
HALF_DAYS = DAY_US // 2
owners = st.integers(0, PEOPLE - 1)


def ints(values):
    return np.array(list(values), dtype=np.int64)


def known(values):
    return [None if isnan(v) else pytest.approx(v) for v in values]


@given(
    st.lists(st.tuples(owners, st.lists(st.integers(0, 2), max_size=40)), max_size=6),
    st.permutations(range(3)),
)
def test_the_entropy_of_step_pairs_however_names_are_numbered(paths, numbers):
    paths = sorted(paths, key=lambda p: p[0])
    want_entropy, want_loops = [], []
    for person in range(PEOPLE):
        pairs = Counter(
            pair for owner, steps in paths if owner == person for pair in pairwise(steps)
        )
        total = pairs.total()
        bits = -sum(n / total * log2(n / total) for n in pairs.values())
        want_entropy.append(
            None if not pairs else bits / log2(len(pairs)) if len(pairs) > 1 else 0.0
        )
        want_loops.append(
            sum(n for (a, b), n in pairs.items() if a == b) / total if pairs else None
        )

    def counted(number_of):
        path = ints(n for n, (_, steps) in enumerate(paths) for _ in steps)
        name = ints(number_of[step] for _, steps in paths for step in steps)
        return path_features(path, name, ints(o for o, steps in paths for _ in steps), PEOPLE)

    entropy, loops = counted(range(3))
    assert want_entropy == known(entropy)
    assert want_loops == known(loops)
    assert np.array_equal(counted(numbers)[0], entropy, equal_nan=True), "to the last bit"


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


# so that thirty days between two of them are not rare
half_days = st.integers(0, 6) | st.integers(58, 66)
spans = st.lists(st.tuples(owners, half_days, st.integers(0, 4)), max_size=8)


def spans_of(rows):
    return Spans(
        ints(o for o, _, _ in rows),
        ints(begin * HALF_DAYS for _, begin, _ in rows),
        ints((begin + length) * HALF_DAYS for _, begin, length in rows),
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
            if not any(last < at <= last + 2 for at in moments):
                want.append((person, last * HALF_DAYS))
    assert list(zip(who, at_us, strict=True)) == want


texts = st.lists(st.sampled_from("xyz"), max_size=4)
rows = st.lists(
    st.fixed_dictionaries({
        "person_id": st.sampled_from("abc"),
        "day": st.integers(0, 9),
        "is_inside": st.booleans(),
        "is_active": st.booleans(),
        "look": st.none() | st.integers(0, 9),
        "order": st.none() | st.integers(0, 9),
        "cart_us": st.none() | st.integers(0, 9).map(lambda day: day * DAY_US),
        "categories": st.none() | texts,
        "steps": st.none() | st.lists(
            st.tuples(st.sampled_from("xyz"), st.sampled_from(["page", "feature_use"])),
            max_size=4),
    }),
    max_size=7,
)  # fmt: skip


def batch_of(sessions):
    """As the executors get them."""
    times = {"look_us": "look", "looked_us": "look", "order_us": "order", "ordered_us": "order"}
    columns = {
        "person_id": pa.array([s["person_id"] for s in sessions], pa.string()),
        "day": pa.array([s["day"] for s in sessions], pa.int64()),
        **{n: pa.array([s[n] for s in sessions], pa.bool_()) for n in ("is_inside", "is_active")},
        **{
            n: pa.array([None if s[m] is None else s[m] * DAY_US for s in sessions], pa.int64())
            for n, m in times.items()
        },
        "cart_us": pa.array([s["cart_us"] for s in sessions], pa.int64()),
        "categories": pa.array([s["categories"] for s in sessions], pa.list_(pa.string())),
    }
    for number, name in enumerate(("steps", "kinds")):
        lists = [
            None if s["steps"] is None else [step[number] for step in s["steps"]] for s in sessions
        ]
        if name == "kinds":  # reported only for sessions that use a feature
            lists = [kinds if kinds and "feature_use" in kinds else None for kinds in lists]
        columns[name] = pa.array(lists, pa.list_(pa.string()))
    return pa.RecordBatch.from_pydict(columns)


def features_by_person(batches):
    found = [row for part in _counted(batches, end_us=9 * DAY_US, cart_hours=HOURS, cart_days=5)
             for row in part.to_pylist()]  # fmt: skip
    assert len({row["person_id"] for row in found}) == len(found)
    return {row["person_id"]: row for row in found}


HOURS = DAY_US // HOUR_US


@settings(deadline=None)
@given(rows, st.lists(st.integers(1, 3), max_size=4))
def test_one_row_a_person_in_any_portions(sessions, sizes):
    sessions = sorted(sessions, key=lambda s: s["person_id"])
    bounds = [
        0,
        *(min(sum(sizes[:n]), len(sessions)) for n in range(1, len(sizes) + 1)),
        len(sessions),
    ]
    whole = batch_of(sessions)
    got = features_by_person(whole.slice(a, b - a) for a, b in pairwise(bounds))
    assert got == features_by_person(iter([whole]))
    assert got == {
        person: features_by_person(iter([batch_of(list(mine))]))[person]
        for person, mine in groupby(sessions, key=lambda s: s["person_id"])
    }
    for person, row in got.items():
        mine = [s for s in sessions if s["person_id"] == person]
        uses = {name for s in mine for name, kind in s["steps"] or () if kind == "feature_use"}
        assert row["features_used"] == len(uses)
        assert row["distinct_categories"] == len({c for s in mine for c in s["categories"] or ()})
        assert row["active_weeks"] == len({date.fromordinal(719163 + s["day"]).isocalendar()[:2]
                                           for s in mine if s["is_active"]})  # fmt: skip
        assert list(row) == [column.split()[0] for column in COUNTED.split(", ")]
