"""Sources into the tables: every row gets a fate, every fate is counted, and the sum is checked."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta

from pyspark import StorageLevel
from pyspark.sql import Column, DataFrame, Observation
from pyspark.sql import functions as F

from desirelines.errors import GateError
from desirelines.events.bots import to_bot_tags
from desirelines.events.fates import (
    KEPT_IN_QUARANTINE,
    LOOK_UP,
    keep_sinks_columns,
    suppressed_now,
    to_account,
    to_quarantine,
    with_fates,
    with_raw_of_conflicts,
    with_suppressed,
)
from desirelines.events.fields import ALIAS_KEY
from desirelines.events.money import with_reporting_currency
from desirelines.events.parse import key_column, to_mapped_events, value_column
from desirelines.identities.links import to_links
from desirelines.io.arrivals import ingest_new, stop_reading
from desirelines.io.rates import currency_rates
from desirelines.io.warehouse import row_count
from desirelines.job import Job
from desirelines.keys import bucket_of, secret_pads
from desirelines.sessions.consent import to_statements
from desirelines.settings import Source
from desirelines.tables import (
    CONSENTS,
    EVENTS,
    FATES,
    IDENTIFIERS,
    IDENTITY_LINKS,
    QUARANTINED_EVENTS,
    ROW_ACCOUNTS,
    STREAM_TAGS,
    SUPPRESSIONS,
)


@dataclass(frozen=True, slots=True)
class Batch:
    """One batch of a stream; `is_first` when nothing of its source was used before it, so nothing is looked up; `is_requeue` when its rows come from quarantine."""

    query_id: str
    number: int
    is_first: bool = False
    is_requeue: bool = False

    @property
    def name(self) -> str:
        """Name of the batch in the tables."""
        return f"{self.query_id}:{self.number}"

    def writer(self, source: Source) -> str:
        """Who writes, for writes that happen once."""
        return f"{source.name}:{self.query_id}"


def ingest_sources(job: Job, sources: list[Source], checkpoints: dict[str, int]) -> int:
    """Read what arrived at the sources since the last time, several sources at once; give the number of batches.

    While one source's rows are worked on, the small writes of another fill the cores that wait.
    """
    with ThreadPoolExecutor(job.settings.ingest.sources_at_once, "ingest") as pool:
        readings = [pool.submit(_ingest_source, job, s, checkpoints[s.name]) for s in sources]
        try:
            return sum(reading.result() for reading in readings)
        except BaseException:
            for reading in readings:
                reading.cancel()
            stop_reading(job.spark)
            raise


def _ingest_source(job: Job, source: Source, checkpoint: int) -> int:
    """Read one source, all of it under a new checkpoint."""
    place = source.name if checkpoint == 0 else f"{source.name}-{checkpoint}"
    is_first = not _has_events(job, source)

    def take(raw: DataFrame, query_id: str, number: int) -> None:
        nonlocal is_first
        read = Observation("desirelines rows read")
        mapped = mapped_rows(job, source, raw.observe(read, F.count(F.lit(1)).alias("n")))
        batch = Batch(query_id, number, is_first)
        write_batch(job, source, mapped, lambda: int(read.get["n"]), batch)
        is_first = False

    return ingest_new(
        job.spark, source,
        checkpoint=job.warehouse.path_of(f"_checkpoints/{place}"),
        max_files=job.settings.ingest.max_files_per_batch,
        on_batch=take,
        tell=job.progress.say,
    )  # fmt: skip


def _has_events(job: Job, source: Source) -> bool:
    """Whether anything of the source was used before, by whatever run."""
    if not job.warehouse.exists(EVENTS):
        return False
    return not job.warehouse.read(EVENTS).filter(F.col("source") == source.name).select(F.lit(1)).isEmpty()


def used_rows(job: Job) -> int:
    """Events that the job's run brought in."""
    mine = job.warehouse.read(ROW_ACCOUNTS).filter((F.col("run_id") == job.run_id) & (F.col("fate") == "used"))
    return int(mine.agg(F.coalesce(F.sum("row_count"), F.lit(0))).collect()[0][0])


