"""Contracts: consent and suppression."""

from __future__ import annotations

from desirelines.tables.contract import FLAG, INSTANT, RUN_ID, TEXT, Column, Table, person_column

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
