"""Logs of the help desk: contacts, and answers to its survey."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from desirelines.synthetic.chance import one_of
from desirelines.synthetic.personas import trait
from desirelines.synthetic.scope import HOUR_MS, Scope

TOPICS = ("delivery", "returns", "payment", "account", "product", "app")
SURVEY_EVERY = 6
"""Months (of 30 days) between surveys."""


def to_support(people: DataFrame, scope: Scope) -> DataFrame:
    """One row per ticket: a contact, or a survey's score (0 to 10, as text).

    `opened_at` has the zone's offset.
    """
    months = people.withColumn(
        "month", F.explode(F.sequence(F.lit(0), F.lit((scope.days - 1) // 30)))
    )
    tickets = months.withColumn("kind", F.explode(_kinds(scope)))
    key = (F.col("person_no"), F.col("month"), F.col("kind"))
    placed = tickets.withColumn(
        "day", (F.col("month") * 30 + scope.chance.whole(30, "ticket day", *key)).cast("int")
    )
    present = placed.where(
        (F.col("day") >= F.col("starts_on"))
        & (F.col("day") < F.least("ends_on", F.lit(scope.days - 1)))
    )
    is_survey = F.col("kind") == "nps"
    topic = one_of(TOPICS, scope.chance.whole(len(TOPICS), "topic", *key))
    return present.withColumn("opened_ms", _opened_ms(scope, key)).select(
        scope.chance.token("ticket", *key).alias("ticket_id"),
        F.col("user_id").alias("customer_id"),
        with_offset(F.col("opened_ms"), F.col("time_zone")).alias("opened_at"),
        "kind",
        F.when(is_survey, _score(scope, key)).alias("score"),
        F.when(is_survey, F.lit("survey")).otherwise(topic).alias("topic"),
    )


def with_offset(ms: Column, time_zone: Column) -> Column:
    """ISO-8601 in the zone's local time with its offset of that day.

    An example is 2025-07-01T12:00:00+02:00.
    """
    utc = F.timestamp_millis(ms)
    wall = F.from_utc_timestamp(utc, time_zone)
    hours = ((F.unix_millis(wall) - ms) / HOUR_MS).cast("int")
    sign = F.when(hours < 0, F.lit("-")).otherwise(F.lit("+"))
    offset = F.concat(sign, F.lpad(F.abs(hours).cast("string"), 2, "0"), F.lit(":00"))
    return F.concat(F.date_format(wall, "yyyy-MM-dd'T'HH:mm:ss"), offset)


def _kinds(scope: Scope) -> Column:
    key = (F.col("person_no"), F.col("month"))
    contact = scope.chance.happens(
        trait("tickets_a_year", F.col("persona_no")) / 12, "contact", *key
    )
    survey = (F.col("month") % SURVEY_EVERY == SURVEY_EVERY - 2) & scope.chance.happens(
        0.5, "answers", *key
    )
    kinds = F.array(F.when(contact, F.lit("contact")), F.when(survey, F.lit("nps")))
    return F.array_compact(kinds)


def _opened_ms(scope: Scope, key: tuple[Column, ...]) -> Column:
    """Between 9 and 17 o'clock local time of the person."""
    local = F.lit(9 * HOUR_MS) + scope.chance.whole(8 * 3600, "ticket time", *key) * 1000
    return scope.utc_ms(F.col("day"), local, F.col("time_zone"))


def _score(scope: Scope, key: tuple[Column, ...]) -> Column:
    middle = trait("nps", F.col("persona_no")) + scope.chance.normal("score", *key) * 1.5
    return F.greatest(F.lit(0), F.least(F.lit(10), F.round(middle))).cast("int").cast("string")
