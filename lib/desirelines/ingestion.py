"""One batch of one source into the tables: every row gets a fate, every fate is counted, and the sum is checked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from pyspark import StorageLevel
from pyspark.sql import DataFrame, Observation
from pyspark.sql import functions as F

from desirelines.errors import EmptyInputError, GateError, SettingsError, did_you_mean
from desirelines.events.bots import to_bot_tags
from desirelines.events.fates import LOOK_UP, suppressed_now, to_account, to_quarantine, with_fates, with_suppressed
from desirelines.events.fields import ALIAS_KEY
from desirelines.events.parse import key_column, to_mapped_events
from desirelines.identities.links import to_links
from desirelines.io.source_history import skipped_commits, version_of
from desirelines.io.sources import Found, check_source, ingest_new, is_empty, look_at, without
from desirelines.io.warehouse import row_count
from desirelines.job import Job
from desirelines.keys import bucket_of, secret_pads
from desirelines.settings import Source
from desirelines.tables import (
    CONSENTS,
    EVENTS,
    FATES,
    IDENTITY_LINKS,
    QUARANTINED_EVENTS,
    ROW_ACCOUNTS,
    STREAM_TAGS,
    SUPPRESSIONS,
)


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """What is remembered of the sources from one reading to the next, by name.

    Attributes:
        columns: top-level columns (none for JSON).
        versions: newest version of Delta sources.
        checkpoints: number of the checkpoint; a resync begins the next.
    """

    columns: dict[str, list[str]] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    checkpoints: dict[str, int] = field(default_factory=dict)


def facts_before(job: Job) -> SourceFacts:
    """What was remembered when sources were last read."""
    last = job.ledger.newest("ingest-events")
    return SourceFacts(**(job.ledger.facts_of(last.run_id, "ingest-events", "inputs") if last else {}))


def present_sources(job: Job, before: SourceFacts) -> tuple[list[Source], SourceFacts]:
    """The sources as they can be read now, and what to remember of them; looked at before anything is written.

    A mapped column that was never there is a mistake in the mapping. One that was there when the source was last read is a
    change of the source: told, and null from now on, unless no event can be made without it. New columns are told as well, and
    so are commits of a Delta source that changed rows which were read before.

    Raises:
        SourceError: one cannot be read, or lacks a column it cannot do without.
        EmptyInputError: one is empty, or there is none.
        SettingsError: a source to read anew is not there.
    """
    if not job.settings.sources:
        raise EmptyInputError(
            "no source is configured. Add a mapping under `sources:` (see conf/sources/), or start with `desirelines init`."
        )
    names = [s.name for s in job.settings.sources]
    for name in sorted(job.resync - set(names)):
        raise SettingsError([f"--resync {name}: no such source{did_you_mean(name, names)}"])
    sources = []
    now = SourceFacts(dict(before.columns), dict(before.versions), dict(before.checkpoints))
    for source in job.settings.sources:
        found = look_at(job.spark, source)
        usable = _fitted(job, source, found, before.columns.get(source.name, []))
        if not source.may_be_empty and is_empty(job.spark, source):
            raise EmptyInputError(
                f"source '{source.name}' is empty: {source.table or source.path} has no row. Mend its path, or say `may_be_empty: true` in its mapping."
            )
        version = version_of(job.spark, source)
        if version is not None:
            _tell_skipped(job, source, before.versions.get(source.name, version), version)
            now.versions[source.name] = version
        now.columns[source.name] = found.columns
        now.checkpoints[source.name] = before.checkpoints.get(source.name, 0) + (source.name in job.resync)
        sources.append(usable)
    return sources, now


def ingest_source(job: Job, source: Source, checkpoint: int) -> int:
    """Read what arrived at a source since the last time, all of it under a new checkpoint; give the number of batches."""
    place = source.name if checkpoint == 0 else f"{source.name}-{checkpoint}"
    return ingest_new(
        job.spark, source,
        checkpoint=job.warehouse.path_of(f"_checkpoints/{place}"),
        max_files=job.settings.ingest.max_files_per_batch,
        on_batch=lambda raw, query_id, number: _ingest_batch(job, source, raw, query_id, number),
    )  # fmt: skip


def _fitted(job: Job, source: Source, found: Found, known: list[str]) -> Source:
    """The mapping as far as the source still has its columns."""
    if any(_root(path, source) not in known for path in found.absent):
        check_source(job.spark, source)  # never there: a mistake
    new = [c for c in found.columns if known and c not in known]
    if new:
        job.progress.say(f"{source.name}: {', '.join(new)} is new and in no mapping; not read")
    if not found.absent:
        return source
    usable = without(source, found.absent)
    job.progress.say(f"{source.name}: {', '.join(found.absent)} is no longer there; read as null")
    return usable


def _tell_skipped(job: Job, source: Source, since: int, until: int) -> None:
    """Tell what was changed in a source behind the reader's back; what was erased there is not brought back here."""
    if source.name in job.resync:
        return
    for commit in skipped_commits(job.spark, source, since=since, until=until):
        told = f"{source.name}: {commit.operation} at version {commit.version} took away or changed {commit.rows_gone:,} rows; nothing is read twice"
        if commit.rows_added:
            told += f", but what it added ({commit.rows_added:,}) was not read: run `desirelines ingest-events --resync {source.name}`"
        job.progress.say(told)


