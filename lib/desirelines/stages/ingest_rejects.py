"""Reprocess quarantined rows with the current mapping.

Rows that parse now are ingested exactly once and leave quarantine.
"""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from desirelines.errors import SettingsError
from desirelines.events.raw_fields import RAW, raw_text
from desirelines.frames.keep import checkpointed
from desirelines.io.sources.inspect import raw_of_texts
from desirelines.io.tables.ledger import DONE, STARTED
from desirelines.io.tables.rows import row_count
from desirelines.run.context import Run
from desirelines.run.execute import Stage, StageReport, execute
from desirelines.settings import Source
from desirelines.stages.ingest_batch import judge, mapped_rows, part_of, write
from desirelines.stages.ingest_part import Rows
from desirelines.stages.ingest_terms import REQUEUE, Batch, Terms, open_batches, take_out, terms_of
from desirelines.tables import INGEST_BATCHES, QUARANTINED_EVENTS

PHASE = "requeue"
WAITING = ("quarantined", "late")
"""Fates that another mapping or setting can change; a conflict is not one of them."""


def requeue_sources(
    run: Run, sources: list[Source], rates: str | None
) -> dict[str, dict[str, int]]:
    """Reprocess rows in quarantine; give the number of rows by source and fate.

    Rows that still cannot be used stay as they are.
    """
    done: dict[str, dict[str, int]] = {}

    def requeue(run: Run) -> StageReport:
        if run.run_id not in _open_runs(run):
            # So that a later command knows that there may be something to finish.
            run.ledger.record(run.run_id, PHASE, STARTED)
        number = _batches_of(run)
        for source in sources:
            batch = Batch(f"{REQUEUE}{run.run_id}", number, is_requeue=True)
            done[source.name] = _requeue(run, source, batch, rates)
        return StageReport(sum(fates.get("used", 0) for fates in done.values()))

    execute(Stage(PHASE, requeue), run)
    return {source: fates for source, fates in done.items() if fates}


def has_open_requeue(run: Run) -> bool:
    """Whether a requeue is unfinished, from the ledger alone."""
    return bool(_open_runs(run))


def finish_requeues(run: Run, sources: list[Source], rates: str | None) -> None:
    """Finish requeues that died, on the terms they were begun on.

    If that is impossible (the source is no longer configured, or has another format), what was
    written is deleted; the rows are still in quarantine.
    """
    runs = _open_runs(run)
    if not runs:
        return
    by_name = {s.name: s for s in sources}
    for name, batch in open_batches(run):
        if not batch.is_requeue:
            continue
        try:
            if name in by_name:
                _requeue(run, by_name[name], batch, rates)
            else:
                take_out(run, name, batch)
        except SettingsError:
            take_out(run, name, batch)
    for run_id in runs:
        run.ledger.record(run_id, PHASE, DONE)


def _open_runs(run: Run) -> list[str]:
    newest = {s.run_id: s for s in run.ledger.states() if s.phase == PHASE}
    return sorted(run_id for run_id, state in newest.items() if state.status != DONE)


def _batches_of(run: Run) -> int:
    """Number of the run's next requeue: a run can do more than one."""
    mine = f"{REQUEUE}{run.run_id}:"
    begun = [row["ingest_batch"] for row in run.warehouse.rows(INGEST_BATCHES)]
    numbers = [int(b.removeprefix(mine)) for b in begun if b.startswith(mine)]
    return max(numbers, default=-1) + 1


def _requeue(run: Run, source: Source, batch: Batch, rates: str | None) -> dict[str, int]:
    mine = (F.col("source") == source.name) & F.col("fate").isin(*WAITING) & F.col(RAW).isNotNull()
    waiting = run.warehouse.read(QUARANTINED_EVENTS).filter(mine)
    leaving: list[DataFrame] = []

    def rows(terms: Terms) -> Rows | None:
        # Checkpointed because the rows it is made from leave quarantine below.
        mapped = checkpointed(_read_again(run, terms, waiting))
        usable = (F.size("reasons") == 0) & ~F.col("is_late") | F.col("is_suppressed")
        digests = mapped.filter(usable).select("row_digest").distinct()
        taken = mapped.join(digests, "row_digest", "left_semi")
        count = row_count(taken)
        if not count:
            return None
        gone = waiting.join(digests, "row_digest", "left_semi")
        leaving[:] = [checkpointed(gone.select(*QUARANTINED_EVENTS.key))]
        taken = taken.drop("row_digest")
        return Rows(taken, lambda: count, lambda _: taken)

    part = part_of(run, source, batch, terms_of(run, source, batch, rates), rates, rows)
    fates: dict[str, int] = {}
    if part is not None:
        judged = judge(run, [part])
        write(run, judged)
        fates = judged[0].account
    for keys in leaving:
        run.warehouse.delete(keys, QUARANTINED_EVENTS)
    if not waiting.filter("is_masked").select(F.lit(1)).isEmpty():
        run.progress.say(
            f"{source.name}: rows stay in quarantine. They keep only the columns that the mapping "
            "named when they came. If the mapping has a new column since, read them from the "
            f"source: `desirelines ingest-events --resync {source.name}`"
        )
    return fates


def _read_again(run: Run, terms: Terms, waiting: DataFrame) -> DataFrame:
    """Waiting rows in the event model, with the digest they have in quarantine."""
    texts = waiting.select(RAW, "row_digest", "is_masked", "run_id", "ingest_batch", "ordinal")
    if terms.source.lines is not None:
        # A rejected line keeps the text of its whole row; if masked, only its own text.
        line = F.when(F.col("is_masked"), F.concat_ws("/", "run_id", "ingest_batch", "ordinal"))
        texts = texts.withColumn("_line", line).dropDuplicates(["row_digest", "_line"])
    raw = raw_of_texts(run.spark, terms.source, texts)
    mapped = mapped_rows(run, terms, raw, marked=F.col("file_place") == 1)
    return mapped.withColumns(
        {
            RAW: raw_text(terms.source),
            "row_digest": F.col("file_name"),
            "file_name": F.lit(None).cast("string"),
            "file_place": F.lit(None).cast("long"),
        }
    )
