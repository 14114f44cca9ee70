"""The contracts: every table, what one row is, its key, and each column's meaning. Written here once, as data.

Table and column comments, `docs/tables.md`, the checks before a write, the doctor and erasure read these constants. A table
without an entry here cannot be written.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pyspark.sql import types as T

from desirelines.catalogue import FEATURES as FEATURE_CATALOGUE
from desirelines.catalogue import LABELS
from desirelines.kinds import KINDS

MONEY = T.DecimalType(18, 4)
RATE = T.DecimalType(18, 8)
TEXT, WHOLE, REAL, INSTANT, DAY, FLAG = (
    T.StringType(), T.LongType(), T.DoubleType(), T.TimestampType(), T.DateType(), T.BooleanType(),
)  # fmt: skip
TEXTS, WHOLES = T.ArrayType(TEXT), T.ArrayType(WHOLE)

FATES: tuple[str, ...] = ("suppressed", "quarantined", "late", "duplicate", "conflict", "unchanged", "used")
"""What became of a source row; the first that fits."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a contract.

    Attributes:
        name: `_id` key, `_at` UTC timestamp, `_on` date, `is_`/`has_` boolean, `_count`, `_seconds`, `_share`.
        type: Spark type; flat, or an array one level deep.
        meaning: what a value says, and what null says where null may be.
        unit: unit, empty where the value has none.
        personal: whether a value is about one person; such a column never gets file statistics.
    """

    name: str
    type: T.DataType
    meaning: str
    unit: str = ""
    personal: bool = False

    @property
    def comment(self) -> str:
        """The column comment written to the table."""
        return f"{self.meaning} [{self.unit}]" if self.unit else self.meaning


@dataclass(frozen=True, slots=True)
class Table:
    """The contract of one table.

    Attributes:
        name: table name, the last part of its address.
        grain: what one row is.
        key: columns that tell two rows apart.
        columns: all columns, in order.
        erased_by: columns by which a person's rows are found; empty when the table holds no person.
        written: how rows get in.
        partition_by: columns of the file layout; never a person.
        kept: how long rows stay.
    """

    name: str
    grain: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    erased_by: tuple[str, ...]
    written: Literal["append", "merge", "replace days", "replace as_of", "replace run", "replace all", "close and open"]
    partition_by: tuple[str, ...] = ()
    kept: str = "as long as the warehouse"

    @property
    def schema(self) -> T.StructType:
        """The Spark schema, a comment on every column."""
        return T.StructType([T.StructField(c.name, c.type, True, {"comment": c.comment}) for c in self.columns])

    @property
    def column_names(self) -> list[str]:
        """Column names in order."""
        return [c.name for c in self.columns]

    @property
    def is_staged(self) -> bool:
        """Whether a run's rows stand here before it is published."""
        return self.written == "replace run"

    @property
    def for_readers(self) -> str:
        """What a reader has to know before they take every row; empty when every row counts."""
        if not self.is_staged:
            return ""
        return (
            "Rows are staged: take those of published runs only (`run_id` of the rows of `runs` with status PUBLISHED). Others are of runs "
            "that are under way, were backfills, failed or were killed"
        ) + ("; the last are swept when their lease is over." if self.erased_by else ".")

    @property
    def statistics_columns(self) -> list[str]:
        """Columns whose file minimum and maximum may stand in the log: not personal, not an array, no free text."""
        plain = T.LongType | T.DateType | T.TimestampType | T.DoubleType
        named = {"run_id", "source", "ingest_batch", "from_run", "segment_id", "phase", "status"}
        return [
            c.name
            for c in self.columns
            if ((not c.personal and isinstance(c.type, plain)) or c.name in named) and c.name not in self.partition_by
        ]

    @property
    def properties(self) -> dict[str, str]:
        """Delta properties: reader version 1, nothing that keeps a second copy of a row, no key in any statistic."""
        return {
            "delta.enableDeletionVectors": "false",
            "delta.enableChangeDataFeed": "false",
            "delta.enableRowTracking": "false",
            "delta.columnMapping.mode": "none",
            "delta.checkpointPolicy": "classic",
            "delta.dataSkippingStatsColumns": ",".join(self.statistics_columns),
            "delta.deletedFileRetentionDuration": "interval 7 days",
            "delta.logRetentionDuration": "interval 7 days",
        }


def _person(name: str, meaning: str) -> Column:
    return Column(name, TEXT, meaning, personal=True)


