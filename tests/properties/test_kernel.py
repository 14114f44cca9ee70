"""The numpy kernel against twenty lines of plain Python."""

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from desirelines.kinds import KINDS
from desirelines.sessions.batches import sessions_of_batch
from tests.properties.oracles.sessions import sessions_of

GAP_US = 1_000

EVENT = st.tuples(
    st.integers(0, 6_000),  # at
    st.one_of(st.none(), st.integers(0, 3)),  # received
    st.sampled_from(["a", "b"]),  # source
    st.one_of(st.none(), st.sampled_from(["f", "g"])),  # file
    st.one_of(st.none(), st.integers(0, 3)),  # place
    st.text("xyz", min_size=1, max_size=3),  # event id
    st.sampled_from(["home", "cart", "pay"]),  # step
    st.sampled_from([KINDS.index(k) for k in ("page", "cart_add", "purchase", "refund", "email_sent")]),
    st.sampled_from([0, 0, 7, 8]),  # order number
    st.integers(-50, 50),  # amount
    st.one_of(st.none(), st.sampled_from(["toys", "books"])),  # category
    st.sampled_from([None, None, None, "s1", "s2"]),  # session key
    st.one_of(st.none(), st.sampled_from(["u1", "u2"])),  # login
)
NAMES = ("at_us", "received_us", "source", "file_name", "file_place", "event_id", "step", "kind_no", "order_no", "amount_e4", "category", "session_key", "user_key")  # fmt: skip
TYPES = (pa.int64(), pa.int64(), pa.string(), pa.string(), pa.int64(), pa.string(), pa.string(), pa.int64(), pa.int64(), pa.int64(), pa.string(), pa.string(), pa.string())  # fmt: skip


def batch_of(streams):
    fields = pa.struct([*zip(NAMES, TYPES, strict=True), ("discount_e4", pa.int64())])
    lists = [[dict(zip(NAMES, e, strict=True)) | {"discount_e4": 1} for e in events] for events in streams]
    ids = pa.array([f"s{n}" for n in range(len(streams))])
    return pa.RecordBatch.from_arrays([ids, pa.array(lists, pa.list_(fields))], names=["stream_id", "events"])


def steps_of(session):
    seen, steps = set(), []
    for event in session:
        line = (event[8], event[7])
        if event[8] and line in seen:
            continue
        seen.add(line)
        steps.append(event)
    return steps


def expected(stream_id, session):
    steps = steps_of(session)
    purchase, refund = KINDS.index("purchase"), KINDS.index("refund")
    orders = [e[0] for e in session if e[7] == purchase]
    return {
        "stream_id": stream_id,
        "start_us": session[0][0],
        "end_us": session[-1][0],
        "event_count": len(session),
        "engaged_us": None if len(session) == 1 else session[-1][0] - session[0][0],
        "steps": [e[6] for e in steps],
        "step_offsets": [(e[0] - session[0][0]) // 1000 for e in steps],
        "entry_step": steps[0][6],
        "exit_step": steps[-1][6],
        "purchase_count": sum(e[7] == purchase for e in steps),
        "amount_e4": sum(e[9] for e in session if e[7] == purchase),
        "refunded_e4": sum(abs(e[9]) for e in session if e[7] == refund),
        "first_order_us": min(orders, default=None),
        "last_order_us": max(orders, default=None),
        "categories": sorted({e[10] for e in session if e[10]}),
        "user_key": next((e[12] for e in reversed(session) if e[12]), None),
        "session_key": session[0][11],
        "ordinal": None,
        "is_visit": any(KINDS[e[7]] in ("page", "cart_add") for e in session),
        "cause": None,
    }


@settings(max_examples=300, deadline=None, print_blob=True)
@given(
    st.lists(st.lists(EVENT, min_size=1, max_size=12, unique_by=lambda e: (e[0], e[2], e[5])), min_size=1, max_size=5),
    st.integers(0, 3),
)
def test_the_kernel_gives_the_sessions_of_the_oracle(streams, cut):
    got = sessions_of_batch(batch_of(streams).slice(min(cut, len(streams) - 1)), gap_us=GAP_US).to_pylist()
    wanted = []
    for number, events in enumerate(streams):
        if number < min(cut, len(streams) - 1):
            continue
        for cause, session in sessions_of(events, GAP_US):
            wanted.append(expected(f"s{number}", session) | {"cause": cause})
            same_start = [w for w in wanted[:-1] if (w["stream_id"], w["start_us"]) == (f"s{number}", session[0][0])]
            wanted[-1]["ordinal"] = len(same_start)
    assert [{name: row[name] for name in wanted[0]} for row in got] == wanted


def test_exactly_the_gap_stays_inside_and_one_more_does_not():
    event = lambda at: (at, None, "a", None, None, f"e{at}", "home", 0, 0, 0, None, None, None)  # noqa: E731
    got = sessions_of_batch(
        batch_of([[event(0), event(GAP_US - 1), event(2 * GAP_US - 1), event(3 * GAP_US)]]), gap_us=GAP_US
    )
    assert got.column("event_count").to_pylist() == [3, 1]
    assert got.column("cause").to_pylist() == ["first_event", "idle_timeout"]


def test_a_large_batch_and_its_streams_one_by_one_agree():
    random = np.random.default_rng(5)
    streams = [
        [(int(t), None, "a", None, None, f"{n}-{k}", "home", 0, 0, 0, None, None, None) for k, t in enumerate(random.integers(0, 90_000, 40))]
        for n in range(60)
    ]  # fmt: skip
    whole = sessions_of_batch(batch_of(streams), gap_us=GAP_US)
    one_by_one = [sessions_of_batch(batch_of(streams).slice(n, 1), gap_us=GAP_US) for n in range(len(streams))]
    assert whole.to_pylist() == pa.Table.from_batches(one_by_one).to_pylist()
