"""Map raw rows to the event model, with every reason against a row beside it."""

from __future__ import annotations

from datetime import datetime

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from desirelines.catalogue.consent_words import GRANTED, REFUSED, UNSAID
from desirelines.columns.keys import identifier_key, stable_key
from desirelines.events.identifier_columns import (
    identifier_columns,
    key_column,
    normal_column,
    with_normal_values,
)
from desirelines.events.instants import within_calendar
from desirelines.events.marks import SESSION_TYPE, marked_key
from desirelines.events.raw_fields import (
    LINE_NUMBER,
    RAW,
    RawRows,
    broken_reason,
    is_broken_row,
    reasons_of,
)
from desirelines.events.row_expressions import ROW, with_expressions
from desirelines.events.times import corrected_for_clock, is_late, reasons_of_time
from desirelines.settings import Settings, Source, ValueColumn, plain_name
from desirelines.settings.identity import Identity
from desirelines.settings.model import Ingest

CONTENT = (
    "stream_id",
    "user_key",
    "occurred_at",
    "event_name",
    "page",
    "item_id",
    "category",
    "order_id",
    "quantity",
    "amount",
    "discount",
    "currency",
    "score",
    "campaign",
    "channel",
    "properties",
)
"""Content of an event. Two events that agree in these columns are copies of each other."""

_MAPPED = {"event_id": "given_id", "consent": "is_consent_granted"}
"""Columns that have another name during ingest."""

_TIMES = ("_occurred", "_received", "_sent")
"""Columns, during ingest, of an event's three times."""
_NUMBERS = ("quantity", "amount", "discount", "score")


def to_mapped_events(
    raw: DataFrame,
    pads: DataFrame,
    source: Source,
    settings: Settings,
    *,
    read_at: datetime,
    marked: Column | None = None,
) -> DataFrame:
    """Give one row per raw row: the event model's columns, `reasons` and `is_late`.

    `reasons` holds everything that speaks against the row, and is empty when it is good. `raw`
    holds row, raw, row_hash, file_name, file_place (and line). `pads` is the padded data secret
    (`keys.secret_pads`). `read_at` stands for now where a source does not say when it received a
    row: a later event is in the future. `marked` is true for rows from quarantine whose identifiers
    are marks: a mark gives the key and no value. A source's own rows have no marks.
    """
    # Expressions are added before the secret, so that no expression of a mapping can see the pads.
    raw_rows = RawRows(with_expressions(raw, source).crossJoin(pads), source).with_texts()
    raw_rows = with_normal_values(raw_rows, settings.identity)
    raw_rows = _with_times(raw_rows)
    keys, values = identifier_columns(raw_rows, settings.identity, marked)
    mapped = _with_model_columns(raw_rows, settings, keys | values, marked)
    mapped = _with_stream_and_kind(mapped, source, settings.identity)
    return mapped.withColumns(
        {
            "reasons": F.concat(
                "reasons", reasons_of(*_mapped_reasons(source, settings.ingest, read_at))
            ),
            "is_late": is_late(settings.ingest.late_days),
            "content_digest": content_digest(source, list(keys)),
        }
    )


def _with_times(raw_rows: RawRows) -> RawRows:
    """Add the times as instants: to parse a time costs most, and each is in many expressions.

    In two steps, because each is in the second one several times.
    """
    columns = raw_rows.source.columns
    parsed = {
        f"{column}_any": raw_rows.instant(time)
        for column, time in zip(
            _TIMES, (columns.occurred_at, columns.received_at, columns.sent_at), strict=True
        )
    }
    return raw_rows.adding(parsed).adding(
        {column: within_calendar(F.col(f"{column}_any")) for column in _TIMES}
    )


def _with_model_columns(
    raw_rows: RawRows,
    settings: Settings,
    identifiers: dict[str, Column],
    marked: Column | None,
) -> DataFrame:
    """Give the event model's columns that follow from the raw row alone."""
    source = raw_rows.source
    columns = source.columns
    occurred, received, sent = map(F.col, _TIMES)
    happened = corrected_for_clock(occurred, sent, received, settings.ingest.clock_minutes)
    numbers = {name: raw_rows.number(getattr(columns, name)) for name in _NUMBERS}
    return raw_rows.rows.select(
        RAW,
        *([] if source.format == "json" else [ROW]),
        "row_hash",
        "file_name",
        "file_place",
        *([LINE_NUMBER] if source.lines else []),
        *(identifier.alias(name) for name, identifier in identifiers.items()),
        happened.alias("occurred_at"),
        received.alias("received_at"),
        raw_rows.text(columns.event_id).alias("given_id"),
        raw_rows.text(columns.event_name).alias("event_name"),
        page_path(raw_rows.text(columns.page)).alias("page"),
        *(
            raw_rows.text(getattr(columns, n)).alias(n)
            for n in ("item_id", "category", "campaign", "channel", "user_agent")
        ),
        F.col(normal_column("order_id")).alias("order_id"),
        *(number.alias(name) for name, number in numbers.items()),
        F.coalesce(
            F.upper(normal_column("currency")),
            F.lit(source.currency or settings.site.currency),
        ).alias("currency"),
        consent_state(raw_rows.text(columns.consent)).alias("is_consent_granted"),
        *(
            consent_state(raw_rows.text(value)).alias(consent_column(purpose))
            for purpose, value in source.consents.items()
        ),
        session_key(raw_rows, columns.session_key, marked).alias("session_key"),
        kept_properties(raw_rows, source).alias("properties"),
        reasons_of(*_raw_reasons(raw_rows, occurred)).alias("reasons"),
    )


