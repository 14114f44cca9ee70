"""Contracts: identifiers, the links between them, and the people they belong to."""

from __future__ import annotations

from desirelines.tables.contract import (
    BUCKET,
    FLAG,
    INSTANT,
    PERSON_ID,
    RUN_ID,
    STREAM_ID,
    TEXT,
    WHOLE,
    Column,
    Table,
    person_column,
)

IDENTITY_LINKS = Table(
    "identity_links",
    grain=(
        "two identifiers seen together in one batch, stored in both directions; or one identifier "
        "linked with itself, which records that it was seen"
    ),
    key=("source", "ingest_batch", "key", "other_key"),
    erased_by=("key", "other_key"),
    written="append",
    columns=(
        Column("source", TEXT, "name of the source"),
        Column("ingest_batch", TEXT, "source batch"),
        person_column("key", "one identifier"),
        Column("key_type", TEXT, "its type: user, email, cookie, device, …"),
        person_column("other_key",
            "the identifier seen with it; the same key when it was seen alone"),
        Column("other_type", TEXT, "its type"),
        Column("rule", TEXT,
               "why they are linked: alias, login, order_email, same_event; itself when seen "
               "alone"),
        Column("first_at", INSTANT, "first time in the batch", "UTC"),
        Column("last_at", INSTANT, "last time in the batch", "UTC"),
        Column("link_count", WHOLE, "events that have both", "events"),
        RUN_ID,
    ),
)  # fmt: skip

IDENTIFIERS = Table(
    "identifiers",
    grain=(
        "the readable value of one identifier, only for types whose mapping says keep_value; no "
        "other table holds such a value"
    ),
    key=("key",),
    erased_by=("key",),
    written="merge",
    columns=(
        person_column("key", "the identifier"),
        Column("key_type", TEXT, "its type"),
        Column("value", TEXT, "its normalised value, used to activate a segment", personal=True),
        Column("source", TEXT, "name of the source that gave it first"),
        RUN_ID,
    ),
)  # fmt: skip

IDENTITY_CUTS = Table(
    "identity_cuts",
    grain="one decision about one link: ignored, and why; or followed again",
    key=("key", "other_key", "from_run"),
    erased_by=("key", "other_key"),
    written="merge",
    columns=(
        person_column("key", "the smaller key of the link"),
        person_column("other_key", "the larger key of the link"),
        Column("is_cut", FLAG,
               "true: ignored from this run on; false: followed, or judged again, from this run "
               "on"),
        Column("reason", TEXT,
               "cap (one of the two has too many links), unique (the link would join two logins), "
               "size (the group is too large), unlinked, relinked (by hand), followed (the reason "
               "to ignore it no longer holds)"),
        Column("decided_at", INSTANT, "when it was decided; the newest decision about a link holds",
               "UTC"),
        Column("from_run", TEXT, "first run for which this holds"),
    ),
)  # fmt: skip

IDENTITY_MAP = Table(
    "identity_map",
    grain="the person of one identifier over an interval of runs",
    key=("key", "from_run"),
    erased_by=("key", "person_id"),
    written="close and open",
    columns=(
        person_column("key", "the identifier"),
        Column("key_type", TEXT, "its type"),
        PERSON_ID,
        Column("first_seen_at", INSTANT, "first event with the identifier", "UTC", personal=True),
        Column("rule", TEXT,
               "the strongest rule that links it to the person: alias, login, order_email, "
               "same_event; itself when none does"),
        Column("component", WHOLE,
               "number of the connected component before any link is ignored; tells which people a "
               "new link can affect", personal=True),
        BUCKET,
        Column("from_run", TEXT, "first run for which this holds"),
        Column("to_run", TEXT, "first run for which this no longer holds; null while it does"),
    ),
)  # fmt: skip

STREAM_OWNERS = Table(
    "stream_owners",
    grain="the owner of one stream over an interval of event time and of runs",
    key=("stream_id", "from_at", "from_run"),
    erased_by=("stream_id", "person_id"),
    written="close and open",
    columns=(
        STREAM_ID,
        PERSON_ID,
        Column("from_at", INSTANT, "start of the interval of event time, included", "UTC"),
        Column("to_at", INSTANT, "end of the interval, not included; null for no end", "UTC"),
        BUCKET,
        Column("from_run", TEXT, "first run for which this holds"),
        Column("to_run", TEXT, "first run for which this no longer holds; null while it does"),
    ),
)  # fmt: skip

PEOPLE = Table(
    "people",
    grain="one person",
    key=("person_id",),
    erased_by=("person_id",),
    written="merge",
    columns=(
        PERSON_ID,
        Column("first_seen_at", INSTANT,
               "first event of any of their identifiers; kept when old events are deleted", "UTC",
               personal=True),
        BUCKET,
        RUN_ID,
    ),
)  # fmt: skip
