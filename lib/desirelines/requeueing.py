"""Rejected rows once more, by the mapping as it is now: what it can make an event of goes in, once, and leaves quarantine."""

from __future__ import annotations

from pyspark.sql import functions as F

from desirelines.errors import EmptyInputError, SettingsError, did_you_mean
from desirelines.events.fates import row_digest
from desirelines.events.fields import RAW, raw_text
from desirelines.ingestion import Batch, mapped_rows, write_batch
from desirelines.io.sources import raw_of_texts
from desirelines.io.warehouse import row_count
from desirelines.job import Job
from desirelines.settings import Source
from desirelines.tables import QUARANTINED_EVENTS

WAITING = ("quarantined", "late")
"""Fates that another mapping or another setting may change; a conflict is none of them."""


def requeue(job: Job, name: str | None) -> dict[str, dict[str, int]]:
    """Bring rows in quarantine in again, of one source or of all; give rows by fate of each source.

    Rows that still cannot be used stay as they are, with their first reasons and their date of expiry.

    Raises:
        SettingsError: there is no such source.
        EmptyInputError: nothing waits in quarantine.
    """
    names = [s.name for s in job.settings.sources]
    if name is not None and name not in names:
        raise SettingsError(
            [f"--source {name}: no such source{did_you_mean(name, names)}. There are: {', '.join(names)}"]
        )
    with job.stage("requeue") as result:
        waiting = job.warehouse.read(QUARANTINED_EVENTS).filter(F.col("fate").isin(*WAITING))
        if waiting.isEmpty():
            raise EmptyInputError("nothing waits in quarantine.")
        done = {s.name: _requeue(job, s) for s in job.settings.sources if name in (None, s.name)}
        result.rows = sum(fates.get("used", 0) for fates in done.values())
    return {source: fates for source, fates in done.items() if fates}


def _requeue(job: Job, source: Source) -> dict[str, int]:
    mine = (F.col("source") == source.name) & F.col("fate").isin(*WAITING)
    waiting = job.warehouse.read(QUARANTINED_EVENTS).filter(mine)
    texts = waiting.select(RAW)
    if source.lines is not None:
        texts = texts.distinct()  # each broken line kept the text of its whole row
    mapped = mapped_rows(job, source, raw_of_texts(job.spark, source, texts)).withColumn(RAW, raw_text(source))
    mapped = mapped.withColumn("row_digest", row_digest())
    mapped = mapped.localCheckpoint()  # the rows it is made of leave quarantine below
    usable = (F.size("reasons") == 0) & ~F.col("is_late") | F.col("is_suppressed")
    digests = mapped.filter(usable).select("row_digest").distinct()
    taken = mapped.join(digests, "row_digest", "left_semi")
    count = row_count(taken)
    if not count:
        return {}
    leaving = waiting.join(digests, "row_digest", "left_semi").select(*QUARANTINED_EVENTS.key).localCheckpoint()
    fates = write_batch(
        job, source, taken.drop("row_digest"), lambda: count, Batch(f"requeue-{job.run_id}", 0, is_requeue=True)
    )
    job.warehouse.delete(leaving, QUARANTINED_EVENTS)
    return fates
