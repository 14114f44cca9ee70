"""Events as stages use them, and where the data end."""

from __future__ import annotations

from datetime import date, timedelta

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from desirelines.errors import EmptyInputError
from desirelines.privacy.consent import consent_intervals, drop_refused, to_refusals, with_consent
from desirelines.run.context import Run
from desirelines.tables import CONSENTS, EVENTS, STREAM_TAGS
from desirelines.views.identities import open_identities


def usable_events(run: Run) -> DataFrame:
    """Events with is_bot (from its verdict on; never true while robots are not to be left out) and is_consented."""
    consent = run.settings.consent
    mapped = any(s.columns.consent is not None for s in run.settings.sources)
    unknown = not mapped if consent.unknown == "auto" else consent.unknown == "granted"
    events = with_consent(
        run.warehouse.read(EVENTS), consents_in_force(run), unknown_is_granted=unknown
    )
    if not run.settings.bots.leave_out:
        return events.withColumn("is_bot", F.lit(False))
    verdicts = (
        run.warehouse.read(STREAM_TAGS)
        .groupBy("stream_id")
        .agg(F.min("from_at").alias("_bot_from"))
    )
    is_bot = F.coalesce(F.col("occurred_at") >= F.col("_bot_from"), F.lit(False))
    return (
        events.join(F.broadcast(verdicts), "stream_id", "left")
        .withColumn("is_bot", is_bot)
        .drop("_bot_from")
    )


def keep_consented(run: Run, rows: DataFrame, *, began: str, ended: str) -> DataFrame:
    """Rows of people none of whose identifiers refused at the time, or refuses now; each key's own consent is settled already."""
    if not run.warehouse.exists(CONSENTS):
        return rows
    return drop_refused(
        rows, to_refusals(consents_in_force(run), open_identities(run)), began=began, ended=ended
    )


def consents_in_force(run: Run) -> DataFrame:
    """Intervals of consent to the purpose, as it stands at as_of."""
    return consent_intervals(
        run.warehouse.read(CONSENTS), purpose=run.settings.consent.purpose, at=run.window.end
    )


def day_after_newest_event(run: Run) -> date:
    """The midnight (site zone) after the newest accepted event: where the data end. Asked for once.

    Raises:
        EmptyInputError: no event was accepted.
    """
    if "data_end" not in run.memo:
        events = run.warehouse.read(EVENTS)
        newest_day = events.agg(F.max("occurred_on")).collect()[0][
            0
        ]  # the table's log knows; then one day is read
        if newest_day is None:
            raise EmptyInputError(
                "no event was accepted: every row is in quarantine or late. `desirelines check` shows the reasons."
            )
        local = F.from_utc_timestamp("occurred_at", run.settings.site.time_zone).cast("date")
        newest: date = (
            events.filter(F.col("occurred_on") == F.lit(newest_day))
            .agg(F.max(local))
            .collect()[0][0]
        )
        run.memo["data_end"] = newest + timedelta(days=1)
    data_end: date = run.memo["data_end"]
    return data_end
