"""The numpy kernel against plain Python that looks at one event at a time."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desirelines.catalogue.kinds import KINDS, VIEW_KINDS
from desirelines.sessions import arrow_batches
from desirelines.sessions.kernel import CAUSES, Rules
from desirelines.sessions.orders import BACK, KNOWN
from tests.properties.oracles.sessions import sessions_of, with_orders
from tests.properties.sessions.values import DAY_US, GAP_US, PING_US, plain, sessions_in

MINUTES = st.sampled_from(range(0, 6_000, 250))  # few moments, so that they meet
EVENT = st.fixed_dictionaries({
    "at_us": MINUTES,
    "received_us": st.one_of(st.none(), st.integers(0, 3)),
    "source": st.sampled_from(["a", "b"]),
    "file_name": st.one_of(st.none(), st.sampled_from(["f", "g"])),
    "file_place": st.one_of(st.none(), st.integers(0, 3)),
    "event_id": st.text("xyz", min_size=1, max_size=3),
    "step": st.sampled_from(["home", "cart", "pay"]),
    "kind_no": st.sampled_from([
        *(KINDS.index(k)
          for k in ("page", "cart_add", "purchase", "refund", "email_sent", "ping")),
        BACK,
    ]),
    "order_no": st.sampled_from([0, 0, 7, 8]),
    "line_content": st.integers(1, 3),
    "amount_e4": st.integers(-50, 50),
    "category": st.one_of(st.none(), st.sampled_from(["toys", "books"])),
    "session_key": st.sampled_from([None, None, None, "s1", "s2"]),
    "user_key": st.sampled_from([None, None, "u1", "u2"]),
    "campaign": st.sampled_from([None, None, "c1", "c2"]),
    "channel": st.sampled_from([None, "mail"]),
    "score": st.sampled_from([None, None, 3.0, 9.5]),
})  # fmt: skip
RULES = st.builds(
    Rules,
    gap_us=st.just(GAP_US),
    max_us=st.sampled_from([None, 1_000, 2_250]),
    max_events=st.sampled_from([None, 1, 3]),
    on_user_change=st.booleans(),
    on_campaign_change=st.booleans(),
    on_midnight=st.booleans(),
    ping_us=st.just(PING_US),
)
STREAMS = st.lists(
    st.lists(EVENT, min_size=1, max_size=12,
             unique_by=lambda e: (e["at_us"], e["source"], e["event_id"])),
    min_size=1, max_size=5,
)  # fmt: skip


def steps_of(session):
    seen, steps = set(), []
    for event in session:
        line = (event["order_no"], event["kind"])
        is_new = event["is_order"] if event["kind"] == "purchase" else line not in seen
        if event["kind"] == "ping" or (event["order_no"] and not is_new):
            continue
        seen.add(line)
        steps.append(event)
    return steps or session[:1]


def expected(stream_id, cause, session):
    steps = steps_of(session)
    kinds = [e["kind"] for e in session]
    orders = [e["at_us"] for e in session if e["is_order"]]
    paid = [e for e in session if e["is_paid"]]
    names = [e["step"] for e in steps]
    views = [e["step"] for e in steps if e["kind"] in VIEW_KINDS]
    start, end, pings = session[0]["at_us"], session[-1]["at_us"], kinds.count("ping")
    return {
        "stream_id": stream_id,
        "cause": cause,
        "start_us": start,
        "end_us": end,
        "event_count": len(session),
        "engaged_us": None if len(session) == 1 else PING_US * pings if pings else end - start,
        "ping_count": pings,
        "steps": [e["step"] for e in steps],
        "step_offsets": [(e["at_us"] - start) // 1000 for e in steps],
        "backtrack_count": sum(
            a == c != b for a, b, c in zip(names, names[1:], names[2:], strict=False)
        ),
        "revisit_count": len(views) - len(set(views)),
        "entry_step": steps[0]["step"],
        "exit_step": steps[-1]["step"],
        "step_kinds": [e["kind"] for e in steps],
        "purchase_count": len(orders),
        "order_line_count": len(paid),
        "amount_e4": sum(e["amount_e4"] for e in paid),
        "refunded_e4": sum(e["refunded"] for e in session),
        "order_numbers": [e["said"][0] for e in session if e["said"]],
        "order_contents": [e["said"][1] for e in session if e["said"]],
        "first_order_us": min(orders, default=None),
        "last_order_us": max(orders, default=None),
        "categories": sorted({e["category"] for e in session if e["category"]}),
        "user_key": next((e["user_key"] for e in reversed(session) if e["user_key"]), None),
        "campaign": next((e["campaign"] for e in session if e["campaign"]), None),
        "score": next((e["score"] for e in reversed(session) if e["score"] is not None), None),
        "channel": next((e["channel"] for e in session if e["channel"]), None),
        "session_key": session[0]["session_key"],
        "is_visit": any(k in ("page", "cart_add", "ping") for k in kinds),
    }


@pytest.fixture(autouse=True, scope="module")
def _as_many_at_once_as_before():
    before = arrow_batches.EVENTS_AT_ONCE
    yield
    arrow_batches.EVENTS_AT_ONCE = before


@settings(max_examples=500, deadline=None, print_blob=True)
@given(STREAMS, RULES, st.sampled_from([1, 5, 200_000]))
def test_the_kernel_gives_the_sessions_of_the_oracle(streams, rules, at_once):
    arrow_batches.EVENTS_AT_ONCE = at_once
    got = sessions_in(streams, rules)
    wanted = []
    for number, events in enumerate(streams):
        for cause, session in with_orders(sessions_of(events, rules, DAY_US)):
            row = expected(f"s{number}", cause, session)
            same_start = [
                w
                for w in wanted
                if (w["stream_id"], w["start_us"]) == (row["stream_id"], row["start_us"])
            ]
            wanted.append(row | {"ordinal": len(same_start)})
    assert [{name: row[name] for name in wanted[0]} for row in got] == wanted


ORDER_COLUMNS = (
    "start_us", "steps", "step_kinds", "purchase_count", "order_line_count", "amount_e4",
    "refunded_e4", "first_order_us", "last_order_us", "order_numbers", "order_contents",
)  # fmt: skip


@settings(max_examples=300, deadline=None, print_blob=True)
@given(STREAMS, st.integers(0, 3))
def test_later_sessions_with_what_earlier_ones_said_are_those_of_the_whole(streams, stay):
    """Of each stream the first sessions stay, and only the events of the others come again."""
    rules = Rules(gap_us=GAP_US, on_user_change=False)  # a session begins after the one before
    streams = [[e | {"session_key": None} for e in events] for events in streams]
    whole, later, wanted = sessions_in(streams, rules), [], []
    for number, events in enumerate(streams):
        sessions = [s for s in whole if s["stream_id"] == f"s{number}"]
        staying, again = sessions[:stay], sessions[stay:]
        wanted += again
        begin = again[0]["start_us"] if again else 6_000
        said = [
            pair
            for s in staying
            for pair in zip(s["order_numbers"], s["order_contents"], strict=True)
        ]
        later.append(
            [e for e in events if e["at_us"] >= begin]
            + [
                plain(at_us=0, event_id=None, kind_no=KNOWN, order_no=no, line_content=content)
                for no, content in said
            ]
        )
    if wanted:
        got = sessions_in(later, rules)
        assert [{c: s[c] for c in ORDER_COLUMNS} for s in got] == [
            {c: s[c] for c in ORDER_COLUMNS} for s in wanted
        ]


def test_exactly_the_gap_stays_inside_and_one_more_does_not():
    events = [
        plain(at_us=at, event_id=f"e{at}") for at in (0, GAP_US - 1, 2 * GAP_US - 1, 3 * GAP_US)
    ]
    got = sessions_in([events], Rules(gap_us=GAP_US))
    assert [(s["event_count"], s["cause"]) for s in got] == [
        (3, "first_event"),
        (1, "idle_timeout"),
    ]


def test_every_cause_is_told_and_where_two_hold_the_first_of_them():
    moments = [  # at, login, campaign: why a session begins there
        (0, None, None, "first_event"),
        (100, "u1", None, None),
        (200, "u2", "c1", "user_changed"),  # and a campaign
        (300, None, "c2", "campaign_changed"),
        (400, None, None, None),
        (500, None, None, None),
        (600, None, None, "max_events"),
        (1_500, None, None, None),
        (2_499, None, None, "max_duration"),
        (2_500, None, None, "midnight"),
        (3_501, "u1", None, "idle_timeout"),
    ]
    events = [
        plain(at_us=at, event_id=f"e{at}", user_key=user, campaign=campaign)
        for at, user, campaign, _ in moments
    ]
    rules = Rules(
        gap_us=1_000, max_us=1_800, max_events=3, on_campaign_change=True, on_midnight=True
    )
    causes = [why for *_, why in moments if why]
    assert [s["cause"] for s in sessions_in([events], rules)] == causes
    assert {*causes, "session_key"} == set(CAUSES)