RUN_ID = Column("run_id", TEXT, "the run that wrote the row")
BUCKET = Column("bucket", WHOLE, "pmod(xxhash64(first erasing column), buckets): spreads people evenly, names nobody")
STREAM_ID = _person("stream_id", "key of the identifier that the source names as its stream")
USER_KEY = _person("user_key", "key of the login carried; null when nobody was logged in")
PERSON_ID = _person("person_id", "the person: key of the earliest-seen identifier of theirs")

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

IDENTITY_LINKS = Table(
    "identity_links",
    grain="two identifiers seen together in one batch, stored in both directions; or one identifier with itself: that it was seen",
    key=("source", "ingest_batch", "key", "other_key"),
    erased_by=("key", "other_key"),
    written="append",
    columns=(
        Column("source", TEXT, "name of the source"),
        Column("ingest_batch", TEXT, "source batch"),
        _person("key", "one identifier"),
        Column("key_type", TEXT, "its type: user, email, cookie, device, …"),
        _person("other_key", "the identifier seen with it; the same key for a sighting alone"),
        Column("other_type", TEXT, "its type"),
        Column("rule", TEXT, "why they are linked: alias, login, order_email, same_event; itself for a sighting alone"),
        Column("first_at", INSTANT, "first time in the batch", "UTC"),
        Column("last_at", INSTANT, "last time in the batch", "UTC"),
        Column("link_count", WHOLE, "events that carry both", "events"),
        RUN_ID,
    ),
)  # fmt: skip

IDENTIFIERS = Table(
    "identifiers",
    grain="one identifier's value as people write it, of the types whose mapping says keep_value: the only place where such a value stands",
    key=("key",),
    erased_by=("key",),
    written="merge",
    columns=(
        _person("key", "the identifier"),
        Column("key_type", TEXT, "its type"),
        Column("value", TEXT, "its value, normalised: what a segment is activated with", personal=True),
        Column("source", TEXT, "name of the source that told it first"),
        RUN_ID,
    ),
)  # fmt: skip

IDENTITY_CUTS = Table(
    "identity_cuts",
    grain="one decision about one link: not followed, and why; or followed again",
    key=("key", "other_key", "from_run"),
    erased_by=("key", "other_key"),
    written="merge",
    columns=(
        _person("key", "the smaller key of the link"),
        _person("other_key", "the larger one"),
        Column("is_cut", FLAG, "true: not followed from this run on; false: followed, or judged anew, from this run on"),
        Column(
            "reason", TEXT,
            "cap (one of them is linked with too many), unique (it would join two logins), size (the group is too large), "
            "unlinked, relinked (by hand), followed (what spoke against it is no longer so)",
        ),
        Column("decided_at", INSTANT, "when; the newest decision about a link holds", "UTC"),
        Column("from_run", TEXT, "first run for which this holds"),
    ),
)  # fmt: skip

IDENTITY_MAP = Table(
    "identity_map",
    grain="one identifier's person over an interval of runs",
    key=("key", "from_run"),
    erased_by=("key", "person_id"),
    written="close and open",
    columns=(
        _person("key", "the identifier"),
        Column("key_type", TEXT, "its type"),
        PERSON_ID,
        Column("first_seen_at", INSTANT, "first event that carries the identifier", "UTC", personal=True),
        Column("rule", TEXT, "the strongest rule that links it into the person: alias, login, order_email, same_event; itself when none does"),
        Column("component", WHOLE, "number of all that hangs together with it before any link is cut; says what a new link touches", personal=True),
        BUCKET,
        Column("from_run", TEXT, "first run for which this holds"),
        Column("to_run", TEXT, "first run for which it no longer holds; null while it does"),
    ),
)  # fmt: skip

STREAM_OWNERS = Table(
    "stream_owners",
    grain="one stream's owner over an interval of event time, and of runs",
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
        Column("to_run", TEXT, "first run for which it no longer holds; null while it does"),
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
        Column("first_seen_at", INSTANT, "first event of any identifier of theirs; survives the retention of events", "UTC", personal=True),
        BUCKET,
        RUN_ID,
    ),
)  # fmt: skip

CONSENTS = Table(
    "consents",
    grain="one identifier's state for one purpose over an interval",
    key=("key", "purpose", "from_at"),
    erased_by=("key",),
    written="merge",
    columns=(
        _person("key", "the stream the consent was stated on, or the login stated with it: a statement made logged in is a row of each"),
        Column("purpose", TEXT, "what the data may be used for"),
        Column("is_granted", FLAG, "whether consent was given (true) or refused or withdrawn (false)", personal=True),
        Column("from_at", INSTANT, "from when, until the key's next row for the purpose", "UTC"),
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
        Column("token", TEXT, "HMAC of the identifier's key under the suppression secret; joins to nothing else", personal=True),
        Column("is_suppressed", FLAG, "true: rows stay out; false: consent was given again"),
        Column("active_from", INSTANT, "from when", "UTC"),
    ),
)  # fmt: skip

