"""Sources into the tables, batch by batch, each on its own terms; and what is past its day out of quarantine."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

from pyspark.sql import Observation
from pyspark.sql import functions as F

from desirelines.ingestion import Rows, bring_in, mapped_rows
from desirelines.io.arrivals import RowsOf, ingest_new, stop_reading
from desirelines.io.rates import rates_digest
from desirelines.job import Job
from desirelines.rejects import finish_requeues, has_open_requeue, requeue_sources
from desirelines.settings import Source
from desirelines.tables import EVENTS, QUARANTINED_EVENTS
from desirelines.terms import Batch, Terms, open_batches, take_out, terms_of


def ingest_sources(job: Job, sources: list[Source], checkpoints: dict[str, int]) -> int:
    """Read what arrived at the sources since the last time, several sources at once; give the number of batches.

    While one source's rows are worked on, the small writes of another fill the cores that wait. A batch that was begun by another
    mapping or other settings is finished by those; then rows of its source in quarantine come in again by those of now.
    """
    rates = rates_digest(job.spark, job.settings.site)
    finish_requeues(job, sources, rates)
    if job.resync:
        _give_up_open_batches(job)
    with ThreadPoolExecutor(job.settings.ingest.sources_at_once, "ingest") as pool:
        readings = {s.name: pool.submit(_ingest_source, job, s, checkpoints[s.name], rates) for s in sources}
        try:
            done = {name: reading.result() for name, reading in readings.items()}
        except BaseException:
            for reading in readings.values():
                reading.cancel()
            stop_reading(job.spark)
            raise
    by_other_rules = [s for s in sources if done[s.name][1]]
    if by_other_rules:
        requeue_sources(job, by_other_rules, rates)
    return sum(batches for batches, _ in done.values())


def _give_up_open_batches(job: Job) -> None:
    """Take out what unfinished batches wrote of sources that are read anew: their rows come again, under another name."""
    for name, batch in open_batches(job):
        if name in job.resync and not batch.is_requeue:
            take_out(job, name, batch)


def _ingest_source(job: Job, source: Source, checkpoint: int, rates: str | None) -> tuple[int, bool]:
    """Read one source, all of it under a new checkpoint; give its batches, and whether one of them was finished by other rules."""
    place = source.name if checkpoint == 0 else f"{source.name}-{checkpoint}"
    is_first = not _has_events(job, source)
    may_be_begun, by_other_rules = True, False

    def take(rows_by: RowsOf, query_id: str, number: int) -> None:
        nonlocal is_first, may_be_begun, by_other_rules
        batch = Batch(query_id, number, is_first)
        # Batches of a stream come one after the other: only the first of a command can be one that an earlier command began.
        terms = terms_of(job, source, batch, rates, can_be_begun=may_be_begun)

        def rows(terms: Terms) -> Rows:
            read = Observation("desirelines rows read")
            raw = rows_by(terms.source).observe(read, F.count(F.lit(1)).alias("n"))
            return Rows(mapped_rows(job, terms, raw), lambda: int(read.get["n"]))

        bring_in(job, source, batch, terms, rates, rows)
        by_other_rules |= not terms.are_now
        is_first = may_be_begun = False

    batches = ingest_new(
        job.spark, source,
        checkpoint=job.warehouse.path_of(f"_checkpoints/{place}"),
        max_files=job.settings.ingest.max_files_per_batch,
        on_batch=take,
        tell=job.progress.say,
    )  # fmt: skip
    return batches, by_other_rules


def _has_events(job: Job, source: Source) -> bool:
    """Whether anything of the source was used before, by whatever run."""
    if not job.warehouse.exists(EVENTS):
        return False
    return not job.warehouse.read(EVENTS).filter(F.col("source") == source.name).select(F.lit(1)).isEmpty()


def drop_expired(job: Job) -> None:
    """Delete from quarantine what is past its day, by the date the command began. Files go later, with VACUUM.

    The table's statistics tell the first day, so where nothing has expired no row is read and nothing is written. A requeue that was
    begun and not finished keeps its rows until it is.
    """
    if not job.warehouse.exists(QUARANTINED_EVENTS) or has_open_requeue(job):
        return
    today = job.read_at.date()
    first: date | None = job.warehouse.read(QUARANTINED_EVENTS).agg(F.min("expires_on")).collect()[0][0]
    if first is None or first > today:
        return
    days = [(first + timedelta(days=n),) for n in range((today - first).days + 1)]
    job.warehouse.delete(job.spark.createDataFrame(days, "expires_on date"), QUARANTINED_EVENTS)
    job.progress.say(f"quarantine: rows kept until {today} at the latest are dropped")
