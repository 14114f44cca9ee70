"""Contracts: sessions."""

from __future__ import annotations

from desirelines.catalogue.kinds import KINDS
from desirelines.tables.contract import (
    BUCKET,
    DAY,
    FLAG,
    INSTANT,
    MONEY,
    PERIOD_ON,
    REAL,
    STREAM_ID,
    TEXT,
    TEXTS,
    WHOLE,
    WHOLES,
    Column,
    Table,
    person_column,
)

SESSIONS = Table(
    "sessions",
    grain="one session of one stream, with its path",
    key=("session_id",),
    erased_by=("stream_id", "user_key"),
    written="replace days",
    partition_by=("period_on",),
    period_of="started_on",
    columns=(
        Column("session_id", TEXT,
               "stable key of stream, start in µs and number among sessions with the same start",
               personal=True),
        STREAM_ID,
        person_column("user_key",
            "the last login seen in the session; null when nobody was logged in"),
        Column("session_key", TEXT,
               "key of the source's own session id; null where gaps define sessions",
               personal=True),
        Column("started_at", INSTANT, "time of the first event", "UTC"),
        Column("ended_at", INSTANT, "time of the last event", "UTC"),
        Column("started_on", DAY, "UTC date of started_at"),
        PERIOD_ON,
        BUCKET,
        Column("cause", TEXT,
               "why the session began, the first that holds: first_event, idle_timeout, "
               "max_duration, max_events, user_changed, campaign_changed, midnight, session_key"),
        Column("source", TEXT, "source of the first event"),
        Column("campaign", TEXT, "first campaign seen in the session; null when none",
               personal=True),
        Column("channel", TEXT, "first channel seen in the session; null when none", personal=True),
        Column("event_count", WHOLE, "events; every line of an order counts", "events"),
        Column("is_visit", FLAG, "whether the person did something on the site or in the app",
               personal=True),
        Column("engaged_seconds", REAL,
               "engaged time from pings; without pings, the sum of the gaps between events; null, "
               "not 0, for a single event", "seconds", personal=True),
        Column("is_engaged", FLAG,
               "whether the visit was more than a bounce: long enough, two views, or a key step; "
               "null when the session is no visit", personal=True),
        *(
            Column(f"{kind}_count", WHOLE, f"steps of kind {kind}; an order is one step", "steps",
                   personal=True)
            for kind in KINDS
        ),
        Column("order_count", WHOLE, "orders, which are the purchase steps", "orders",
               personal=True),
        Column("order_line_count", WHOLE, "lines of the orders", "lines", personal=True),
        Column("amount", MONEY, "money paid for order lines", "site.currency", personal=True),
        Column("discount", MONEY, "discount on order lines", "site.currency", personal=True),
        Column("refunded", MONEY, "money refunded, as a positive number", "site.currency",
               personal=True),
        Column("first_order_at", INSTANT, "time of the first order; null when none", "UTC",
               personal=True),
        Column("last_order_at", INSTANT, "time of the last order; null when none", "UTC",
               personal=True),
        Column("last_cart_at", INSTANT,
               "last time something was added to the cart; null when never", "UTC", personal=True),
        Column("score", REAL, "last survey answer in the session; null when none", personal=True),
        Column("categories", TEXTS, "distinct categories of the events, sorted by name",
               personal=True),
        Column("backtrack_count", WHOLE, "times the path goes elsewhere and straight back: a, b, a",
               "steps", personal=True),
        Column("revisit_count", WHOLE, "steps already taken earlier in the session", "steps",
               personal=True),
        Column("entry_step", TEXT, "first step", personal=True),
        Column("exit_step", TEXT, "last step", personal=True),
        Column("steps", TEXTS,
               "the path: step names in order; the lines of one order are one step; an event named "
               "path_start, path_end, __other__ or __hidden__ is the step of that name with ~ "
               "before it", personal=True),
        Column("step_kinds", TEXTS, "kind of each step", personal=True),
        Column("step_offsets", WHOLES, "milliseconds from started_at to each step", "ms",
               personal=True),
    ),
)  # fmt: skip
