"""`desirelines requeue`: rejected rows once more, of one source or of all."""

from __future__ import annotations

from pyspark.sql import functions as F

from desirelines.errors import EmptyInputError, SettingsError, did_you_mean
from desirelines.io.rates import rates_digest
from desirelines.job import Job
from desirelines.rejects import WAITING, finish_requeues, requeue_sources
from desirelines.tables import QUARANTINED_EVENTS


def requeue(job: Job, name: str | None) -> dict[str, dict[str, int]]:
    """Bring rows in quarantine in again; give rows by fate of each source. A requeue that died before is finished first.

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
    rates = rates_digest(job.spark, job.settings.site)
    finish_requeues(job, list(job.settings.sources), rates)
    if job.warehouse.read(QUARANTINED_EVENTS).filter(F.col("fate").isin(*WAITING)).isEmpty():
        raise EmptyInputError("nothing waits in quarantine.")
    return requeue_sources(job, [s for s in job.settings.sources if name in (None, s.name)], rates)