SESSIONS = Table(
    "sessions",
    grain="one session of one stream, its path inside",
    key=("session_id",),
    erased_by=("stream_id", "user_key"),
    written="replace days",
    partition_by=("started_on",),
    columns=(
        Column("session_id", TEXT, "stable key of stream, start in µs, ordinal among sessions of that start", personal=True),
        STREAM_ID,
        _person("user_key", "the login seen in the session (the last one); null when nobody was logged in"),
        Column("session_key", TEXT, "key of the source's own session id; null where the gap made the session", personal=True),
        Column("started_at", INSTANT, "first event", "UTC"),
        Column("ended_at", INSTANT, "last event", "UTC"),
        Column("started_on", DAY, "UTC date of started_at; layout"),
        BUCKET,
        Column("cause", TEXT, "why it began, the first that holds: first_event, idle_timeout, max_duration, max_events, user_changed, campaign_changed, midnight, session_key"),
        Column("source", TEXT, "source of its first event"),
        Column("campaign", TEXT, "first campaign seen in it; null when none", personal=True),
        Column("channel", TEXT, "first channel seen in it; null when none", personal=True),
        Column("event_count", WHOLE, "events; of an order, every line", "events"),
        Column("is_visit", FLAG, "whether the person did something on the site or in the app", personal=True),
        Column("engaged_seconds", REAL, "from its pings; without any, the sum of the gaps between events; null, not 0, for a single event", "seconds", personal=True),
        Column("is_engaged", FLAG, "whether the visit was more than a bounce: long enough, two views, or a key step; null off visits", personal=True),
        *(Column(f"{kind}_count", WHOLE, f"steps of kind {kind}; of an order, one", "steps", personal=True) for kind in KINDS),
        Column("order_count", WHOLE, "orders: purchase steps", "orders", personal=True),
        Column("order_line_count", WHOLE, "lines of its orders", "lines", personal=True),
        Column("amount", MONEY, "money paid for order lines", "site.currency", personal=True),
        Column("discount", MONEY, "money taken off order lines", "site.currency", personal=True),
        Column("refunded", MONEY, "money given back, as a positive number", "site.currency", personal=True),
        Column("first_order_at", INSTANT, "first order; null when none", "UTC", personal=True),
        Column("last_order_at", INSTANT, "last order; null when none", "UTC", personal=True),
        Column("last_cart_at", INSTANT, "last time something was put in the cart; null when never", "UTC", personal=True),
        Column("score", REAL, "the last answer to a survey in it; null when none", personal=True),
        Column("categories", TEXTS, "different categories of its events, in order of name", personal=True),
        Column("backtrack_count", WHOLE, "steps elsewhere and straight back: a, b, a", "steps", personal=True),
        Column("revisit_count", WHOLE, "steps taken before in the session", "steps", personal=True),
        Column("entry_step", TEXT, "first step", personal=True),
        Column("exit_step", TEXT, "last step", personal=True),
        Column("steps", TEXTS, "the path: step names in order; the lines of one order are one step; an event that is itself called path_start, path_end, __other__ or __hidden__ is the step of that name with ~ before it", personal=True),
        Column("step_kinds", TEXTS, "kind of each step", personal=True),
        Column("step_offsets", WHOLES, "milliseconds from started_at to each step", "ms", personal=True),
    ),
)  # fmt: skip

FEATURES = Table(
    "features",
    grain="one person as of one date",
    key=("as_of", "person_id"),
    erased_by=("person_id",),
    written="replace as_of",
    partition_by=("as_of",),
    columns=(
        Column("as_of", DAY, "midnight (site zone) before which everything lies"),
        PERSON_ID,
        BUCKET,
        *(Column(f.name, REAL, f"{f.meaning}; null: {f.null_means}", f.unit, personal=True) for f in FEATURE_CATALOGUE),
        Column("own_names", TEXTS, "names of the features of the settings (features.occasions, features.own) and of runs of steps (features.path_words); empty without any", personal=True),
        Column("own_values", T.ArrayType(REAL), "their numbers, in that order: null where nothing is known", personal=True),
        Column("first_order_at", INSTANT, "first order ever; null when none", "UTC", personal=True),
        Column("last_order_at", INSTANT, "last order ever; null when none", "UTC", personal=True),
        Column("lifetime_orders", WHOLE, "orders ever", "orders", personal=True),
        Column("active_weeks", WHOLE, "different weeks (Monday, site zone) with a visit or an order, ever", "weeks", personal=True),
        Column("last_look_at", INSTANT, "begin of the last session with a look at a product; null when none", "UTC", personal=True),
        Column("last_cart_at", INSTANT, "last time something was put in the cart; null when never", "UTC", personal=True),
        Column("first_active_on", DAY, "first active day (site zone) ever; null when never active", personal=True),
        Column("last_active_on", DAY, "last active day before as_of; null when never active", personal=True),
        Column("active_before_on", DAY, "last active day before the day before as_of; null when there is none", personal=True),
        Column("open_cart_at", INSTANT, "last time something was put in the cart, when no order followed within the hours of `segments.cart_abandoner`; null otherwise", "UTC", personal=True),
        RUN_ID,
    ),
)  # fmt: skip

