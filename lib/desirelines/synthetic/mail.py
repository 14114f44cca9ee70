"""Logs of the mail system: one row per mail sent, opened, clicked."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from desirelines.synthetic.personas import trait
from desirelines.synthetic.scope import DAY_MS, HOUR_MS, Scope, iso_ms

EVERY_DAYS = 21
KINDS = ("sent", "opened", "clicked")


def to_email_events(people: DataFrame, scope: Scope) -> DataFrame:
    """One row per mail and event (sent, opened, clicked).

    Mails go out every three weeks to people who want them.
    """
    mails = people.where(_wants_mail(scope)).withColumn("day", F.explode(_mail_days(scope)))
    happened = mails.withColumn("kind", F.explode(_kinds(scope)))
    mail = (F.col("person_no"), F.col("day"))
    return happened.select(
        scope.chance.token("mail message", *mail).alias("message_id"),
        F.element_at(F.array(*map(F.lit, KINDS)), F.col("kind") + 1).alias("event"),
        "email",
        F.concat(F.lit("letter_"), F.col("day").cast("string")).alias("campaign"),
        iso_ms(_occurred_ms(scope)).alias("occurred_at"),
        scope.chance.uuid("mail event", *mail, F.col("kind")).alias("event_id"),
    )


def _wants_mail(scope: Scope) -> Column:
    return scope.chance.happens(0.85, "wants mail", F.col("person_no"))


def _mail_days(scope: Scope) -> Column:
    """Days (array of int) on which the person is sent a mail.

    There are none before they have an account, and none on the last four days.
    """
    days = F.sequence(F.lit(1), F.lit(max(1, scope.days - 5)), F.lit(EVERY_DAYS))
    account_from = F.when(F.col("is_new"), F.element_at("login_days", 1)).otherwise(
        F.col("starts_on")
    )
    return F.filter(days, lambda day: (day > account_from) & (day <= scope.days - 5))


def _kinds(scope: Scope) -> Column:
    """0 sent; 1 opened, at the person's own rate; 2 clicked, one of four opened."""
    person, day = F.col("person_no"), F.col("day")
    rate = trait("opens", F.col("persona_no")) * (scope.chance.uniform("opens", person) + 0.5)
    opened = scope.chance.happens(rate, "opened", person, day) & (day < F.col("ends_on"))
    clicked = opened & scope.chance.happens(0.25, "clicked", person, day)
    return F.sequence(F.lit(0), opened.cast("int") + clicked.cast("int"))


def _occurred_ms(scope: Scope) -> Column:
    """Sent at 8 UTC, opened within 30 hours, clicked within ten minutes of that."""
    key = (F.col("person_no"), F.col("day"))
    sent = (
        F.lit(scope.start_ms)
        + F.col("day").cast("long") * DAY_MS
        + 8 * HOUR_MS
        + scope.chance.whole(3_600_000, "sent", *key)
    )
    opened = sent + 60_000 + scope.chance.whole(30 * HOUR_MS, "opened at", *key)
    clicked = opened + 2_000 + scope.chance.whole(600_000, "clicked at", *key)
    return F.when(F.col("kind") == 0, sent).when(F.col("kind") == 1, opened).otherwise(clicked)
