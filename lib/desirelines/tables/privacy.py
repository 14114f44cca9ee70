"""Contracts: consent, suppression and erasure."""

from __future__ import annotations

from desirelines.tables.contract import (
    FLAG,
    INSTANT,
    RUN_ID,
    TEXT,
    WHOLE,
    Column,
    Table,
    person_column,
)

CONSENTS = Table(
    "consents",
    grain="the consent of one identifier for one purpose over an interval",
    key=("key", "purpose", "from_at"),
    erased_by=("key",),
    written="merge",
    columns=(
        person_column("key",
            "the stream on which consent was stated, or the login stated with it; a statement made "
            "while logged in is one row for each"),
        Column("purpose", TEXT, "what the data may be used for"),
        Column("is_granted", FLAG,
               "whether consent was given (true) or refused or withdrawn (false)", personal=True),
        Column("from_at", INSTANT, "start; holds until the next row of the key for the purpose",
               "UTC"),
        Column("source", TEXT, "name of the source"),
        RUN_ID,
    ),
)  # fmt: skip

SUPPRESSIONS = Table(
    "suppressions",
    grain="one statement that an identifier is, or no longer is, suppressed",
    key=("token", "active_from"),
    erased_by=(),
    written="append",
    columns=(
        Column("token", TEXT,
               "HMAC of the identifier's key under the suppression secret; joins with no other "
               "column", personal=True),
        Column("is_suppressed", FLAG, "true: rows are left out; false: consent was given again"),
        Column("active_from", INSTANT, "when the statement takes effect", "UTC"),
    ),
)  # fmt: skip

ERASURE_REQUESTS = Table(
    "erasure_requests",
    grain="one state of one request to erase people",
    key=("request_id", "state_no"),
    erased_by=(),
    written="append",
    columns=(
        Column("request_id", TEXT, "the request; its identifiers wait in a file of the inbox"),
        Column("state_no", WHOLE, "from 1; the newest state counts"),
        Column("state", TEXT,
               "received; suppressed: rows that come from now on are left out; planned; deleted: "
               "no table has a row of theirs; purged: no file of an older version is left; "
               "verified; closed: there is a receipt; failed: a step found something left"),
        Column("token", TEXT,
               "HMAC of the request's keys under the suppression secret: the same identifiers ask "
               "for the same request", personal=True),
        Column("subject_count", WHOLE, "people asked for", "people"),
        Column("due_at", INSTANT, "when it has to be closed", "UTC"),
        Column("row_counts", TEXT, "rows of theirs by table, as JSON; null before they are known"),
        Column("versions", TEXT,
               "versions of the tables before and after, as JSON; null before rows are deleted"),
        Column("note", TEXT, "what came of the step, in words; names nobody"),
        RUN_ID,
        Column("recorded_at", INSTANT, "when the state was recorded", "UTC"),
    ),
)  # fmt: skip

ERASURE_RECEIPTS = Table(
    "erasure_receipts",
    grain="the proof of one erasure, chained to the one before",
    key=("receipt_no",),
    erased_by=(),
    written="append",
    columns=(
        Column("receipt_no", WHOLE, "from 1, without gaps"),
        Column("request_id", TEXT, "the request"),
        Column("body", TEXT,
               "rows and versions by table before and after, files that are gone or new with size "
               "and digest, and what the scanner read; as JSON, without any identifier"),
        Column("previous_digest", TEXT, "digest of the receipt before; 64 zeros for the first"),
        Column("digest", TEXT, "SHA-256 of previous_digest, receipt_no, request_id and body"),
        RUN_ID,
        Column("recorded_at", INSTANT, "when it was made", "UTC"),
    ),
)  # fmt: skip