def mapped_rows(job: Job, source: Source, raw: DataFrame) -> DataFrame:
    """Raw rows in the event model, with the reasons against each, and whether somebody suppressed is in it."""
    mapped = to_mapped_events(raw, secret_pads(job.spark, job.data_secret), source, job.settings, read_at=job.read_at)
    site = job.settings.site
    mapped = with_reporting_currency(mapped, currency_rates(job.spark, site), site)
    listed = job.warehouse.exists(SUPPRESSIONS)
    suppressed = suppressed_now(job.warehouse.read(SUPPRESSIONS)) if listed else None
    keys = [*(key_column(t) for t in source.ids), *([ALIAS_KEY] if source.alias is not None else [])]
    return with_suppressed(mapped, suppressed, secret_pads(job.spark, job.suppression_secret), keys)


def write_batch(
    job: Job, source: Source, mapped: DataFrame, rows_read: Callable[[], int], batch: Batch
) -> dict[str, int]:
    """Give every row its fate and write the batch; give the rows by fate.

    Raises:
        GateError: a row has no fate, or what stands in `events` is not what the account says.
    """
    facts = {"source": F.lit(source.name), "ingest_batch": F.lit(batch.name), "run_id": F.lit(job.run_id)}
    known = None if batch.is_first else _known(job, source, mapped, batch.name)
    classified = with_fates(mapped, source, known, orders_are_whole=not batch.is_requeue)
    classified = keep_sinks_columns(classified).withColumns(facts)
    # Kept for the sinks below: one plan cannot have several, and reading the source again would cost more.
    classified = classified.persist(StorageLevel.MEMORY_AND_DISK)
    try:
        told = {row["fate"]: row for row in to_account(classified).collect()}
        account = {fate: int(row["row_count"]) for fate, row in told.items()}
        keys = {t: key_column(t) for t in source.ids}
        waiting = classified.filter(F.col("fate").isin(*KEPT_IN_QUARANTINE))
        if account.get("conflict"):
            waiting = with_raw_of_conflicts(waiting, mapped, source)
        _write(job, source, classified, waiting, keys, batch, account)
        days = (told["used"]["first_on"], told["used"]["last_on"]) if "used" in told else None
        _write_account(job, source, account, days, rows_read(), batch)
    finally:
        classified.unpersist()
    job.progress.say(
        f"{source.name}: {rows_read():,} rows read, " + ", ".join(f"{account[f]:,} {f}" for f in FATES if f in account)
    )
    return account


def _known(job: Job, source: Source, mapped: DataFrame, batch: str) -> DataFrame | None:
    """Events of the source on the days of the batch, so many days around as an event may be late; none without such days.

    Of snapshots, which bring few events, all of them: the state before may be of any day.
    """
    days = (
        mapped.filter((F.size("reasons") == 0) & ~F.col("is_late"))
        .agg(F.min("occurred_at"), F.max("occurred_at"))
        .collect()[0]
    )
    if days[0] is None:
        return None
    around = timedelta(days=int(job.settings.ingest.late_days) + 1)
    first, last = (days[0] - around).date(), (days[1] + around).date()
    on_days = (F.col("occurred_on") >= F.lit(first)) & (F.col("occurred_on") <= F.lit(last))
    of_others = (F.col("source") == source.name) & (F.col("ingest_batch") != batch)
    known = job.warehouse.read(EVENTS).filter(of_others if source.snapshot else of_others & on_days)
    return known.select(*LOOK_UP)


def _write(
    job: Job,
    source: Source,
    classified: DataFrame,
    waiting: DataFrame,
    keys: dict[str, str],
    batch: Batch,
    account: dict[str, int],
) -> None:
    """Write the batch into its tables, side by side: a small commit waits more than it works."""
    used = classified.filter(F.col("fate") == "used")
    writes = [lambda: _write_events(job, source, used, batch), lambda: _write_links(job, source, used, keys, batch)]
    if any(account.get(fate) for fate in KEPT_IN_QUARANTINE):
        writes.append(lambda: _write_quarantine(job, source, waiting, batch))
    if source.columns.user_agent is not None and not source.keep_bots:
        writes.append(lambda: _write_bot_tags(job, source, used))
    if source.columns.consent is not None:
        writes.append(lambda: _write_consents(job, source, used))
    if any(i.keep_value for i in source.ids.values()):
        writes.append(lambda: _write_identifiers(job, source, used))
    with ThreadPoolExecutor(len(writes), "write") as pool:
        for writing in [pool.submit(write) for write in writes]:
            writing.result()


