"""The terms of a batch: its moment and its rules, saved before its first row.

Every later try reads them back. A driver can die at any write, and the next try comes later and
perhaps with another mapping. What was already written must get the same fates again, so the terms
belong to the batch, not to the run that finishes it (docs/adr/0010-batches.md).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from desirelines.errors import SettingsError
from desirelines.run.context import Run
from desirelines.settings import Rules, Settings, Source
from desirelines.tables import (
    EVENTS,
    IDENTITY_LINKS,
    INGEST_BATCHES,
    QUARANTINED_EVENTS,
    ROW_ACCOUNTS,
)

REQUEUE = "requeue-"
"""Prefix of the query ids of requeues."""


@dataclass(frozen=True, slots=True)
class Batch:
    """One batch of a stream.

    Attributes:
        query_id: the stream of batches.
        number: place in the stream, from 0.
        is_first: no event of its source was used before, so none is looked up.
        is_requeue: its rows come from quarantine.
    """

    query_id: str
    number: int
    is_first: bool = False
    is_requeue: bool = False

    @property
    def name(self) -> str:
        """Name of the batch in the tables."""
        return f"{self.query_id}:{self.number}"


@dataclass(frozen=True, slots=True)
class Terms:
    """What decides the fates of a batch's rows.

    Attributes:
        source: the mapping.
        settings: the settings.
        read_at: the moment that counts as now.
        rules: the parts of mapping and settings that are saved with the batch.
        attempt: from 1; one more each time what was written is deleted.
        is_begun: an earlier try saved these terms, and perhaps wrote rows.
        are_now: mapping and settings are still the same.
    """

    source: Source
    settings: Settings
    read_at: datetime
    rules: Rules
    attempt: int = 1
    is_begun: bool = False
    are_now: bool = True


def terms_of(
    run: Run, source: Source, batch: Batch, rates: str | None, *, can_be_begun: bool = True
) -> Terms:
    """The terms a batch was begun on; for a new batch the current ones.

    Without `can_be_begun` it is known to be new, and nothing is looked up. `rates` is the digest of
    the table of rates now. Cost: at most one read of `ingest_batches`.

    Raises:
        SettingsError: it was begun as rows of another format, which cannot be read now.
    """
    now = Rules.of(source, run.settings, rates)
    fresh = Terms(source, run.settings, run.read_at, now)
    if not can_be_begun:
        return fresh
    mine = {"ingest_batch": [batch.name], "source": [source.name]}
    rows = run.warehouse.rows(INGEST_BATCHES, "attempt", where=mine)
    if not rows:
        return fresh
    last = rows[-1]
    rules = Rules.model_validate_json(last["rules"])
    if rules.mapping["format"] != source.format:
        raise SettingsError(
            [
                f"source '{source.name}': a batch of it was begun as {rules.mapping['format']} and "
                f"not finished, and its format is {source.format} now. Set `format: "
                f"{rules.mapping['format']}` again, run `desirelines ingest-events`, then change "
                "it; or read the source again from its beginning: `desirelines ingest-events "
                f"--resync {source.name}`"
            ]
        )
    read_at = last["read_at"]
    if rules.digest == now.digest:
        return replace(fresh, read_at=read_at, attempt=last["attempt"], is_begun=True)
    return Terms(
        rules.mapping_for(source),
        rules.settings_for(run.settings),
        read_at,
        rules,
        last["attempt"],
        True,
        are_now=False,
    )


def terms_again(run: Run, source: Source, rates: str | None, begun: Terms) -> Terms:
    """The terms of another try: those the batch was begun on, or the current ones.

    Current ones if the table of rates has changed, which nobody keeps.
    """
    attempt = begun.attempt + 1
    if begun.rules.rates == rates:
        return replace(begun, attempt=attempt, is_begun=False)
    rules = Rules.of(source, run.settings, rates)
    return Terms(source, run.settings, run.read_at, rules, attempt)


def open_batches(run: Run) -> list[tuple[str, Batch]]:
    """Batches that were begun and have no account, each with its source.

    Callers ask only if such a batch is possible.
    """
    begun, done = (
        {(row["source"], row["ingest_batch"]) for row in run.warehouse.rows(table)}
        for table in (INGEST_BATCHES, ROW_ACCOUNTS)
    )
    named = [(source, *batch.split(":")) for source, batch in sorted(begun - done)]
    return [
        (source, Batch(query, int(number), is_requeue=query.startswith(REQUEUE)))
        for source, query, number in named
    ]


def take_out(run: Run, source: str, batch: Batch) -> None:
    """Delete what a batch without an account wrote. Idempotent.

    Only in tables whose rows name their batch. Rows merged by key (consents, tags of streams, kept
    values) stay: the next try writes them again.
    """
    named = run.spark.createDataFrame([(source, batch.name)], "source string, ingest_batch string")
    for table in (EVENTS, IDENTITY_LINKS, QUARANTINED_EVENTS):
        run.warehouse.delete(named, table)
