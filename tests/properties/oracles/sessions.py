"""The sessioniser in plain Python: the rules as stated, one stream's events, one at a time."""


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