RFM_SCORES = Table(
    "rfm_scores",
    grain="one person as of one date: their scores and cell of recency, frequency and money",
    key=("as_of", "person_id"),
    erased_by=("person_id",),
    written="replace as_of",
    partition_by=("as_of",),
    columns=(
        Column("as_of", DAY, "midnight (site zone) before which everything lies"),
        PERSON_ID,
        BUCKET,
        Column("recency_score", WHOLE, "5: ordered most lately, 1: longest ago; null without an order in the window", "1…5", personal=True),
        Column("frequency_score", WHOLE, "5: orders most often; null without an order in the window", "1…5", personal=True),
        Column("monetary_score", WHOLE, "5: pays most, net of refunds; null without an order in the window", "1…5", personal=True),
        Column("rfm_segment", TEXT, "segment of the cell, by settings `rfm`; prospects without an order in the window", personal=True),
        Column("is_nothing_paid", FLAG, "orders, but paid nothing or got as much back: scored 1 for money", personal=True),
        RUN_ID,
    ),
)  # fmt: skip

PERSON_LABELS = Table(
    "person_labels",
    grain="one person as of one date: the words that sum up where they stand",
    key=("as_of", "person_id"),
    erased_by=("person_id",),
    written="replace as_of",
    partition_by=("as_of",),
    columns=(
        Column("as_of", DAY, "midnight (site zone) before which everything lies"),
        PERSON_ID,
        BUCKET,
        *(Column(label.name, TEXT, f"{label.meaning}: {', '.join(label.values)}; null: {label.null_means}", personal=True) for label in LABELS),
        Column("is_decaying", FLAG, "comes at most half as often in the last 14 days as in the 56 before, and by chance that is rarer than one in twenty", personal=True),
        Column("price_rank", REAL, "share of buyers with a smaller share of discounts; null without an order in the window", "0…1", personal=True),
        Column("quality_rank", REAL, "share of buyers who keep less money a line of an order, refunds taken off", "0…1", personal=True),
        Column("ease_rank", REAL, "share of buyers who take more steps an order", "0…1", personal=True),
        Column("previous_stage", TEXT, "the journey's stage as of the date before; null for the first", personal=True),
        Column("stage_entered_on", DAY, "as_of of the first of the dates in a row with this stage", personal=True),
        Column("is_move_allowed", FLAG, "whether the move from the previous stage can happen; if not, an order was taken back or the rules changed", personal=True),
        Column("occasions", TEXTS, "occasions (features.occasions) the person buys for: orders in two or more of them, at least twice as often as on other days", personal=True),
        RUN_ID,
    ),
)  # fmt: skip

RUN_PARAMETERS = Table(
    "run_parameters",
    grain="one thing a run fitted on the way",
    key=("run_id", "name"),
    erased_by=(),
    written="replace run",
    columns=(
        RUN_ID,
        Column("name", TEXT, "what: preparation (of features for clustering: medians, scales, weights), path_words, rfm_cut_points and benefit_ranks (null for a cut with fewer than 10 people on a side)"),
        Column("value", TEXT, "the value, as JSON"),
    ),
)  # fmt: skip

