"""Write parts whose rows have fates: one commit a table, several tables at the same time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from desirelines.columns.keys import bucket_of, secret_pads
from desirelines.events.bot_agents import to_agent_tags, to_bot_agents, with_bot_agent
from desirelines.events.fates import to_quarantine
from desirelines.events.identifier_columns import key_column, value_column
from desirelines.events.parse import consent_column
from desirelines.events.raw_fields import ALIAS_KEY
from desirelines.frames.keep import checkpointed
from desirelines.identities.links import to_links
from desirelines.io.spark.job_names import at_once
from desirelines.io.tables.upsert import upsert
from desirelines.privacy.consent import to_statements
from desirelines.run.context import Run
from desirelines.stages.ingest_part import Once, Part, union
from desirelines.tables import (
    CONSENTS,
    EVENTS,
    IDENTIFIERS,
    IDENTITY_LINKS,
    QUARANTINED_EVENTS,
    STREAM_TAGS,
    Table,
)


@dataclass(frozen=True, slots=True)
class Classified:
    """A part's rows by where they go.

    Attributes:
        part: the part.
        used: rows that become events.
        waiting: rows for quarantine; null if there are none.
        is_masked: whether the text of those is masked.
    """

    part: Part
    used: DataFrame
    waiting: DataFrame | None
    is_masked: bool


def write_tables(run: Run, group: list[Classified], once: Once) -> None:
    """Write the parts into their tables in parallel: a small commit waits more than it works."""

    def append(rows: DataFrame, table: Table) -> None:
        run.warehouse.append_attempt(rows, table, writer=once.writer, number=once.number)

    agents = _bot_agents(group)
    writes = [
        lambda: append(union(_events(run, c, agents) for c in group), EVENTS),
        lambda: append(union(_links(run, c) for c in group), IDENTITY_LINKS),
    ]
    quarantined = [_quarantined(run, c, c.waiting) for c in group if c.waiting is not None]
    if quarantined:
        writes.append(lambda: append(union(quarantined), QUARANTINED_EVENTS))
    sources = [(c, c.part.terms.source) for c in group]
    tags = [_agent_tags(run, c, agents) for c in group if not c.part.terms.source.keep_bots]
    if agents is not None and tags:
        writes.append(lambda: upsert(run.warehouse, union(tags), STREAM_TAGS))
    consents = [
        _consents(run, c) for c, s in sources if s.columns.consent is not None or s.consents
    ]
    if consents:
        writes.append(lambda: _merge_consents(run, consents))
    identifiers = [
        _identifiers(run, c) for c, s in sources if any(i.keep_value for i in s.ids.values())
    ]
    if identifiers:
        writes.append(lambda: _merge_identifiers(run, identifiers))
    at_once(run.spark, writes)


def _facts(run: Run, classified: Classified) -> dict[str, Column]:
    return {"source": F.lit(classified.part.source_name), "run_id": F.lit(run.run_id)}


def _events(run: Run, classified: Classified, agents: DataFrame | None) -> DataFrame:
    is_ordered = classified.part.terms.source.ordered
    used = with_bot_agent(classified.used, agents)
    return used.select(
        *(c for c in EVENTS.column_names if c in set(used.columns) - _PLACES),
        F.col("occurred_at").cast("date").alias("occurred_on"),
        bucket_of(F.col("stream_id"), run.settings.warehouse.buckets).alias("bucket"),
        *(
            (F.col(name) if is_ordered else F.lit(None).cast(kind)).alias(name)
            for name, kind in (("file_name", "string"), ("file_place", "long"))
        ),
    )


_PLACES = {"file_name", "file_place", "occurred_on", "period_on", "bucket"}


def _quarantined(run: Run, classified: Classified, waiting: DataFrame) -> DataFrame:
    terms = classified.part.terms
    expires = terms.read_at.date() + timedelta(days=run.settings.ingest.quarantine_keep_days)
    pads = secret_pads(run.spark, run.data_secret)
    quarantined = to_quarantine(waiting, terms.source, pads, is_masked=classified.is_masked)
    quarantined = quarantined.withColumn("expires_on", F.lit(expires))
    return quarantined.select(*QUARANTINED_EVENTS.column_names)


def _links(run: Run, classified: Classified) -> DataFrame:
    source = classified.part.terms.source
    return to_links(
        classified.used,
        {t: key_column(t) for t in source.ids},
        login_type=classified.part.terms.settings.identity.login_type,
        alias_column=ALIAS_KEY if source.alias is not None else None,
    ).withColumns(_facts(run, classified) | {"ingest_batch": F.lit(classified.part.batch.name)})


def _identifiers(run: Run, classified: Classified) -> DataFrame:
    kept = [t for t, i in classified.part.terms.source.ids.items() if i.keep_value]
    pairs = [
        F.struct(
            F.col(key_column(t)).alias("key"),
            F.lit(t).alias("key_type"),
            F.col(value_column(t)).alias("value"),
        )
        for t in kept
    ]
    identifiers = classified.used.select(F.inline(F.array(*pairs))).filter(
        F.col("key").isNotNull() & F.col("value").isNotNull()
    )
    return identifiers.withColumns(_facts(run, classified))


def _merge_identifiers(run: Run, identifiers: list[DataFrame]) -> None:
    # One row a key: two values of a key in one group would be inserted twice.
    one = union(identifiers).groupBy("key", "key_type", "run_id")
    values = one.agg(F.min("value").alias("value"), F.min("source").alias("source"))
    upsert(run.warehouse, values, IDENTIFIERS)


def _bot_agents(group: list[Classified]) -> DataFrame | None:
    """User agents of bots in these parts; null if there are none."""
    mapped = [c for c in group if c.part.terms.source.columns.user_agent is not None]
    if not mapped:
        return None
    # Marked on the events and on the streams.
    agents = checkpointed(to_bot_agents(union(c.used.select("user_agent") for c in mapped)))
    return None if agents.isEmpty() else agents


def _agent_tags(run: Run, classified: Classified, agents: DataFrame | None) -> DataFrame:
    tags = to_agent_tags(with_bot_agent(classified.used, agents))
    return tags.withColumns(_facts(run, classified))


def _consents(run: Run, classified: Classified) -> DataFrame:
    purposes = {p: consent_column(p) for p in classified.part.terms.source.consents}
    purposes[run.settings.consent.purpose] = "is_consent_granted"
    statements = to_statements(classified.used, purposes)
    return statements.withColumns(_facts(run, classified))


def _merge_consents(run: Run, consents: list[DataFrame]) -> None:
    rows = union(consents)
    if len(consents) > 1:  # of one moment, two sources may say different things
        rows = rows.groupBy("key", "purpose", "from_at", "run_id").agg(
            F.min("is_granted").alias("is_granted"), F.min("source").alias("source")
        )
    upsert(
        run.warehouse,
        rows,
        CONSENTS,
        update=("is_granted",),
        stamp=("run_id",),
        only_lower=True,
    )