def _facts(job: Job, source: Source) -> dict[str, Column]:
    return {"source": F.lit(source.name), "run_id": F.lit(job.run_id)}


def _write_events(job: Job, source: Source, used: DataFrame, batch: Batch) -> None:
    events = used.withColumns({
        "occurred_on": F.col("occurred_at").cast("date"),
        "bucket": bucket_of(F.col("stream_id"), job.settings.warehouse.buckets),
        "file_name": F.col("file_name") if source.ordered else F.lit(None).cast("string"),
        "file_place": F.col("file_place") if source.ordered else F.lit(None).cast("long"),
    })  # fmt: skip
    job.warehouse.append_once(events, EVENTS, writer=batch.writer(source), number=batch.number)


def _write_quarantine(job: Job, source: Source, waiting: DataFrame, batch: Batch) -> None:
    expires = job.read_at.date() + timedelta(days=job.settings.ingest.quarantine_keep_days)
    quarantined = to_quarantine(waiting).withColumn("expires_on", F.lit(expires))
    job.warehouse.append_once(quarantined, QUARANTINED_EVENTS, writer=batch.writer(source), number=batch.number)


def _write_links(job: Job, source: Source, used: DataFrame, keys: dict[str, str], batch: Batch) -> None:
    links = to_links(
        used, keys, login_type=job.settings.identity.login_type,
        alias_column=ALIAS_KEY if source.alias is not None else None,
    ).withColumns(_facts(job, source) | {"ingest_batch": F.lit(batch.name)})  # fmt: skip
    job.warehouse.append_once(links, IDENTITY_LINKS, writer=batch.writer(source), number=batch.number)


def _write_identifiers(job: Job, source: Source, used: DataFrame) -> None:
    kept = [t for t, i in source.ids.items() if i.keep_value]
    pairs = [
        F.struct(F.col(key_column(t)).alias("key"), F.lit(t).alias("key_type"), F.col(value_column(t)).alias("value"))
        for t in kept
    ]
    found = used.select(F.inline(F.array(*pairs))).filter(F.col("key").isNotNull())
    # One key has one value; a row for each that was seen would be told twice.
    values = found.groupBy("key", "key_type").agg(F.min("value").alias("value")).withColumns(_facts(job, source))
    job.warehouse.merge(values, IDENTIFIERS)


def _write_bot_tags(job: Job, source: Source, used: DataFrame) -> None:
    tags = to_bot_tags(used).withColumns(_facts(job, source))
    if not tags.isEmpty():
        job.warehouse.merge(tags, STREAM_TAGS)


def _write_consents(job: Job, source: Source, used: DataFrame) -> None:
    facts = {"purpose": F.lit(job.settings.consent.purpose), **_facts(job, source)}
    rows = to_statements(used).withColumns(facts)
    job.warehouse.merge(rows, CONSENTS, update=("is_granted",), stamp=("run_id",), only_lower=True)


def _write_account(
    job: Job, source: Source, account: dict[str, int], days: tuple[date, date] | None, rows_read: int, batch: Batch
) -> None:
    """Write the fates of a batch. `days` are the first and the last on which its used rows lie: no other file is looked at.

    Raises:
        GateError: a row has no fate, or what stands in `events` is not what the account says.
    """
    written = _written(job, source, batch, *days) if days else 0
    if sum(account.values()) != rows_read or written != account.get("used", 0):
        raise GateError(
            f"source '{source.name}': the row account does not add up: {rows_read:,} rows read, fates {account}, {written:,} events written. "
            "Nothing is published. This is a defect: please report it with these numbers."
        )
    rows = [(job.run_id, source.name, batch.name, fate, account[fate], rows_read) for fate in FATES if fate in account]
    if rows:
        job.warehouse.append_once(
            job.spark.createDataFrame(rows, ROW_ACCOUNTS.schema),
            ROW_ACCOUNTS,
            writer=batch.writer(source),
            number=batch.number,
        )


def _written(job: Job, source: Source, batch: Batch, first: date, last: date) -> int:
    on_days = F.col("occurred_on").between(F.lit(first), F.lit(last))
    mine = (F.col("ingest_batch") == batch.name) & (F.col("source") == source.name)
    return row_count(job.warehouse.read(EVENTS).filter(on_days & mine))
