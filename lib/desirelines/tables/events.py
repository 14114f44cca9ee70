"""Contracts: events, ingest batches, and what became of every source row."""

from __future__ import annotations

from desirelines.catalogue.kinds import KINDS
from desirelines.tables.contract import (
    BUCKET,
    DAY,
    FATES,
    FLAG,
    INSTANT,
    MONEY,
    PERIOD_ON,
    RATE,
    REAL,
    RUN_ID,
    STREAM_ID,
    TEXT,
    TEXTS,
    USER_KEY,
    WHOLE,
    Column,
    Table,
)

EVENTS = Table(
    "events",
    grain="one accepted event; for an order, one order line",
    key=("source", "stream_id", "event_id"),
    erased_by=("stream_id", "user_key"),
    written="append",
    partition_by=("period_on",),
    period_of="occurred_on",
    columns=(
        Column("source", TEXT, "name of the source, from its mapping"),
        STREAM_ID,
        Column("event_id", TEXT,
               "the source's id of the event; derived from content and place where the source has "
               "none", personal=True),
        USER_KEY,
        Column("session_key", TEXT,
               "key of the source's own session id; null where gaps define sessions",
               personal=True),
        Column("occurred_at", INSTANT,
               "when it happened, corrected for the device's clock where the source gives what "
               "that needs", "UTC"),
        Column("received_at", INSTANT,
               "when the source received it; null when the source does not say", "UTC"),
        Column("occurred_on", DAY, "UTC date of occurred_at"),
        PERIOD_ON,
        BUCKET,
        Column("file_name", TEXT, "file of the row; only for ordered sources"),
        Column("file_place", WHOLE,
               "place of the row in its file, from 0; only for ordered sources"),
        Column("event_name", TEXT, "the source's name for the event", personal=True),
        Column("kind", TEXT, "what the event means: " + ", ".join(KINDS)),
        Column("page", TEXT, "path of the page without its query; null outside the web",
               personal=True),
        Column("item_id", TEXT, "product or content of the event; null when none", personal=True),
        Column("category", TEXT, "category of the item; null when unknown", personal=True),
        Column("order_id", TEXT,
               "the source's order number; null when the event is not about an order",
               personal=True),
        Column("quantity", MONEY, "pieces on the line; negative when returned", "pieces",
               personal=True),
        Column("amount", MONEY,
               "money of the line after discount; negative when refunded; null when no money moved",
               "currency", personal=True),
        Column("discount", MONEY, "discount on the line; null when unknown", "currency",
               personal=True),
        Column("currency", TEXT,
               "currency of amount and discount: the reporting currency of the site"),
        Column("given_currency", TEXT, "currency in which the source gave them"),
        Column("rate", RATE,
               "units of site.currency for one unit of given_currency, used to convert them; null "
               "when no money moved", "currency"),
        Column("score", REAL, "answer to a survey question; null when none", personal=True),
        Column("campaign", TEXT, "campaign that led here; null when none", personal=True),
        Column("channel", TEXT,
               "channel by which the person came, as the source gives it; null when it gives none",
               personal=True),
        Column("properties", TEXT, "allow-listed properties as JSON; null when none",
               personal=True),
        Column("is_bot_agent", FLAG,
               "whether the event's user agent names a bot; false where the source gives none"),
        Column("content_digest", TEXT,
               "digest of the mapped content: equal content has an equal digest", personal=True),
        Column("ingest_batch", TEXT, "source batch that brought the row"),
        RUN_ID,
    ),
)  # fmt: skip

INGEST_BATCHES = Table(
    "ingest_batches",
    grain=(
        "one start of one batch of one source, written before anything else of the batch: the time "
        "and the rules by which its rows are judged"
    ),
    key=("source", "ingest_batch", "attempt"),
    erased_by=(),
    written="append",
    columns=(
        Column("source", TEXT, "name of the source"),
        Column("ingest_batch", TEXT, "source batch"),
        Column("attempt", WHOLE,
               "from 1; one more each time the rows of the batch were removed and the batch was "
               "started again; the highest counts"),
        Column("read_at", INSTANT,
               "the time that counts as now for the batch, whenever it finishes", "UTC"),
        Column("rules_digest", TEXT, "digest of the rules: equal rules have an equal digest"),
        Column("rules", TEXT,
               "the rules as JSON: the mapping that was used, and the settings that decide fates "
               "and content"),
        RUN_ID,
    ),
)  # fmt: skip

QUARANTINED_EVENTS = Table(
    "quarantined_events",
    grain="one rejected raw row, with its fate and every reason",
    key=("run_id", "source", "ingest_batch", "row_digest", "ordinal"),
    erased_by=("raw",),
    written="append",
    kept=(
        "ingest.quarantine_keep_days, then dropped by the next `ingest-events` or `maintain`; a "
        "`maintain` a week later deletes its file"
    ),
    expires_by="expires_on",
    columns=(
        RUN_ID,
        Column("source", TEXT, "name of the source"),
        Column("row_digest", TEXT,
               "HMAC of the row's text under the data secret: equal rows have an equal digest",
               personal=True),
        Column("ordinal", WHOLE, "number among equal rows of the batch, from 1"),
        Column("fate", TEXT, "quarantined, late or conflict"),
        Column("reasons", TEXTS, "every reason, worst first", personal=True),
        Column("raw", TEXT,
               "the row as JSON. Masked: mapped columns only, identifiers as `key:type:key`, of an "
               "array only the line of the row; null when the row could not be parsed. Full: as it "
               "arrived", personal=True),
        Column("is_masked", FLAG, "whether raw is masked (ingest.quarantine_raw)"),
        Column("text_length", WHOLE,
               "length of a row that could not be parsed; null for other rows", "characters"),
        Column("ingest_batch", TEXT, "source batch that brought the row"),
        Column("expires_on", DAY,
               "first day on which a run drops the row from the table; its file is deleted by "
               "VACUUM, not before a week later"),
    ),
)  # fmt: skip

ROW_ACCOUNTS = Table(
    "row_accounts",
    grain="one fate in one batch of one source",
    key=("run_id", "source", "ingest_batch", "fate"),
    erased_by=(),
    written="append",
    columns=(
        RUN_ID,
        Column("source", TEXT, "name of the source"),
        Column("ingest_batch", TEXT, "source batch"),
        Column("fate", TEXT, "one of " + ", ".join(FATES)),
        Column("row_count", WHOLE, "source rows with this fate", "rows"),
        Column("rows_read", WHOLE,
               "source rows in the whole batch, counted independently of the fates", "rows"),
    ),
)  # fmt: skip

STREAM_TAGS = Table(
    "stream_tags",
    grain="one reason why a stream counts as a bot, for some time",
    key=("stream_id", "reason", "from_at", "session_key"),
    erased_by=("stream_id",),
    written="merge",
    columns=(
        STREAM_ID,
        Column("reason", TEXT,
               "why: bot_agent (its user agent says so), rate (too many clicks in a short time), "
               "rhythm (gaps too even)"),
        Column("from_at", INSTANT,
               "start of the session that shows it; for bot_agent, first event of the batch with "
               "a bot's agent", "UTC"),
        Column("until_at", INSTANT,
               "end of that session; for bot_agent, last event of the batch with a bot's agent",
               "UTC"),
        Column("session_key", TEXT,
               "key of that session in the source; null where gaps define sessions",
               personal=True),
        Column("event_count", WHOLE,
               "events that count as a bot's: all of that session; for bot_agent, those of the "
               "batch with `events.is_bot_agent`", "events"),
        Column("source", TEXT, "name of the source"),
        RUN_ID,
    ),
)  # fmt: skip
