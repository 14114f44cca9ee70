"""Events as stages use them."""

from __future__ import annotations

from collections.abc import Mapping

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from desirelines.identities.stream_owners import with_person
from desirelines.io.tables.rows import empty_like
from desirelines.privacy.consent import (
    consent_intervals,
    drop_refused,
    to_agreement,
    to_refusals,
    with_consent,
)
from desirelines.run.context import Run
from desirelines.tables import CONSENTS, EVENTS, STREAM_TAGS
from desirelines.views.identities import open_identities, open_owners


def usable_events(run: Run) -> DataFrame:
    """Events with is_bot and is_consented.

    `is_bot` is true for events of a bot's agent and for events of a session that `stream_tags`
    names; never if the settings keep bots, all or those of the source.
    """
    events = events_by_agent(run)
    if not run.settings.bots.leave_out or not run.warehouse.row_count(STREAM_TAGS):
        return events
    tags = run.warehouse.read(STREAM_TAGS).filter(F.col("reason") != "bot_agent")
    spans = tags.groupBy("stream_id").agg(
        F.collect_list(F.struct("from_at", "until_at", "session_key")).alias("_spans")
    )
    in_a_span = F.exists(
        "_spans",
        lambda span: (
            F.col("occurred_at").between(span["from_at"], span["until_at"])
            & span["session_key"].eqNullSafe(F.col("session_key"))
        ),
    )
    is_bot = F.col("is_bot") | F.coalesce(in_a_span, F.lit(False))
    tagged = events.join(F.broadcast(spans), "stream_id", "left")
    return tagged.withColumn("is_bot", is_bot).drop("_spans")


def events_by_agent(run: Run) -> DataFrame:
    """Events with is_bot, true for those of a bot's agent, and is_consented.

    `is_bot` is never true if the settings keep bots, all or those of the source.
    """
    unknown = unknown_is_granted(run, run.settings.consent.purpose)
    events = with_consent(
        run.warehouse.read(EVENTS), consents_in_force(run), unknown_is_granted=unknown
    )
    if not run.settings.bots.leave_out:
        return events.withColumn("is_bot", F.lit(False))
    keep_bots = [source.name for source in run.settings.sources if source.keep_bots]
    is_bot = F.col("is_bot_agent")
    if keep_bots:
        is_bot &= ~F.col("source").isin(keep_bots)
    return events.withColumn("is_bot", is_bot)


def keep_consented(run: Run, rows: DataFrame, *, began: str, ended: str) -> DataFrame:
    """Rows of people of whom no identifier refused consent at the time, or refuses now.

    The consent of each row's own key is checked before.
    """
    if not run.warehouse.exists(CONSENTS):
        return rows
    return drop_refused(
        rows, to_refusals(consents_in_force(run), open_identities(run)), began=began, ended=ended
    )


def consents_in_force(run: Run) -> DataFrame:
    """Intervals of consent to the purpose, as of as_of."""
    return consent_intervals(
        run.warehouse.read(CONSENTS), purpose=run.settings.consent.purpose, at=run.window.end
    )


def unknown_is_granted(run: Run, purpose: str) -> bool:
    """Whether who stated nothing on a purpose agrees to it; by default only where nobody can."""
    consent = run.settings.consent
    if consent.unknown != "auto":
        return consent.unknown == "granted"
    is_mapped = any(source.columns.consent is not None for source in run.settings.sources)
    return purpose == consent.purpose and not is_mapped


def with_agreement(run: Run, people: DataFrame, purposes: Mapping[str, str]) -> DataFrame:
    """Add a column for each purpose: whether the person agrees to it as of as_of.

    Null for who stated nothing, unless that counts as consent.
    """
    exists = run.warehouse.exists(CONSENTS)
    consents = run.warehouse.read(CONSENTS) if exists else empty_like(run.spark, CONSENTS)
    agreement = to_agreement(consents, open_identities(run), purposes, at=run.window.end)
    granted = {
        column: F.coalesce(column, F.lit(True))
        for purpose, column in purposes.items()
        if unknown_is_granted(run, purpose)
    }
    return people.join(agreement, "person_id", "left").withColumns(granted)


def events_of_people(run: Run) -> DataFrame:
    """Usable events with their person."""
    usable = usable_events(run).filter(~F.col("is_bot") & F.col("is_consented"))
    people = with_person(
        usable.withColumn("started_at", F.col("occurred_at")),
        open_identities(run),
        open_owners(run),
    )
    return keep_consented(run, people, began="occurred_at", ended="occurred_at")
