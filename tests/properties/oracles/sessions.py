"""The sessioniser in plain Python: one stream's events to sessions, as the rule says it."""


def sessions_of(events, gap_us):
    """`events`: (at_us, received_us or None, source, file, place, event_id, ..., session key or None, login or None).

    All of one stream. Gives (cause, events) of each session, those of session keys last.
    """
    nulls_first = lambda v: (v is not None, v if v is not None else 0)  # noqa: E731 - it is the sort key, said once
    ordered = sorted(
        events, key=lambda e: (e[0], nulls_first(e[1]), e[2], e[3] or "", -1 if e[4] is None else e[4], e[5])
    )
    keyed, sessions = {}, []
    for event in ordered:
        if event[-2]:
            keyed.setdefault(event[-2], []).append(event)
            continue
        login = next((e[-1] for e in reversed(sessions[-1][1]) if e[-1]), None) if sessions else None
        if not sessions:
            sessions.append(("first_event", []))
        elif event[0] - sessions[-1][1][-1][0] > gap_us:
            sessions.append(("idle_timeout", []))
        elif login and event[-1] and event[-1] != login:
            sessions.append(("user_changed", []))
        sessions[-1][1].append(event)
    return sessions + [("session_key", keyed[key]) for key in sorted(keyed)]
