"""From events to sessions with their paths, in one shuffle around the kernel."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial, reduce

import pyarrow as pa
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql import types as T

from desirelines.catalogue.kinds import KINDS, RESERVED_STEPS, VIEW_KINDS
from desirelines.columns.keys import bucket_of, stable_key
from desirelines.sessions.arrow_batches import sessions_of_partition
from desirelines.sessions.kernel import Rules
from desirelines.sessions.orders import BACK, KNOWN
from desirelines.settings.sessions import Sessions
from desirelines.tables import MONEY, SESSIONS
from desirelines.tables.conform import conform


def to_sessions(
    events: DataFrame,
    settings: Sessions,
    *,
    zone: str,
    buckets: int,
    known_orders: DataFrame | None = None,
) -> DataFrame:
    """Build the sessions of the events' streams, as contracted.

    One shuffle of the events, by stream; Spark sorts nothing.

    A session ends where a stream is silent for longer than the gap (exactly the gap stays inside),
    where the login changes, and where the settings say so: after a maximum time, after a maximum
    number of events, at another campaign, at midnight in `zone`. Events with a session key form one
    session for each key of the stream, whatever lies between them. Events of equal time are ordered
    by received time (nulls first), source, file, place in the file and event id.

    An order counts once in its stream, in the session of its first line. `known_orders` (see
    `to_known_orders`) are the orders of these streams from before the events.
    """
    sent = events.select(*kernel_columns(settings, zone))
    if known_orders is not None:
        sent = sent.unionByName(known_orders, allowMissingColumns=True)
    rows = (sent if settings.on_midnight else sent.drop("day")).repartition("stream_id")
    cut: partial[Iterator[pa.RecordBatch]] = partial(
        sessions_of_partition, rules=rules_of(settings)
    )
    raw = rows.mapInArrow(cut, KERNEL_ROWS)
    return conform(with_contract_columns(raw, settings, buckets), SESSIONS.unfiled)


def to_known_orders(sessions: DataFrame) -> DataFrame:
    """What the sessions said of orders, as rows for the kernel beside those of events.

    Shape: stream_id, at_us, kind_no, order_no, line_content. `sessions` has stream_id and the two
    lists of orders.
    """
    said = F.arrays_zip(
        F.col("order_numbers").alias("order_no"), F.col("order_contents").alias("line_content")
    )
    return (
        sessions.filter(F.size("order_numbers") > 0)
        .select("stream_id", F.inline(said))
        .withColumns({"at_us": F.lit(0).cast("long"), "kind_no": F.lit(KNOWN).cast("long")})
    )


def rules_of(settings: Sessions) -> Rules:
    """Convert the settings to the kernel's rules."""
    return Rules(
        gap_us=settings.longest_silence_us,
        max_us=None if settings.max_hours is None else int(settings.max_hours * 3_600_000_000),
        max_events=settings.max_events,
        on_user_change=settings.on_user_change,
        on_campaign_change=settings.on_campaign_change,
        on_midnight=settings.on_midnight,
        ping_us=int(settings.ping_seconds * 1_000_000),
    )


def kernel_columns(settings: Sessions, zone: str) -> list[Column | str]:
    """Columns of an event that the kernel needs."""
    local_day = F.unix_date(F.from_utc_timestamp("occurred_at", zone).cast("date"))
    money = (value * 10_000 for value in (line_amount(), F.col("discount")))
    return [
        "stream_id",
        F.unix_micros("occurred_at").alias("at_us"),
        F.when(F.col("file_name").isNull(), F.unix_micros("received_at")).alias("received_us"),
        "source",
        "file_name",
        "file_place",
        "event_id",
        "user_key",
        "session_key",
        "category",
        "campaign",
        "channel",
        local_day.cast("long").alias("day"),
        step_name(settings).alias("step"),
        kind_number().alias("kind_no"),
        F.when(F.col("order_id").isNull(), F.lit(0))
        .otherwise(F.xxhash64("source", "order_id"))
        .alias("order_no"),
        F.when(
            F.col("order_id").isNotNull() & (F.col("kind") == "purchase"),
            F.xxhash64("item_id", "quantity", "amount", "discount"),
        ).alias("line_content"),
        *(
            value.cast("long").alias(f"{name}_e4")
            for name, value in zip(("amount", "discount"), money, strict=True)
        ),
        "score",
    ]


def step_name(settings: Sessions) -> Column:
    """Name of an event's step.

    It is the name of the first rule that matches the event's name (or its page, where it has one),
    else that name or page itself.

    Words with a reserved meaning in the tables of paths are not valid step names. An event with
    such a name, with or without leading `~`, gets one more `~` before its step. So two names never
    become one, and none becomes a reserved word.
    """
    name = F.coalesce("page", "event_name") if settings.step == "page" else F.col("event_name")
    alias = F.lit(None).cast("string")
    for rule in reversed(settings.step_rules):
        alias = F.when(name.rlike(rule.pattern), F.lit(rule.name)).otherwise(alias)
    is_taken = F.ltrim(name, F.lit("~")).isin(*RESERVED_STEPS)
    return F.coalesce(alias, F.when(is_taken, F.concat(F.lit("~"), name)).otherwise(name))


