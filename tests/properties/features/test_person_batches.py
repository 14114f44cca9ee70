"""People's sessions in portions of any size give one row a person."""

from datetime import date
from itertools import groupby, pairwise

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from desirelines.features.person_batches import COUNTED, _counted
from desirelines.features.purchase_timing import HOUR_US
from desirelines.features.window import DAY_US

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