def _root(path: str, source: Source) -> str:
    """Top-level column of a mapped path."""
    first = path.split(".")[0]
    return source.lines.split(".")[0] if first == "line" and source.lines else first


def used_rows(job: Job) -> int:
    """Events that the job's run brought in."""
    mine = job.warehouse.read(ROW_ACCOUNTS).filter((F.col("run_id") == job.run_id) & (F.col("fate") == "used"))
    return int(mine.agg(F.coalesce(F.sum("row_count"), F.lit(0))).collect()[0][0])


def _ingest_batch(job: Job, source: Source, raw: DataFrame, query_id: str, number: int) -> None:
    read = Observation("desirelines rows read")
    mapped = mapped_rows(job, source, raw.observe(read, F.count(F.lit(1)).alias("n")))
    write_batch(job, source, mapped, lambda: int(read.get["n"]), query_id=query_id, number=number)


def mapped_rows(job: Job, source: Source, raw: DataFrame) -> DataFrame:
    """Raw rows in the event model, with the reasons against each, and whether somebody suppressed is in it."""
    mapped = to_mapped_events(raw, secret_pads(job.spark, job.data_secret), source, job.settings, read_at=job.read_at)
    listed = job.warehouse.exists(SUPPRESSIONS)
    suppressed = suppressed_now(job.warehouse.read(SUPPRESSIONS)) if listed else None
    keys = [*(key_column(t) for t in source.ids), *([ALIAS_KEY] if source.alias is not None else [])]
    return with_suppressed(mapped, suppressed, secret_pads(job.spark, job.suppression_secret), keys)


def write_batch(
    job: Job, source: Source, mapped: DataFrame, rows_read: Callable[[], int], *, query_id: str, number: int
) -> dict[str, int]:
    """Give every row its fate and write the batch; give the rows by fate.

    Raises:
        GateError: a row has no fate, or what stands in `events` is not what the account says.
    """
    batch, writer = f"{query_id}:{number}", f"{source.name}:{query_id}"
    facts = {"source": F.lit(source.name), "ingest_batch": F.lit(batch), "run_id": F.lit(job.run_id)}
    classified = with_fates(mapped, source, _known(job, source, mapped, batch)).withColumns(facts)
    # Kept for the sinks below: one plan cannot have several, and reading the source again would cost more.
    classified = classified.persist(StorageLevel.MEMORY_AND_DISK)
    try:
        account = {row["fate"]: int(row["row_count"]) for row in to_account(classified).collect()}
        keys = {t: key_column(t) for t in source.ids}
        _write(job, source, classified, keys, writer=writer, number=number)
        _write_account(job, source, account, rows_read(), batch, writer=writer, number=number)
    finally:
        classified.unpersist()
    job.progress.say(
        f"{source.name}: {rows_read():,} rows read, " + ", ".join(f"{account[f]:,} {f}" for f in FATES if f in account)
    )
    return account


