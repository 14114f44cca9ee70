"""Defects in the data: copies and broken rows, as extra rows beside the regular ones."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from desirelines.synthetic.chance import one_of
from desirelines.synthetic.goods import CATEGORIES
from desirelines.synthetic.scope import DAY_MS, Scope, iso_ms

REGULAR = "regular"
WEB_MESS = {
    "exact_duplicate": 0.004,
    "conflict": 0.001,
    "late": 0.0015,
    "future": 0.0005,
    "malformed": 0.001,
    "missing_id": 0.001,
}
"""Extra rows of each kind as a share of the regular rows."""
ORDER_MESS = {"exact_duplicate": 0.002, "malformed": 0.001, "missing_id": 0.001}
EMAIL_MESS = {"exact_duplicate": 0.002, "missing_id": 0.001}
FATES = {
    REGULAR: "used",
    "bot": "used",
    "clock_skew": "used",
    "exact_duplicate": "duplicate",
    "conflict": "conflict",
    "late": "late",
    "future": "quarantined",
    "malformed": "quarantined",
    "missing_id": "quarantined",
}
RESENT_MS = 5_000
TWO_YEARS_MS = 730 * DAY_MS
WEB_COLUMNS = (
    "event_id",
    "anonymous_id",
    "user_id",
    "email",
    "event",
    "page",
    "product_id",
    "category",
    "search_term",
    "feature",
    "campaign",
    "order_id",
    "platform",
    "user_agent",
    "device_at",
    "sent_at",
    "received_at",
)


def to_web_events(clicks: DataFrame, scope: Scope) -> DataFrame:
    """The clicks with their extra rows.

    Columns are as the collector writes them, plus `mess` and `skewed`.
    """
    key = F.col("event_id")
    rows = clicks.withColumn("mess", F.explode(_copies(scope, WEB_MESS, key)))

    def on(mess: str) -> Column:
        return F.col("mess") == mess

    new_id = scope.chance.uuid("extra", key, F.col("mess"))
    is_new = F.col("mess").isin("late", "future", "malformed", "missing_id")
    delay = (
        F.when(on("conflict"), F.col("delay_ms") + RESENT_MS)
        .when(on("late"), _late_ms(scope))
        .otherwise(F.col("delay_ms"))
    )
    device_ms = (
        F.col("true_ms")
        + F.col("clock_ms")
        + F.when(on("future"), F.lit(TWO_YEARS_MS)).otherwise(F.lit(0))
    )
    other = one_of(CATEGORIES, scope.chance.whole(len(CATEGORIES) - 1, "other category", key))
    junk = one_of(
        ("not a time", "2025-02-30T99:00:00Z", "-"), scope.chance.whole(3, "junk time", key)
    )
    nobody = one_of(("", "null", "?"), scope.chance.whole(3, "nobody", key))
    changed = {
        "event_id": F.when(is_new, new_id).otherwise(key),
        "anonymous_id": F.when(on("missing_id"), F.nullif(nobody, F.lit("?"))).otherwise(
            F.col("anonymous_id")
        ),
        "user_id": F.when(~on("missing_id"), F.col("user_id")),
        "email": F.when(~on("missing_id"), F.col("email")),
        "page": F.when(on("conflict"), F.concat(F.lit("/outlet/"), other)).otherwise(F.col("page")),
        "category": F.when(
            on("conflict"), F.nullif(other, F.coalesce("category", F.lit("")))
        ).otherwise(F.col("category")),
        "device_at": F.when(on("malformed"), junk).otherwise(iso_ms(device_ms)),
        "sent_at": iso_ms(F.col("true_ms") + F.col("clock_ms") + delay),
        "received_at": iso_ms(F.col("true_ms") + delay),
    }
    return rows.withColumns(changed).select(*WEB_COLUMNS, "mess", "skewed")


def with_order_mess(lines: DataFrame, scope: Scope) -> DataFrame:
    """The order lines with their extra rows, and `mess`.

    Broken rows have an order of their own.
    """
    key = (F.col("order_id"), F.col("line_no"))
    rows = lines.withColumn("mess", F.explode(_copies(scope, ORDER_MESS, *key)))
    is_broken, is_lost = F.col("mess") == "malformed", F.col("mess") == "missing_id"
    in_words = scope.chance.happens(0.5, "in words", *key)
    return rows.withColumns(
        {
            "order_id": F.when(
                is_broken | is_lost, scope.chance.token("extra order", *key, F.col("mess"))
            ).otherwise(key[0]),
            "quantity": F.when(is_broken & in_words, F.lit("three")).otherwise(F.col("quantity")),
            "unit_price": F.when(is_broken & ~in_words, F.lit("n/a")).otherwise(
                F.col("unit_price")
            ),
            "customer_id": F.when(~is_lost, F.col("customer_id")),
        }
    )


def with_email_mess(events: DataFrame, scope: Scope) -> DataFrame:
    """The mail events with their extra rows, and `mess`."""
    key = F.col("event_id")
    rows = events.withColumn("mess", F.explode(_copies(scope, EMAIL_MESS, key)))
    is_lost = F.col("mess") == "missing_id"
    return rows.withColumns(
        {
            "event_id": F.when(is_lost, scope.chance.uuid("extra mail event", key)).otherwise(key),
            "email": F.when(~is_lost, F.col("email")),
        }
    )


def with_no_mess(rows: DataFrame) -> DataFrame:
    """Mark all rows as regular."""
    return rows.withColumn("mess", F.lit(REGULAR))


def count_mess(tables: dict[str, DataFrame]) -> DataFrame:
    """One row per source and mess: `source`, `mess`, `fate`, `is_subset`, `row_count`.

    The rows that are no subset of another sum to the raw table.
    """
    labels = [
        table.select(F.lit(source).alias("source"), "mess", _skewed(table).alias("skewed"))
        for source, table in tables.items()
    ]
    rows = labels[0]
    for more in labels[1:]:
        rows = rows.unionByName(more)
    skewed = F.when(F.col("skewed") & (F.col("mess") == REGULAR), F.lit("clock_skew"))
    counted = rows.withColumn("mess", F.explode(F.array_compact(F.array(F.col("mess"), skewed))))
    fate = F.element_at(
        F.create_map(*[F.lit(text) for pair in FATES.items() for text in pair]), F.col("mess")
    )
    return (
        counted.groupBy("source", "mess")
        .agg(F.count("*").alias("row_count"))
        .select(
            "source",
            "mess",
            fate.alias("fate"),
            (F.col("mess") == "clock_skew").alias("is_subset"),
            "row_count",
        )
    )


def _skewed(table: DataFrame) -> Column:
    return F.col("skewed") if "skewed" in table.columns else F.lit(False)


def _copies(scope: Scope, shares: dict[str, float], *key: Column) -> Column:
    """`regular`, plus one kind of mess for a few rows (array of string)."""
    drawn, reached = scope.chance.uniform("mess", *key), 0.0
    kind = F.lit(None).cast("string")
    for mess, share in shares.items():
        kind = F.when((drawn >= reached) & (drawn < reached + share), F.lit(mess)).otherwise(kind)
        reached += share
    return F.array_compact(F.array(F.lit(REGULAR), kind))


def _late_ms(scope: Scope) -> Column:
    """31 to 60 days."""
    return (
        F.lit(31 * DAY_MS) + scope.chance.uniform("late", F.col("event_id")) * (29 * DAY_MS)
    ).cast("long")
