"""`desirelines requeue`: reprocess quarantined rows, of one source or of all."""

from __future__ import annotations

from dataclasses import dataclass

from pyspark.sql import functions as F

from desirelines.errors import EmptyInputError, SettingsError, did_you_mean
from desirelines.io.sources.rates import rates_digest
from desirelines.run.context import Run
from desirelines.stages.ingest_rejects import WAITING, finish_requeues, requeue_sources
from desirelines.tables import QUARANTINED_EVENTS


@dataclass(frozen=True, slots=True)
class Requeued:
    """Numbers of reprocessed rows, by source and fate."""

    run_id: str
    rows: dict[str, dict[str, int]]


def requeue(run: Run, name: str | None) -> Requeued:
    """Reprocess quarantined rows with the current mapping, after finishing one that died.

    Rows that still cannot be used stay as they are, with their first reasons and expiry date.

    Raises:
        SettingsError: there is no such source.
        EmptyInputError: nothing waits in quarantine.
    """
    names = [s.name for s in run.settings.sources]
    if name is not None and name not in names:
        raise SettingsError(
            [
                f"--source {name}: no such source{did_you_mean(name, names)}. There are: "
                f"{', '.join(names)}"
            ]
        )
    rates = rates_digest(run.spark, run.settings.site)
    finish_requeues(run, list(run.settings.sources), rates)
    if run.warehouse.read(QUARANTINED_EVENTS).filter(F.col("fate").isin(*WAITING)).isEmpty():
        raise EmptyInputError("nothing waits in quarantine.")
    sources = [s for s in run.settings.sources if name in (None, s.name)]
    return Requeued(run.run_id, requeue_sources(run, sources, rates))
