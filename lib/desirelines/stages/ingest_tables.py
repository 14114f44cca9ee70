"""Write a batch whose rows have fates into its tables, in parallel."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from desirelines.columns.keys import bucket_of, secret_pads
from desirelines.events.bot_agents import to_bot_tags
from desirelines.events.fates import KEPT_IN_QUARANTINE, to_quarantine
from desirelines.events.parse import key_column, value_column
from desirelines.events.raw_fields import ALIAS_KEY
from desirelines.identities.links import to_links
from desirelines.privacy.consent import to_statements
from desirelines.run.context import Run
from desirelines.settings import Source
from desirelines.stages.ingest_terms import Batch, Terms
from desirelines.tables import (
    CONSENTS,
    EVENTS,
    IDENTIFIERS,
    IDENTITY_LINKS,
    QUARANTINED_EVENTS,
    STREAM_TAGS,
)


@dataclass(frozen=True, slots=True)
class Quarantined:
    """Rows that go to quarantine, and whether their text is masked."""

    rows: DataFrame
    is_masked: bool


def write_tables(
    run: Run,
    terms: Terms,
    classified: DataFrame,
    waiting: Quarantined,
    batch: Batch,
    account: dict[str, int],
) -> None:
    """Write the batch into its tables in parallel: a small commit waits more than it works."""
    source, used = terms.source, classified.filter(F.col("fate") == "used")
    writes = [
        lambda: _write_events(run, terms, used, batch),
        lambda: _write_links(run, terms, used, batch),
    ]
    if any(account.get(fate) for fate in KEPT_IN_QUARANTINE):
        writes.append(lambda: _write_quarantine(run, terms, waiting, batch))
    if source.columns.user_agent is not None and not source.keep_bots:
        writes.append(lambda: _write_bot_tags(run, source, used))
    if source.columns.consent is not None:
        writes.append(lambda: _write_consents(run, source, used))
    if any(i.keep_value for i in source.ids.values()):
        writes.append(lambda: _write_identifiers(run, source, used))
    with ThreadPoolExecutor(len(writes), "write") as pool:
        for writing in [pool.submit(write) for write in writes]:
            writing.result()


def _facts(run: Run, source: Source) -> dict[str, Column]:
    return {"source": F.lit(source.name), "run_id": F.lit(run.run_id)}


def _write_events(run: Run, terms: Terms, used: DataFrame, batch: Batch) -> None:
    source = terms.source
    events = used.withColumns(
        {
            "occurred_on": F.col("occurred_at").cast("date"),
            "bucket": bucket_of(F.col("stream_id"), run.settings.warehouse.buckets),
            "file_name": F.col("file_name") if source.ordered else F.lit(None).cast("string"),
            "file_place": F.col("file_place") if source.ordered else F.lit(None).cast("long"),
        }
    )
    run.warehouse.append_once(events, EVENTS, writer=terms.writer(batch), number=batch.number)


def _write_quarantine(run: Run, terms: Terms, waiting: Quarantined, batch: Batch) -> None:
    expires = terms.read_at.date() + timedelta(days=run.settings.ingest.quarantine_keep_days)
    pads = secret_pads(run.spark, run.data_secret)
    quarantined = to_quarantine(waiting.rows, terms.source, pads, is_masked=waiting.is_masked)
    quarantined = quarantined.withColumn("expires_on", F.lit(expires))
    run.warehouse.append_once(
        quarantined, QUARANTINED_EVENTS, writer=terms.writer(batch), number=batch.number
    )


def _write_links(run: Run, terms: Terms, used: DataFrame, batch: Batch) -> None:
    source = terms.source
    links = to_links(
        used,
        {t: key_column(t) for t in source.ids},
        login_type=terms.settings.identity.login_type,
        alias_column=ALIAS_KEY if source.alias is not None else None,
    ).withColumns(_facts(run, source) | {"ingest_batch": F.lit(batch.name)})
    run.warehouse.append_once(
        links, IDENTITY_LINKS, writer=terms.writer(batch), number=batch.number
    )


def _write_identifiers(run: Run, source: Source, used: DataFrame) -> None:
    kept = [t for t, i in source.ids.items() if i.keep_value]
    pairs = [
        F.struct(
            F.col(key_column(t)).alias("key"),
            F.lit(t).alias("key_type"),
            F.col(value_column(t)).alias("value"),
        )
        for t in kept
    ]
    identifiers = used.select(F.inline(F.array(*pairs))).filter(
        F.col("key").isNotNull() & F.col("value").isNotNull()
    )
    # One row a key: two values of a key in one batch would be inserted twice.
    values = (
        identifiers.groupBy("key", "key_type")
        .agg(F.min("value").alias("value"))
        .withColumns(_facts(run, source))
    )
    run.warehouse.merge(values, IDENTIFIERS)


def _write_bot_tags(run: Run, source: Source, used: DataFrame) -> None:
    tags = to_bot_tags(used).withColumns(_facts(run, source))
    if not tags.isEmpty():
        run.warehouse.merge(tags, STREAM_TAGS)


def _write_consents(run: Run, source: Source, used: DataFrame) -> None:
    facts = {"purpose": F.lit(run.settings.consent.purpose), **_facts(run, source)}
    rows = to_statements(used).withColumns(facts)
    run.warehouse.merge(rows, CONSENTS, update=("is_granted",), stamp=("run_id",), only_lower=True)
