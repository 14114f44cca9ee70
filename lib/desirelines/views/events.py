"""Events as stages use them."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from desirelines.privacy.consent import consent_intervals, drop_refused, to_refusals, with_consent
from desirelines.run.context import Run
from desirelines.tables import CONSENTS, EVENTS, STREAM_TAGS
from desirelines.views.identities import open_identities


def usable_events(run: Run) -> DataFrame:
    """Events with is_bot and is_consented.

    `is_bot` is true from the first tag of the stream on; never if the settings keep bots.
    """
    consent = run.settings.consent
    is_mapped = any(s.columns.consent is not None for s in run.settings.sources)
    unknown = not is_mapped if consent.unknown == "auto" else consent.unknown == "granted"
    events = with_consent(
        run.warehouse.read(EVENTS), consents_in_force(run), unknown_is_granted=unknown
    )
    if not run.settings.bots.leave_out:
        return events.withColumn("is_bot", F.lit(False))
    tags = (
        run.warehouse.read(STREAM_TAGS)
        .groupBy("stream_id")
        .agg(F.min("from_at").alias("_bot_from"))
    )
    is_bot = F.coalesce(F.col("occurred_at") >= F.col("_bot_from"), F.lit(False))
    return (
        events.join(F.broadcast(tags), "stream_id", "left")
        .withColumn("is_bot", is_bot)
        .drop("_bot_from")
    )


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
