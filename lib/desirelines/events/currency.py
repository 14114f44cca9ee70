"""Money in one currency: what was paid in another is converted by the rate of its day, or held back; never guessed."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from desirelines.events.raw_fields import reasons_of
from desirelines.settings.model import Site
from desirelines.tables import MONEY, RATE

CONVERTED = ("amount", "discount")
"""Columns of an event that hold money."""


def to_rate_spans(rates: DataFrame, *, carry_days: int) -> DataFrame:
    """Give the days on which each rate holds: currency, rate, from_on (inclusive), to_on (exclusive).

    `rates` holds currency, from_on and rate, one row a currency and day. A rate holds until the next one of its currency, and
    no longer than `carry_days` after its day: weekends and holidays have none of their own, a table that ended has none at all.
    """
    following = F.lead("from_on").over(Window.partitionBy("currency").orderBy("from_on"))
    longest = F.date_add("from_on", carry_days + 1)
    return rates.select(
        "currency",
        "rate",
        "from_on",
        F.least(F.coalesce(following, longest), longest).alias("to_on"),
    )


def with_reporting_currency(mapped: DataFrame, rates: DataFrame | None, site: Site) -> DataFrame:
    """Convert `amount` and `discount` by the rate of the event's UTC day; add `given_currency` and `rate`.

    Rounded half up to four places. A row with money and no rate gets a reason and goes to quarantine. `content_digest` was made
    of what was given, so a corrected rate makes no conflict of a redelivery. Without a table of rates only money in the
    reporting currency is used.
    """
    given = mapped.withColumnRenamed("currency", "given_currency")
    is_own = F.col("given_currency") == F.lit(site.currency)
    if rates is None or site.rates is None:
        rated = given.withColumn("rate", F.when(is_own, F.lit(1).cast(RATE)))
    else:
        foreign = F.broadcast(
            to_rate_spans(rates, carry_days=site.rates.carry_days).select(
                F.col("currency").alias("_currency"),
                "from_on",
                "to_on",
                F.col("rate").alias("_rate"),
            )
        )
        day = F.col("occurred_at").cast("date")
        holds = (
            (F.col("given_currency") == F.col("_currency"))
            & (day >= F.col("from_on"))
            & (day < F.col("to_on"))
        )
        rated = given.join(foreign, holds, "left").withColumn(
            "rate", F.when(is_own, F.lit(1).cast(RATE)).otherwise(F.col("_rate"))
        )
        rated = rated.drop("_currency", "from_on", "to_on", "_rate")
    has_money = F.coalesce(*CONVERTED).isNotNull()
    converted = {name: _converted(F.col(name), is_own) for name in CONVERTED}
    reasons = [
        F.when(
            has_money & F.col("rate").isNull(),
            F.lit(f"currency: no rate to {site.currency} on its day"),
        )
    ]
    for name, money in converted.items():
        is_lost = F.col(name).isNotNull() & F.col("rate").isNotNull() & money.isNull()
        reasons.append(F.when(is_lost, F.lit(f"{name}: too large in {site.currency}")))
    return rated.withColumns(
        {
            **converted,
            "rate": F.when(has_money, F.col("rate")),
            "currency": F.lit(site.currency),
            "reasons": F.concat("reasons", reasons_of(*reasons)),
        }
    )


def _converted(money: Column, is_own: Column) -> Column:
    return F.when(is_own, money).otherwise((money * F.col("rate")).try_cast(MONEY))
