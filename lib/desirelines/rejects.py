"""Rejected rows of a source once more, by the mapping as it is now: what it can make an event of goes in, once, and leaves quarantine."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from desirelines.errors import SettingsError
from desirelines.events.fields import RAW, raw_text
from desirelines.ingestion import Rows, bring_in, mapped_rows
from desirelines.io.ledger import DONE, STARTED
from desirelines.io.sources import raw_of_texts
from desirelines.io.warehouse import row_count
from desirelines.job import Job
from desirelines.settings import Source
from desirelines.tables import INGEST_BATCHES, QUARANTINED_EVENTS
from desirelines.terms import REQUEUE, Batch, Terms, open_batches, take_out, terms_of

PHASE = "requeue"
WAITING = ("quarantined", "late")
"""Fates that another mapping or another setting may change; a conflict is none of them."""


def requeue_sources(job: Job, sources: list[Source], rates: str | None) -> dict[str, dict[str, int]]:
    """Bring rows in quarantine in again; give rows by fate of each source. Rows that still cannot be used stay as they are."""
    with job.stage(PHASE) as result:
        if job.run_id not in _open_runs(job):
            job.ledger.record(job.run_id, PHASE, STARTED)  # the ledger tells that there may be something to finish
        number = _batches_of(job)
        done = {
            s.name: _requeue(job, s, Batch(f"{REQUEUE}{job.run_id}", number, is_requeue=True), rates) for s in sources
        }
        result.rows = sum(fates.get("used", 0) for fates in done.values())
    return {source: fates for source, fates in done.items() if fates}


def has_open_requeue(job: Job) -> bool:
    """Whether a requeue was begun and not finished, told by the ledger alone."""
    return bool(_open_runs(job))


def finish_requeues(job: Job, sources: list[Source], rates: str | None) -> None:
    """Finish what requeues that died had begun, on the terms they were begun on.

    Where that cannot be (the source is no longer configured, or is of another format) what was written is taken out; the rows are
    still in quarantine.
    """
    runs = _open_runs(job)
    if not runs:
        return
    by_name = {s.name: s for s in sources}
    for name, batch in open_batches(job):
        if not batch.is_requeue:
            continue
        try:
            if name in by_name:
                _requeue(job, by_name[name], batch, rates)
            else:
                take_out(job, name, batch)
        except SettingsError:
            take_out(job, name, batch)
    for run_id in runs:
        job.ledger.record(run_id, PHASE, DONE)


def _open_runs(job: Job) -> list[str]:
    newest = {s.run_id: s for s in job.ledger.states() if s.phase == PHASE}
    return sorted(run_id for run_id, state in newest.items() if state.status != DONE)


def _batches_of(job: Job) -> int:
    """Number of the run's next requeue: a run may do so more than once."""
    mine = F.split("ingest_batch", ":")
    begun = job.warehouse.read(INGEST_BATCHES).filter(mine[0] == f"{REQUEUE}{job.run_id}")
    newest = begun.agg(F.max(mine[1].cast("long"))).collect()[0][0]
    return 0 if newest is None else int(newest) + 1


def _requeue(job: Job, source: Source, batch: Batch, rates: str | None) -> dict[str, int]:
    mine = (F.col("source") == source.name) & F.col("fate").isin(*WAITING) & F.col(RAW).isNotNull()
    waiting = job.warehouse.read(QUARANTINED_EVENTS).filter(mine)
    leaving: list[DataFrame] = []

    def rows(terms: Terms) -> Rows | None:
        mapped = _read_again(job, terms, waiting).localCheckpoint()  # the rows it is made of leave quarantine below
        usable = (F.size("reasons") == 0) & ~F.col("is_late") | F.col("is_suppressed")
        digests = mapped.filter(usable).select("row_digest").distinct()
        taken = mapped.join(digests, "row_digest", "left_semi")
        count = row_count(taken)
        if not count:
            return None
        leaving[:] = [
            waiting.join(digests, "row_digest", "left_semi").select(*QUARANTINED_EVENTS.key).localCheckpoint()
        ]
        return Rows(taken.drop("row_digest"), lambda: count)

    fates = bring_in(job, source, batch, terms_of(job, source, batch, rates), rates, rows)
    for keys in leaving:
        job.warehouse.delete(keys, QUARANTINED_EVENTS)
    if not waiting.filter("is_masked").select(F.lit(1)).isEmpty():
        job.progress.say(
            f"{source.name}: rows stay in quarantine. What is kept of them is what the mapping named when they came; if a column was added to it "
            f"since, read them from the source: `desirelines ingest-events --resync {source.name}`"
        )
    return fates


def _read_again(job: Job, terms: Terms, waiting: DataFrame) -> DataFrame:
    """Waiting rows in the event model, with the digest they have in quarantine."""
    texts = waiting.select(RAW, "row_digest", "is_masked", "run_id", "ingest_batch", "ordinal")
    if terms.source.lines is not None:
        # Each broken line kept the text of its whole row, where it is not masked; masked, it kept its own.
        own = F.when(F.col("is_masked"), F.concat_ws("/", "run_id", "ingest_batch", "ordinal"))
        texts = texts.withColumn("_own", own).dropDuplicates(["row_digest", "_own"])
    raw = raw_of_texts(job.spark, terms.source, texts)
    mapped = mapped_rows(job, terms, raw, marked=F.col("file_place") == 1)
    return mapped.withColumns({
        RAW: raw_text(terms.source), "row_digest": F.col("file_name"),
        "file_name": F.lit(None).cast("string"), "file_place": F.lit(None).cast("long"),
    })  # fmt: skip