CLUSTER_TRIALS = Table(
    "cluster_trials",
    grain="one candidate: algorithm and k, its scores, kept or refused and why; the last is the fit on everybody",
    key=("run_id", "trial"),
    erased_by=(),
    written="replace run",
    columns=(
        RUN_ID,
        Column("trial", WHOLE, "number of the candidate, from 1"),
        Column("algorithm", TEXT, "kmeans or bisecting_kmeans"),
        Column("k", WHOLE, "clusters asked for", "clusters"),
        Column("clusters_found", WHOLE, "clusters with people in them", "clusters"),
        Column("seed", WHOLE, "seed of the fit"),
        Column("people_count", WHOLE, "people the candidate was fitted on; null when withheld: the rest of everybody would be 1 to 9", "people"),
        Column("silhouette", REAL, "mean silhouette of a sample, squared Euclidean distance, told and not chosen by; null with fewer than two clusters"),
        Column("cost", REAL, "sum of squared distances to the nearest centre"),
        Column("smallest_share", REAL, "share of the smallest cluster; null when withheld: fewer than 10 people, or with people_count"),
        Column("stability", REAL, "mean adjusted Rand index between refits on bootstrap samples, on people none of them saw; null where there was no choice"),
        Column("gap", REAL, "log cost of people without groups less log cost, above that of one cluster: the evidence; 0 where there was no choice"),
        Column("gap_error", REAL, "standard error of the gap"),
        Column("is_kept", FLAG, "whether this is the fit that was kept: the chosen one, on everybody"),
        Column("verdict", TEXT, "why it was kept or refused"),
    ),
)  # fmt: skip

CLUSTER_MODELS = Table(
    "cluster_models",
    grain="one cluster of one fitted model",
    key=("run_id", "cluster"),
    erased_by=(),
    written="replace run",
    columns=(
        RUN_ID,
        Column("model_version", TEXT, "the run that fitted the model"),
        Column("cluster", WHOLE, "number of the cluster inside the model; names nothing outside it"),
        Column("segment_id", TEXT, "the segment these people are, carried over from run to run"),
        Column("algorithm", TEXT, "kmeans or bisecting_kmeans"),
        Column("centre", T.ArrayType(REAL), "the centre, in prepared columns in the order of run_parameters.preparation"),
        Column("origin", TEXT, "how the cluster came to be: same, split, merge, grown or new, against the run before"),
        Column("derived_from", TEXTS, "segments of the run before that it split off, merged or grew from; most of its people first"),
        Column("people_count", WHOLE, "people in the cluster when it was fitted, 10 at least; null when withheld, as in segment_sizes", "people"),
        Column("mlflow_run_id", TEXT, "the MLflow run that holds the model; null when MLflow is off"),
    ),
)  # fmt: skip

SEGMENT_DEFINITIONS = Table(
    "segment_definitions",
    grain="one version of one segment",
    key=("segment_id", "version"),
    erased_by=(),
    written="replace run",
    columns=(
        Column("segment_id", TEXT, "the segment, for good"),
        Column("version", WHOLE, "from 1; a new one when the rule, the model or the name changes"),
        Column("kind", TEXT, "cluster or rule"),
        Column("name", TEXT, "what tells it apart, in words"),
        Column("alias", TEXT, "name given by a person, which holds over refits; null when none"),
        Column("definition", TEXT, "the rule in words, or the model version and cluster"),
        Column("origin", TEXT, "how it came to be: same, split, merge, grown or new; null for rules"),
        Column("derived_from", TEXTS, "segments it split off, merged or grew from; empty when none"),
        RUN_ID,
    ),
)  # fmt: skip

SEGMENT_MEMBERS = Table(
    "segment_members",
    grain="one person in one segment now",
    key=("person_id", "segment_id"),
    erased_by=("person_id",),
    written="replace all",
    columns=(
        PERSON_ID,
        Column("segment_id", TEXT, "the segment"),
        Column("is_primary", FLAG, "whether it is the person's main segment: the cluster they are in"),
        Column("since_on", DAY, "as_of of the run in which the person entered"),
        BUCKET,
        Column("run_id", TEXT, "the published run this stands for"),
    ),
)  # fmt: skip

SEGMENT_CHANGES = Table(
    "segment_changes",
    grain="one person entering, leaving, or changing primary",
    key=("run_id", "person_id", "segment_id"),
    erased_by=("person_id",),
    written="replace run",
    columns=(
        RUN_ID,
        PERSON_ID,
        Column("segment_id", TEXT, "the segment"),
        Column("change", TEXT, "entered, left or primary_changed"),
        Column("is_primary", FLAG, "whether it is the main segment after the change"),
        Column("effective_on", DAY, "as_of of the run"),
        BUCKET,
    ),
)  # fmt: skip

SEGMENT_EVIDENCE = Table(
    "segment_evidence",
    grain="one person in a cluster, in one run: why that one",
    key=("run_id", "person_id"),
    erased_by=("person_id",),
    written="replace run",
    kept="evidence.keep_runs runs",
    columns=(
        RUN_ID,
        PERSON_ID,
        BUCKET,
        Column("segment_id", TEXT, "the segment of the nearest centre"),
        Column("distance", REAL, "Euclidean distance to it, in prepared columns", personal=True),
        Column("second_segment_id", TEXT, "the segment of the next nearest centre; null where there is one only"),
        Column("second_distance", REAL, "distance to that", personal=True),
    ),
)  # fmt: skip