def _raw_reasons(raw_rows: RawRows, occurred: Column) -> list[Column]:
    """Reasons against the raw row: it cannot be read, or a time or a number in it cannot."""
    source = raw_rows.source
    columns = source.columns
    return [
        F.when(is_broken_row(source), F.lit(broken_reason(source))),
        F.when(raw_rows.has_lost_identifier, F.lit("identifier: not in the encoding of its file")),
        F.when(~raw_rows.is_written(columns.occurred_at), F.lit("occurred_at: missing")).when(
            occurred.isNull(), F.lit("occurred_at: not a time")
        ),
        *(
            F.when(is_unknown_consent(raw_rows.text(value)), F.lit(f"{place}: not a known word"))
            for place, value in {
                "consent": columns.consent,
                **{f"consents.{purpose}": value for purpose, value in source.consents.items()},
            }.items()
        ),
        *(
            F.when(raw_rows.number_is_broken(getattr(columns, n)), F.lit(f"{n}: not a number"))
            for n in _NUMBERS
        ),
    ]


def _with_stream_and_kind(mapped: DataFrame, source: Source, identity: Identity) -> DataFrame:
    """Add `stream_id`, `user_key` and `kind`; make `score` a double."""
    login = key_column(identity.login_type)
    return mapped.withColumns(
        {
            "stream_id": F.coalesce(*(F.col(key_column(t)) for t in source.stream)),
            "user_key": F.col(login) if login in mapped.columns else F.lit(None).cast("string"),
            "kind": kind_of(source.kinds),
            "score": F.col("score").cast("double"),
        }
    )


def _mapped_reasons(source: Source, ingest: Ingest, read_at: datetime) -> list[Column]:
    """Reasons against the mapped columns: a needed one is null, or the time cannot be right."""
    return [
        F.when(F.col("event_name").isNull(), F.lit("event_name: missing")),
        F.when(
            F.col("stream_id").isNull(),
            F.lit("stream: no identifier of type " + ", ".join(source.stream)),
        ),
        *(
            F.when(F.col(_MAPPED.get(name, name)).isNull(), F.lit(f"{name}: missing"))
            for name in source.required
        ),
        *reasons_of_time(ingest.future_minutes, ingest.floor_date, read_at),
    ]


def content_digest(source: Source, key_columns: list[str]) -> Column:
    """Digest of an event's content: equal where two events are copies of each other.

    For a snapshot's row, digest of the state: with all its identifiers, without the time it was
    taken.
    """
    if source.snapshot:
        return stable_key(
            *(F.col(c) for c in CONTENT if c != "occurred_at"),
            *(F.col(c) for c in sorted(key_columns)),
        )
    return stable_key(*(F.unix_micros(c) if c == "occurred_at" else F.col(c) for c in CONTENT))


def session_key(rows: RawRows, column: ValueColumn | None, marked: Column | None = None) -> Column:
    """Key of the source's own session id; null where the mapping names none.

    In `marked` rows the cell holds the key already.
    """
    if column is None:
        return F.lit(None).cast("string")
    key = identifier_key(SESSION_TYPE, rows.text(column))
    if marked is None or column.column is None:
        return key
    return F.when(marked, marked_key(SESSION_TYPE, rows.field(column.column))).otherwise(key)


def page_path(page: Column) -> Column:
    """Path of a page: no scheme, host, query, fragment or trailing slash.

    The front page is "/".
    """
    path = F.regexp_replace(
        F.regexp_replace(page, r"^[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*", ""), r"[?#].*\z", ""
    )
    bare = F.regexp_replace(path, r"/+\z", "")
    return F.when(page.isNotNull(), F.when(bare == "", F.lit("/")).otherwise(bare))


def kind_of(kinds: dict[str, str]) -> Column:
    """Kind of the source's event name; `other` for a name that the mapping does not list."""
    if not kinds:
        return F.lit("other")
    pairs = [F.lit(part) for pair in kinds.items() for part in pair]
    return F.coalesce(F.element_at(F.create_map(*pairs), F.col("event_name")), F.lit("other"))


def consent_column(purpose: str) -> str:
    """Column, during ingest, of the statement on a purpose beside that of the tables."""
    return f"_consent_to_{purpose}"


def consent_state(answer: Column) -> Column:
    """True for a given consent, false for a refused or withdrawn one, null for no statement."""
    word = _plain_word(answer)
    return F.when(word.isin(*GRANTED), F.lit(True)).when(word.isin(*REFUSED), F.lit(False))


def is_unknown_consent(answer: Column) -> Column:
    """True for a word that says neither yes nor no, nor that nothing was said."""
    return ~_plain_word(answer).isin(*GRANTED, *REFUSED, *UNSAID)


def _plain_word(answer: Column) -> Column:
    return F.translate(F.lower(answer), "-_ ", "")


def kept_properties(rows: RawRows, source: Source) -> Column:
    """The allow-listed properties as one JSON object; null when none is set."""
    if not source.properties:
        return F.lit(None).cast("string")
    kept = F.to_json(
        F.struct(*(rows.field(p).cast("string").alias(plain_name(p)) for p in source.properties))
    )
    return F.when(kept != "{}", kept)