def _known(job: Job, source: Source, mapped: DataFrame, batch: str) -> DataFrame | None:
    """Events of the source on the days of the batch, so many days around as an event may be late; none at the first time."""
    if not job.warehouse.exists(EVENTS):
        return None
    days = (
        mapped.filter((F.size("reasons") == 0) & ~F.col("is_late"))
        .agg(F.min("occurred_at"), F.max("occurred_at"))
        .collect()[0]
    )
    if days[0] is None:
        return None
    around = timedelta(days=int(job.settings.ingest.late_days) + 1)
    first, last = (days[0] - around).date(), (days[1] + around).date()
    known = job.warehouse.read(EVENTS).filter(
        (F.col("occurred_on") >= F.lit(first)) & (F.col("occurred_on") <= F.lit(last)) & (F.col("source") == source.name)
        & (F.col("ingest_batch") != batch)
    )  # fmt: skip
    return known.select(*LOOK_UP)


def _write(job: Job, source: Source, classified: DataFrame, keys: dict[str, str], *, writer: str, number: int) -> None:
    used = classified.filter(F.col("fate") == "used")
    events = used.withColumns({
        "occurred_on": F.col("occurred_at").cast("date"),
        "bucket": bucket_of(F.col("stream_id"), job.settings.warehouse.buckets),
        "file_name": F.col("file_name") if source.ordered else F.lit(None).cast("string"),
        "file_place": F.col("file_place") if source.ordered else F.lit(None).cast("long"),
    })  # fmt: skip
    job.warehouse.append_once(events, EVENTS, writer=writer, number=number)
    expires = job.read_at.date() + timedelta(days=job.settings.ingest.quarantine_keep_days)
    quarantined = to_quarantine(classified).withColumn("expires_on", F.lit(expires))
    job.warehouse.append_once(quarantined, QUARANTINED_EVENTS, writer=writer, number=number)
    facts = {name: F.lit(value) for name, value in (("source", source.name), ("run_id", job.run_id))}
    alias_column = ALIAS_KEY if source.alias is not None else None
    login_type = job.settings.identity.login_type
    links = to_links(used, keys, login_type=login_type, alias_column=alias_column).withColumns(
        facts | {"ingest_batch": F.lit(f"{writer.split(':', 1)[1]}:{number}")}
    )
    job.warehouse.append_once(links, IDENTITY_LINKS, writer=writer, number=number)
    if source.columns.user_agent is not None and not source.keep_bots:
        tags = to_bot_tags(used).withColumns(facts)
        if not tags.isEmpty():
            job.warehouse.merge(tags, STREAM_TAGS)
    if source.columns.consent is not None:
        stated = (
            used.filter(F.col("is_consent_granted").isNotNull())
            .groupBy("stream_id", "occurred_at")
            .agg(
                F.min("is_consent_granted").alias("is_granted")  # said twice in one moment: the stricter holds
            )
        )
        rows = stated.select(
            F.col("stream_id").alias("key"),
            F.lit(job.settings.consent.purpose).alias("purpose"),
            "is_granted",
            F.col("occurred_at").alias("from_at"),
        )
        job.warehouse.merge(rows.withColumns(facts), CONSENTS, update=("is_granted",))


def _write_account(
    job: Job, source: Source, account: dict[str, int], rows_read: int, batch: str, *, writer: str, number: int
) -> None:
    """Write the fates of a batch.

    Raises:
        GateError: a row has no fate, or what stands in `events` is not what the account says.
    """
    written = row_count(
        job.warehouse.read(EVENTS).filter((F.col("ingest_batch") == batch) & (F.col("source") == source.name))
    )
    if sum(account.values()) != rows_read or written != account.get("used", 0):
        raise GateError(
            f"source '{source.name}': the row account does not add up: {rows_read:,} rows read, fates {account}, {written:,} events written. "
            "Nothing is published. This is a defect: please report it with these numbers."
        )
    rows = [(job.run_id, source.name, batch, fate, account[fate], rows_read) for fate in FATES if fate in account]
    if rows:
        job.warehouse.append_once(
            job.spark.createDataFrame(rows, ROW_ACCOUNTS.schema), ROW_ACCOUNTS, writer=writer, number=number
        )