SEGMENT_PROFILES = Table(
    "segment_profiles",
    grain="one feature in one segment of one run; what is known of fewer than 10 people has no row",
    key=("run_id", "segment_id", "feature"),
    erased_by=(),
    written="replace run",
    columns=(
        RUN_ID,
        Column("segment_id", TEXT, "the segment"),
        Column("feature", TEXT, "name in the catalogue"),
        Column("people_count", WHOLE, "people in the segment; null when segment_sizes withholds it", "people"),
        Column("share", REAL, "of all people as of the run; null with people_count"),
        Column("known_count", WHOLE, "people for whom the feature is known; up to 9 for whom it is not count as known; null with people_count", "people"),
        Column("mean", REAL, "mean over those"),
        Column("median", REAL, "median over those"),
        Column("effect", REAL, "(mean in − mean of the rest) / pooled standard deviation; null without a deviation, or with a rest of fewer than 10 people"),
    ),
)  # fmt: skip

SEGMENT_SIZES = Table(
    "segment_sizes",
    grain="one segment in one run",
    key=("run_id", "segment_id"),
    erased_by=(),
    written="replace run",
    columns=(
        RUN_ID,
        Column("segment_id", TEXT, "the segment"),
        Column("people_count", WHOLE, "members; null when withheld: fewer than 10, or others would follow from it (ADR 9); may be any number", "people"),
        Column("share", REAL, "of all people; null with people_count"),
        Column("entered_count", WHOLE, "people who entered; null when withheld, with left_count: one of them, or who stayed, would follow to be fewer than 10", "people"),
        Column("left_count", WHOLE, "people who left; null with entered_count", "people"),
    ),
)  # fmt: skip

SEGMENT_MOVES = Table(
    "segment_moves",
    grain="people who were in one main segment in the base run and are in another now; cells of fewer than 10 people, and others from which these would follow (ADR 9), are not written",
    key=("run_id", "from_segment_id", "to_segment_id"),
    erased_by=(),
    written="replace run",
    columns=(
        RUN_ID,
        Column("base_run_id", TEXT, "the run compared with"),
        Column("from_segment_id", TEXT, "main segment then; 'new' for people not seen then"),
        Column("to_segment_id", TEXT, "main segment now; 'gone' for people no longer seen"),
        Column("people_count", WHOLE, "people", "people"),
        Column("behaviour_count", WHOLE, "of these, people whom the model before would have moved as well: they changed; null when they stayed, and where a part is of fewer than 10", "people"),
        Column("model_count", WHOLE, "of these, people whom the model before would have left: the model changed; null when they stayed, and where a part is of fewer than 10", "people"),
    ),
)  # fmt: skip

GRAIN = Column("grain", TEXT, "what a path is: session; or person, all sessions of a person one after the other")
OF_SEGMENT = Column("segment_id", TEXT, "the segment; 'all' for everybody")

PATH_EDGES = Table(
    "path_edges",
    grain="one adjacent pair of steps in the paths of one segment, or of all; pairs of fewer than 10 people, and others from which these would follow (ADR 9), are not written",
    key=("run_id", "grain", "segment_id", "from_step", "to_step"),
    erased_by=(),
    written="replace run",
    columns=(
        RUN_ID,
        GRAIN,
        OF_SEGMENT,
        Column("from_step", TEXT, "step; 'path_start' before the first, '__other__' for steps beyond the top ones, '__hidden__' for steps of few people; an event of such a name is a step with ~ before it"),
        Column("to_step", TEXT, "the step after it, named alike; 'path_end' after the last"),
        Column("transition_count", WHOLE, "how often", "transitions"),
        Column("people_count", WHOLE, "people who did it", "people"),
        Column("transition_share", REAL, "of all transitions"),
        Column("out_share", REAL, "of all transitions out of from_step"),
        Column("in_share", REAL, "of all transitions into to_step"),
        Column("per_path", REAL, "transitions for each path", "transitions"),
        Column("median_seconds", REAL, "median time between the two; null at path_start and path_end", "seconds"),
        Column("q95_seconds", REAL, "95th percentile of the time between the two; null at path_start and path_end", "seconds"),
    ),
)  # fmt: skip

