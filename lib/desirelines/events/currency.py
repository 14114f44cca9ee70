"""Money in one reporting currency.

Money in another currency is converted by the rate of its day, or held back; it is never guessed.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from desirelines.catalogue.kinds import MONEY_KINDS
from desirelines.events.raw_fields import reasons_of
from desirelines.settings.model import Site
from desirelines.tables import MONEY, RATE

CONVERTED = ("amount", "discount")
"""Columns of an event that hold money."""
MOST_MONEY = 10_000_000_000
"""Amounts from here on are refused: ten thousand of them in one session would not fit a sum."""


def to_rate_spans(rates: DataFrame, *, carry_days: int) -> DataFrame:
    """Days on which each rate holds: currency, rate, from_on (inclusive), to_on (exclusive).

    `rates` holds currency, from_on and rate, one row per currency and day. A rate holds until the
    next one of its currency, and at most `carry_days` after its day: weekends and holidays have no
    rate, so the last one carries over; a table that is no longer updated must not carry over
    forever.
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
    """Convert `amount` and `discount` by the rate of the event's UTC day; add the rate.

    Adds `given_currency` and `rate`. Amounts are rounded half up to four places. Where there is no
    rate, or an amount of MOST_MONEY or more, a row about money gets a reason and goes to
    quarantine, and any other row loses that amount. `content_digest` is computed from the given
    amounts, so a redelivery after a corrected rate is no conflict. Without a rates table only money
    in the reporting currency is used.
    """
    given = mapped.withColumnRenamed("currency", "given_currency")
    is_reporting = F.col("given_currency") == F.lit(site.currency)
    if rates is None or site.rates is None:
        rated = given.withColumn("rate", F.when(is_reporting, F.lit(1).cast(RATE)))
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
            "rate", F.when(is_reporting, F.lit(1).cast(RATE)).otherwise(F.col("_rate"))
        )
        rated = rated.drop("_currency", "from_on", "to_on", "_rate")
    has_money = F.coalesce(*CONVERTED).isNotNull()
    converted = {name: _converted(F.col(name), is_reporting) for name in CONVERTED}
    is_about_money = F.col("kind").isin(*MONEY_KINDS)
    reasons = [
        F.when(
            is_about_money & has_money & F.col("rate").isNull(),
            F.when(
                F.col("given_currency").rlike("^[A-Z]{3}$"),
                F.lit(f"currency: no rate to {site.currency} on its day"),
            ).otherwise(F.lit("currency: not a code of ISO 4217, such as EUR")),
        )
    ]
    for name, money in converted.items():
        is_lost = F.col(name).isNotNull() & F.col("rate").isNotNull() & money.isNull()
        reasons.append(
            F.when(is_about_money & is_lost, F.lit(f"{name}: too large in {site.currency}"))
        )
    return rated.withColumns(
        {
            **converted,
            "rate": F.when(has_money, F.col("rate")),
            "currency": F.lit(site.currency),
            "reasons": F.concat("reasons", reasons_of(*reasons)),
        }
    )


def _converted(money: Column, is_reporting: Column) -> Column:
    converted = F.when(is_reporting, money).otherwise((money * F.col("rate")).try_cast(MONEY))
    return F.when(F.abs(converted) < F.lit(MOST_MONEY), converted)
