"""The sessioniser in plain Python: the rules as stated, one stream's events, one at a time."""

from desirelines.catalogue.kinds import KINDS
from desirelines.sessions.orders import BACK


def sessions_of(events, rules, day_us):
    """`events`: dicts of one stream. Gives (cause, events) of each session, session keys last."""
    null_first = lambda v: (v is not None, v if v is not None else 0)  # noqa: E731 - it is the sort key, said once
    ordered = sorted(events, key=lambda e: (
        e["at_us"], null_first(e["received_us"]), e["source"], e["file_name"] or "",
        -1 if e["file_place"] is None else e["file_place"], e["event_id"],
    ))  # fmt: skip
    keyed, sessions = {}, []
    for event in ordered:
        if event["session_key"]:
            keyed.setdefault(event["session_key"], []).append(event)
        elif why := boundary(event, sessions[-1][1] if sessions else [], rules, day_us):
            sessions.append((why, [event]))
        else:
            sessions[-1][1].append(event)
    return sessions + [("session_key", keyed[key]) for key in sorted(keyed)]


def boundary(event, session, rules, day_us):
    """Why a session begins with the event, if it does; the first cause that applies."""
    if not session:
        return "first_event"
    last = lambda name: next((e[name] for e in reversed(session) if e[name]), None)  # noqa: E731
    reasons = {
        "idle_timeout": event["at_us"] - session[-1]["at_us"] > rules.gap_us,
        "max_duration": rules.max_us is not None
        and event["at_us"] - session[0]["at_us"] > rules.max_us,
        "max_events": rules.max_events is not None and len(session) >= rules.max_events,
        "user_changed": rules.on_user_change
        and event["user_key"]
        and last("user_key") not in (None, event["user_key"]),
        "campaign_changed": rules.on_campaign_change
        and event["campaign"]
        and event["campaign"] != last("campaign"),
        "midnight": rules.on_midnight
        and event["at_us"] // day_us != session[-1]["at_us"] // day_us,
    }
    return next((name for name, holds in reasons.items() if holds), None)


def with_orders(sessions):
    """Add to each event of a stream's sessions: kind, is_order, is_paid, refunded, said.

    `said` is the order and the sum of its lines, at the first line of a statement that is neither a
    return nor a repetition.
    """
    sessions = [(cause, [event_with_kind(e) for e in session]) for cause, session in sessions]
    statements = {}
    for event in (e for _, session in sessions for e in session):
        if event["kind"] == "purchase" and event["order_no"]:
            statements.setdefault((event["order_no"], event["at_us"]), []).append(event)
    said = {}
    for (order_no, _), lines in sorted(statements.items(), key=lambda item: item[0][1]):
        is_return = all(e["is_back"] for e in lines) or sum(e["amount_e4"] for e in lines) < 0
        content, earlier = sum(e["line_content"] for e in lines), said.setdefault(order_no, [])
        for event in lines:
            event["is_back"] = is_return
            event["is_paid"] = content not in earlier
        if not is_return and content not in earlier:
            lines[0] |= {"is_order": not earlier, "said": (order_no, content)}
            earlier.append(content)
    for event in (e for _, session in sessions for e in session):
        if event["is_back"]:
            event |= {"kind": "refund", "is_paid": False, "refunded": -event["amount_e4"]}
    return sessions


def event_with_kind(event):
    is_line = event["kind_no"] in (KINDS.index("purchase"), BACK)
    is_back = event["kind_no"] == BACK
    kind = "purchase" if is_line else KINDS[event["kind_no"]]
    return event | {
        "kind": kind,
        "is_back": is_back,
        "is_order": is_line and not is_back and not event["order_no"],
        "is_paid": is_line,
        "refunded": abs(event["amount_e4"]) if kind == "refund" else 0,
        "said": None,
    }