PATH_POSITIONS = Table(
    "path_positions",
    grain="one step at one place in the paths of one segment, or of all: the step matrix, whose columns sum to 1",
    key=("run_id", "grain", "segment_id", "place", "step"),
    erased_by=(),
    written="replace run",
    columns=(
        RUN_ID,
        GRAIN,
        OF_SEGMENT,
        Column("place", WHOLE, "place in the path, from 1", "steps"),
        Column("step", TEXT, "step, named as in path_edges; a path that is over stays in 'path_end'; '__hidden__' for steps that too few people have there, and others from which these would follow (ADR 9)"),
        Column("path_count", WHOLE, "paths that have the step there", "paths"),
        Column("path_share", REAL, "of all paths of the segment"),
    ),
)  # fmt: skip

PATH_STEPS = Table(
    "path_steps",
    grain="one step in the paths of one segment, or of all; steps of fewer than 10 people, and others from which these would follow (ADR 9), are not written",
    key=("run_id", "grain", "segment_id", "step"),
    erased_by=(),
    written="replace run",
    columns=(
        RUN_ID,
        GRAIN,
        OF_SEGMENT,
        Column("step", TEXT, "the step; named as in path_edges"),
        Column("people_count", WHOLE, "people who visit it", "people"),
        Column("path_count", WHOLE, "paths that visit it", "paths"),
        Column("visit_count", WHOLE, "visits of it", "visits"),
        Column("entry_share", REAL, "of all paths: those that begin with it; null when path_edges withholds its path_start"),
        Column("exit_share", REAL, "of all paths: those that end with it; null when path_edges withholds its path_end"),
        Column("drop_off_share", REAL, "of the paths that visit it: those that end with it; null with exit_share"),
        Column("loop_share", REAL, "of its visits that something follows: those that it follows itself; null without any, and when withheld as a pair would be"),
        Column("backtrack_share", REAL, "of its visits that two more steps follow: those that lead elsewhere and straight back; null without any, and when withheld"),
        Column("revisit_share", REAL, "of its visits: those after the first in their path"),
    ),
)  # fmt: skip

PATH_PATTERNS = Table(
    "path_patterns",
    grain="one pattern of steps in the paths of one segment, or of all; patterns of fewer than 10 people, and others from which these would follow (ADR 9), are not written",
    key=("run_id", "grain", "segment_id", "kind", "pattern"),
    erased_by=(),
    written="replace run",
    columns=(
        RUN_ID,
        GRAIN,
        OF_SEGMENT,
        Column("kind", TEXT, "pair or triple (steps in a row), sequence (others between them allowed), asked (in the settings)"),
        Column("pattern", TEXT, "the pattern, in the language of patterns"),
        Column("people_count", WHOLE, "people who show it", "people"),
        Column("path_count", WHOLE, "paths that hold it", "paths"),
        Column("occurrence_count", WHOLE, "how often, once for each step it begins with; of a pattern asked without `every`, the paths", "occurrences"),
        Column("path_share", REAL, "of all paths of the segment"),
        Column("goal_odds", REAL, "odds of the goal with the pattern over odds without; null without a goal, or where few show it"),
        Column("is_skewed", FLAG, "whether one outcome is ten times as frequent as the other, so that the odds say little; null without a goal"),
    ),
)  # fmt: skip

FUNNEL_STEPS = Table(
    "funnel_steps",
    grain="one step of one funnel in one segment, or for all; steps of fewer than 10 people, and others from which these would follow (ADR 9), are not written",
    key=("run_id", "funnel", "segment_id", "step_no"),
    erased_by=(),
    written="replace run",
    columns=(
        RUN_ID,
        Column("funnel", TEXT, "name of the funnel, from the settings"),
        OF_SEGMENT,
        Column("step_no", WHOLE, "from 1"),
        Column("step", TEXT, "the step as the settings say it; in a funnel of any order: so many of its steps"),
        Column("unit", TEXT, "what is counted: person or session"),
        Column("reached_count", WHOLE, "units that reached it", "units"),
        Column("people_count", WHOLE, "people who reached it", "people"),
        Column("open_count", WHOLE, "units that began, did not reach it, and whose window is not over; 0 when they are of fewer than 10 people, or withheld", "units"),
        Column("conversion_share", REAL, "reached, of those that began less the open ones; null when the first step is withheld"),
        Column("step_share", REAL, "reached, of those that reached the step before less the open ones among them; null when that is withheld"),
        Column("median_seconds", REAL, "median time from the first step to this, of those that reached it", "seconds"),
        Column("q95_seconds", REAL, "95th percentile of that time", "seconds"),
    ),
)  # fmt: skip

