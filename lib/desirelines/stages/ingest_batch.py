"""Write a batch of rows to the tables: every row gets a fate, and the fates must add up."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from desirelines.columns.keys import secret_pads
from desirelines.errors import AccountError
from desirelines.events.currency import with_reporting_currency
from desirelines.events.fates import (
    KEPT_IN_QUARANTINE,
    LOOK_UP,
    keep_sinks_columns,
    suppressed_at,
    to_account,
    with_fates,
    with_suppressed,
    with_text_of_conflicts,
)
from desirelines.events.masking import masked_text
from desirelines.events.parse import key_column, to_mapped_events
from desirelines.events.raw_fields import ALIAS_KEY, raw_text
from desirelines.frames.keep import kept, release
from desirelines.io.sources.rates import currency_rates
from desirelines.run.context import Run
from desirelines.settings import Source
from desirelines.stages.ingest_account import has_account, write_account
from desirelines.stages.ingest_tables import Quarantined, write_tables
from desirelines.stages.ingest_terms import Batch, Terms, new_terms, save_terms, take_out
from desirelines.tables import EVENTS, FATES, SUPPRESSIONS


@dataclass(frozen=True, slots=True)
class Rows:
    """A batch's rows in the event model, and the rows that the source gave, counted on reading."""

    mapped: DataFrame
    count: Callable[[], int]


def bring_in(
    run: Run,
    source: Source,
    batch: Batch,
    terms: Terms,
    rates: str | None,
    rows: Callable[[Terms], Rows | None],
) -> dict[str, int]:
    """Write a batch on its terms; give the number of rows by fate.

    `rows` gives the batch's rows on some terms, or null if there is nothing to write.

    If everything that decides the fates is unchanged, what an earlier try wrote stays and the rest
    is added. If not (another table of rates, an overwritten source, another version of this
    program), what was written is deleted and the batch starts again on the current terms. Either
    way each row ends with one fate.

    Raises:
        AccountError: a row has no fate, or `events` does not hold what the account says.
    """
    if terms.is_begun:
        if has_account(run, source, batch):
            return {}
        run.progress.say(_resumed(source, batch, terms))
    if not terms.is_begun or terms.rules.rates == rates:
        batch_rows = rows(terms)
        try:
            return {} if batch_rows is None else write_batch(run, terms, batch_rows, batch)
        except AccountError:
            if not terms.is_begun:
                raise
    run.progress.say(
        f"{source.name}: what batch {batch.number} had written cannot be completed; it is deleted "
        "and written again"
    )
    take_out(run, source.name, batch)
    current = new_terms(run, source, rates, terms)
    batch_rows = rows(current)
    return {} if batch_rows is None else write_batch(run, current, batch_rows, batch)


def _resumed(source: Source, batch: Batch, terms: Terms) -> str:
    message = (
        f"{source.name}: batch {batch.number} was begun at {terms.read_at:%Y-%m-%d %H:%M} UTC and "
        "is finished as of then"
    )
    return message if terms.are_now else message + ", by the mapping and the settings of then"


def mapped_rows(
    run: Run, terms: Terms, raw: DataFrame, *, marked: Column | None = None
) -> DataFrame:
    """Raw rows in the event model, with reasons against each, and whether it is suppressed.

    `marked`: for rows from quarantine, whether masking replaced their identifiers with marks.
    """
    source, site = terms.source, terms.settings.site
    pads = secret_pads(run.spark, run.data_secret)
    mapped = to_mapped_events(
        raw, pads, source, terms.settings, read_at=terms.read_at, marked=marked
    )
    mapped = with_reporting_currency(mapped, currency_rates(run.spark, site), site)
    has_suppressions = run.warehouse.exists(SUPPRESSIONS)
    suppressed = (
        suppressed_at(run.warehouse.read(SUPPRESSIONS), terms.read_at) if has_suppressions else None
    )
    keys = [
        *(key_column(t) for t in source.ids),
        *([ALIAS_KEY] if source.alias is not None else []),
    ]
    return with_suppressed(mapped, suppressed, secret_pads(run.spark, run.suppression_secret), keys)


def write_batch(run: Run, terms: Terms, rows: Rows, batch: Batch) -> dict[str, int]:
    """Give every row its fate and write the batch; give the number of rows by fate.

    The terms are written first, the account last.

    Raises:
        AccountError: a row has no fate, or `events` does not hold what the account says.
    """
    source, mapped = terms.source, rows.mapped
    facts = {
        "source": F.lit(source.name),
        "ingest_batch": F.lit(batch.name),
        "run_id": F.lit(run.run_id),
    }
    known_events = None if batch.is_first else _known_events(run, terms, mapped, batch.name)
    # Rows that went through quarantine once stay masked: raw rows and rows with marks can no longer
    # be distinguished.
    is_masked = batch.is_requeue or run.settings.ingest.quarantine_raw == "masked"
    text = (
        masked_text(mapped, source, terms.settings.identity.login_type)
        if is_masked
        else raw_text(source)
    )
    classified = with_fates(
        mapped, source, known_events, orders_are_whole=not batch.is_requeue, text=text
    )
    classified = keep_sinks_columns(classified).withColumns(facts)
    # Kept for several sinks, which one plan cannot have; reading the source again would cost more.
    classified = kept(classified)
    try:
        with ThreadPoolExecutor(1, "begin") as beside:  # a small commit waits more than it works
            terms_saved = beside.submit(save_terms, run, terms, batch)
            account = {
                row["fate"]: int(row["row_count"]) for row in to_account(classified).collect()
            }
            terms_saved.result()
        waiting = classified.filter(F.col("fate").isin(*KEPT_IN_QUARANTINE))
        if account.get("conflict"):
            waiting = with_text_of_conflicts(waiting, mapped, text)
        write_tables(run, terms, classified, Quarantined(waiting, is_masked), batch, account)
        write_account(run, terms, account, rows.count(), batch)
    finally:
        release(classified)
    run.progress.say(
        f"{source.name}: {rows.count():,} rows read, "
        + ", ".join(f"{account[f]:,} {f}" for f in FATES if f in account)
    )
    return account


def _known_events(run: Run, terms: Terms, mapped: DataFrame, batch: str) -> DataFrame | None:
    """Events of the source on the batch's days, and as many days around as events can be late.

    Null if the batch has no usable row. For snapshots, which bring few events, all of them: the
    state before can be of any day.
    """
    days = (
        mapped.filter((F.size("reasons") == 0) & ~F.col("is_late"))
        .agg(F.min("occurred_at"), F.max("occurred_at"))
        .collect()[0]
    )
    if days[0] is None:
        return None
    source, around = terms.source, timedelta(days=int(terms.settings.ingest.late_days) + 1)
    first, last = (days[0] - around).date(), (days[1] + around).date()
    on_days = (F.col("occurred_on") >= F.lit(first)) & (F.col("occurred_on") <= F.lit(last))
    of_others = (F.col("source") == source.name) & (F.col("ingest_batch") != batch)
    wanted = of_others if source.snapshot else of_others & on_days
    return run.warehouse.read(EVENTS).filter(wanted).select(*LOOK_UP)