def kind_number() -> Column:
    """Number of the event's kind in KINDS; BACK for a purchase line that goes back.

    Such a line has a negative amount or a negative quantity.
    """
    is_back = F.coalesce((F.col("amount") < 0) | is_of_pieces_back(), F.lit(False))
    numbers = F.create_map(
        *(F.lit(part) for number, kind in enumerate(KINDS) for part in (kind, number))
    )
    number = F.coalesce(F.element_at(numbers, F.col("kind")), F.lit(KINDS.index("other")))
    is_returned = (F.col("kind") == "purchase") & is_back
    return F.when(is_returned, F.lit(BACK)).otherwise(number).cast("long")


def line_amount() -> Column:
    """Money of a line: negative for pieces that go back, also where only their number says so."""
    is_positive = is_of_pieces_back() & (F.col("amount") > 0)
    return F.when(is_positive, -F.col("amount")).otherwise(F.col("amount"))


def is_of_pieces_back() -> Column:
    """Whether an event is a purchase line with a negative quantity."""
    return (F.col("kind") == "purchase") & (F.col("quantity") < 0)


def with_contract_columns(raw: DataFrame, settings: Sessions, buckets: int) -> DataFrame:
    """Convert the kernel's microseconds and ten-thousandths to the contract's types."""
    instants = {
        "started_at": "start_us",
        "ended_at": "end_us",
        "first_order_at": "first_order_us",
        "last_order_at": "last_order_us",
        "last_cart_at": "last_cart_us",
    }
    return raw.withColumns(
        {
            **{name: F.timestamp_micros(F.col(us)) for name, us in instants.items()},
            **{name: money(F.col(f"{name}_e4")) for name in ("amount", "discount", "refunded")},
            "session_id": stable_key(F.col("stream_id"), F.col("start_us"), F.col("ordinal")),
            "started_on": F.timestamp_micros(F.col("start_us")).cast("date"),
            "bucket": bucket_of(F.col("stream_id"), buckets),
            "engaged_seconds": F.col("engaged_us") / F.lit(1_000_000.0),
            "order_count": F.col("purchase_count"),
            "is_visit": is_visit(settings),
            "is_engaged": is_engaged(settings),
        }
    )


def money(ten_thousandths: Column) -> Column:
    """Convert whole ten-thousandths to money.

    Most sessions carry no money; decimal division is slow, so zero is handled apart.
    """
    divided = (ten_thousandths.cast("decimal(18,0)") / F.lit(10_000)).cast(MONEY)
    return F.when(ten_thousandths == 0, F.lit(0).cast(MONEY)).otherwise(divided)


def is_visit(settings: Sessions) -> Column:
    """Whether the person did something on the site or in the app; a purchase by setting."""
    if not settings.purchases_are_visits:
        return F.col("is_visit")
    return F.col("is_visit") | (F.col("purchase_count") > 0)


def is_engaged(settings: Sessions) -> Column:
    """Whether a visit was more than a bounce; null for sessions that are no visit.

    Engaged means: longer than the setting, two views, or a key step. Source: Google Analytics 4's
    definition of an engaged session.
    """
    views = reduce(lambda one, other: one + other, (F.col(f"{kind}_count") for kind in VIEW_KINDS))
    long = F.coalesce(F.col("engaged_us") > int(settings.engaged_seconds * 1_000_000), F.lit(False))
    key = (F.col(f"{kind}_count") > 0 for kind in settings.key_kinds)
    return F.when(
        is_visit(settings), reduce(lambda one, other: one | other, key, long | (views >= 2))
    )


ORDER_LISTS = (
    "order_numbers",
    "order_contents",
    "order_times",
    "order_lines",
    "order_amounts",
    "order_discounts",
)
"""What a session says of orders: one element per statement, see `orders`."""
KERNEL_ROWS = T.StructType(
    [
        T.StructField(name, T.StringType())
        for name in ("stream_id", "user_key", "session_key", "campaign", "channel")
    ]
    + [T.StructField(name, T.LongType()) for name in ("start_us", "end_us", "ordinal")]
    + [
        T.StructField("cause", T.StringType()),
        T.StructField("source", T.StringType()),
        T.StructField("event_count", T.LongType()),
    ]
    + [T.StructField("is_visit", T.BooleanType()), T.StructField("engaged_us", T.LongType())]
    + [T.StructField(f"{kind}_count", T.LongType()) for kind in (*KINDS, "order_line")]
    + [
        T.StructField(n, T.LongType())
        for n in (
            "amount_e4",
            "discount_e4",
            "refunded_e4",
            "first_order_us",
            "last_order_us",
            "last_cart_us",
        )
    ]
    + [T.StructField(n, T.ArrayType(T.LongType())) for n in ORDER_LISTS]
    + [
        T.StructField("score", T.DoubleType()),
        T.StructField("categories", T.ArrayType(T.StringType())),
    ]
    + [T.StructField(n, T.LongType()) for n in ("backtrack_count", "revisit_count")]
    + [T.StructField(n, T.StringType()) for n in ("entry_step", "exit_step")]
    + [
        T.StructField("steps", T.ArrayType(T.StringType())),
        T.StructField("step_kinds", T.ArrayType(T.StringType())),
    ]
    + [T.StructField("step_offsets", T.ArrayType(T.LongType()))]
)