FUNNEL_WEEKS = Table(
    "funnel_weeks",
    grain="one step of one funnel in one week, in one segment, or for all; steps of fewer than 10 people, and others from which these would follow (ADR 9), are not written",
    key=("run_id", "funnel", "segment_id", "week_on", "step_no"),
    erased_by=(),
    written="replace run",
    columns=(
        RUN_ID,
        Column("funnel", TEXT, "name of the funnel, from the settings"),
        OF_SEGMENT,
        Column("week_on", DAY, "Monday (site zone) of the week in which the way began"),
        Column("step_no", WHOLE, "from 1"),
        Column("step", TEXT, "the step as the settings say it; in a funnel of any order: so many of its steps"),
        Column("reached_count", WHOLE, "units that reached it, whenever that was", "units"),
        Column("people_count", WHOLE, "people who reached it", "people"),
        Column("open_count", WHOLE, "units that began, did not reach it, and whose window is not over; 0 when they are of fewer than 10 people, or withheld", "units"),
        Column("drop_off_share", REAL, "of those that reached the step before, less the open ones among them: those that did not reach it; null at the first step, and when the step before is withheld"),
        Column("is_week_over", FLAG, "the week was over when the data ended; one that was not will still change"),
    ),
)  # fmt: skip

RUNS = Table(
    "runs",
    grain="one state of one attempt of one phase",
    key=("run_id", "phase", "attempt", "state_no"),
    erased_by=(),
    written="append",
    columns=(
        RUN_ID,
        Column("phase", TEXT, "name of the stage; 'publish' ends the run, 'after-publication' says that members, champion and report followed, 'lease' who holds the warehouse"),
        Column("attempt", WHOLE, "from 1"),
        Column("state_no", WHOLE, "from 1 inside the attempt; the newest counts"),
        Column("status", TEXT, "STARTED, DONE, FAILED, ABANDONED; PUBLISHED, or BACKFILLED where the run ended outside the chain of published runs: for an as_of older than the newest published one, or beyond the data"),
        Column("as_of", DAY, "the run's as_of; null before events were read"),
        Column("base_run_id", TEXT, "the published run this one follows; 'none' for the first; set by publish"),
        Column("inputs", TEXT, "tables read, by version, as JSON"),
        Column("outputs", TEXT, "tables written, by version, as JSON; of a publication what follows it"),
        Column("config_hash", TEXT, "SHA-256 of the resolved configuration"),
        Column("code_version", TEXT, "version of the package"),
        Column("suppression_version", WHOLE, "version of `suppressions` the run was made with"),
        Column("gates", TEXT, "checks before publication and their results, as JSON"),
        Column("row_count", WHOLE, "rows the phase wrote", "rows"),
        Column("recorded_at", INSTANT, "when the state was recorded", "UTC"),
        Column("lease_until", INSTANT, "until when the run is taken to be alive", "UTC"),
    ),
)  # fmt: skip

WAREHOUSE_FACTS = Table(
    "warehouse_facts",
    grain="one thing that was settled when the warehouse was begun, or when an identifier type first came, and holds for its life",
    key=("name",),
    erased_by=(),
    written="merge",
    columns=(
        Column(
            "name", TEXT,
            "what: data_secret, suppression_secret (their fingerprints), buckets, currency, consent_purpose, login_type, caseless:<type> (whether "
            "values of the type ignore case)",
        ),
        Column("value", TEXT, "its value; of a secret a keyed digest of a fixed text, by which it is known again and cannot be found"),
        RUN_ID,
        Column("recorded_at", INSTANT, "when it was settled", "UTC"),
    ),
)  # fmt: skip

ALL: tuple[Table, ...] = (
    EVENTS, INGEST_BATCHES, QUARANTINED_EVENTS, ROW_ACCOUNTS, STREAM_TAGS, IDENTITY_LINKS, IDENTIFIERS, IDENTITY_CUTS, IDENTITY_MAP, STREAM_OWNERS, PEOPLE, CONSENTS,
    SUPPRESSIONS, SESSIONS, FEATURES, RFM_SCORES, PERSON_LABELS, RUN_PARAMETERS, CLUSTER_TRIALS, CLUSTER_MODELS, SEGMENT_DEFINITIONS,
    SEGMENT_MEMBERS, SEGMENT_CHANGES, SEGMENT_EVIDENCE, SEGMENT_PROFILES, SEGMENT_SIZES, SEGMENT_MOVES,
    PATH_EDGES, PATH_POSITIONS, PATH_STEPS, PATH_PATTERNS, FUNNEL_STEPS, FUNNEL_WEEKS, RUNS, WAREHOUSE_FACTS,
)  # fmt: skip

SMALL_GROUP = 10
"""Groups of fewer people than this are not written to tables that outlive an erasure."""
EVERYBODY = "all"
"""What tables per segment have for segment_id where a row is of everybody."""
