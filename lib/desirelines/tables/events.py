"""Contracts: events, what arrived, and what became of every source row."""

from __future__ import annotations

from desirelines.catalogue.kinds import KINDS
from desirelines.tables.contract import (
    BUCKET,
    DAY,
    FATES,
    FLAG,
    INSTANT,
    MONEY,
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
    grain="one accepted event; of an order, one line",
    key=("source", "stream_id", "event_id"),
    erased_by=("stream_id", "user_key"),
    written="append",
    partition_by=("occurred_on",),
    columns=(
        Column("source", TEXT, "name of the source, from its mapping"),
        STREAM_ID,
        Column("event_id", TEXT, "the source's id of the event; made from content and place where it has none", personal=True),
        USER_KEY,
        Column("session_key", TEXT, "key of the source's own session id; null where the gap makes the session", personal=True),
        Column("occurred_at", INSTANT, "when it happened, corrected for the device's clock where the source tells", "UTC"),
        Column("received_at", INSTANT, "when the source received it; null when the source does not tell", "UTC"),
        Column("occurred_on", DAY, "UTC date of occurred_at; layout"),
        BUCKET,
        Column("file_name", TEXT, "file the row came from; only for ordered sources"),
        Column("file_place", WHOLE, "place of the row in its file, from 0; only for ordered sources"),
        Column("event_name", TEXT, "the source's name of the event", personal=True),
        Column("kind", TEXT, "what the event means: " + ", ".join(KINDS)),
        Column("page", TEXT, "path of the page without query; null off the web", personal=True),
        Column("item_id", TEXT, "product or content concerned; null when none", personal=True),
        Column("category", TEXT, "category of the item; null when unknown", personal=True),
        Column("order_id", TEXT, "the source's order number; null when no order is concerned", personal=True),
        Column("quantity", MONEY, "pieces on the line; negative when sent back", "pieces", personal=True),
        Column("amount", MONEY, "money of the line after discount; negative when given back; null when no money moved", "currency", personal=True),
        Column("discount", MONEY, "money taken off the line; null when unknown", "currency", personal=True),
        Column("currency", TEXT, "currency of amount and discount: the site's"),
        Column("given_currency", TEXT, "currency in which the source told them"),
        Column("rate", RATE, "site.currency for one unit of given_currency, by which they were converted; null when no money moved", "currency"),
        Column("score", REAL, "answer to a survey question; null when none", personal=True),
        Column("campaign", TEXT, "campaign that led here; null when none", personal=True),
        Column("channel", TEXT, "way by which the person came, as the source tells it; null when it does not", personal=True),
        Column("properties", TEXT, "allow-listed properties as JSON; null when none", personal=True),
        Column("content_digest", TEXT, "digest of the mapped content: equal content, equal digest", personal=True),
        Column("ingest_batch", TEXT, "source batch that brought the row"),
        RUN_ID,
    ),
)  # fmt: skip

INGEST_BATCHES = Table(
    "ingest_batches",
    grain="one begin of one batch of one source, written before anything else of it: the moment and the rules it is judged by",
    key=("source", "ingest_batch", "attempt"),
    erased_by=(),
    written="append",
    columns=(
        Column("source", TEXT, "name of the source"),
        Column("ingest_batch", TEXT, "source batch"),
        Column("attempt", WHOLE, "from 1; one more each time what was written of it was taken out and the batch begun anew; the highest counts"),
        Column("read_at", INSTANT, "the moment that stands for now in the batch, whenever it is finished", "UTC"),
        Column("rules_digest", TEXT, "digest of the rules: equal rules, equal digest"),
        Column("rules", TEXT, "the rules as JSON: the mapping as it was used, and the settings that decide fates and content"),
        RUN_ID,
    ),
)  # fmt: skip

QUARANTINED_EVENTS = Table(
    "quarantined_events",
    grain="one rejected raw row, with all reasons and its fate",
    key=("run_id", "source", "ingest_batch", "row_digest", "ordinal"),
    erased_by=("raw",),
    written="append",
    kept="ingest.quarantine_keep_days, then dropped by the next `ingest-events`; its file goes with VACUUM, a week later",
    columns=(
        RUN_ID,
        Column("source", TEXT, "name of the source"),
        Column("row_digest", TEXT, "HMAC, under the data secret, of the row's text: equal rows, equal digest", personal=True),
        Column("ordinal", WHOLE, "number among equal rows of the batch, from 1"),
        Column("fate", TEXT, "quarantined, late or conflict"),
        Column("reasons", TEXTS, "every reason, worst first", personal=True),
        Column(
            "raw", TEXT, "the row as JSON. Masked: mapped columns only, identifiers as `key:type:key`, of an array its own line; null when it "
            "could not be taken apart. Full: as it came", personal=True,
        ),
        Column("is_masked", FLAG, "whether raw is masked (ingest.quarantine_raw)"),
        Column("text_length", WHOLE, "length of a row that could not be taken apart; null for others", "characters"),
        Column("ingest_batch", TEXT, "source batch that brought the row"),
        Column("expires_on", DAY, "first day on which a run drops the row from the table; its file is deleted by VACUUM, not before a week later"),
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
        Column("rows_read", WHOLE, "source rows in the whole batch, counted apart from the fates", "rows"),
    ),
)  # fmt: skip

STREAM_TAGS = Table(
    "stream_tags",
    grain="one verdict on a stream from a time on",
    key=("stream_id", "reason", "from_at"),
    erased_by=("stream_id",),
    written="merge",
    columns=(
        STREAM_ID,
        Column("reason", TEXT, "why: bot_agent (its user agent says so), rate (too many clicks at once), rhythm (gaps too even)"),
        Column("from_at", INSTANT, "first event, or start of the first session, that shows it; events from then on are a robot's", "UTC"),
        Column("source", TEXT, "name of the source"),
        RUN_ID,
    ),
)  # fmt: skip
