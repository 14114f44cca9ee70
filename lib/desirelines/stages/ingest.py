"""Ingest sources into events, batch by batch, each on its own terms; delete expired quarantine."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict
from functools import partial

from pyspark.sql import DataFrame, Observation
from pyspark.sql import functions as F

from desirelines.errors import ResyncError, listed
from desirelines.frames.keep import checkpointed
from desirelines.io.folders import delete_folder, may_be_there
from desirelines.io.sources.changed_files import changed_files
from desirelines.io.sources.inbox import inbox_of
from desirelines.io.sources.rates import rates_digest
from desirelines.io.sources.readers import is_undecodable, is_wide
from desirelines.io.sources.stream import RowsOf, in_session, ingest_new, stop_reading
from desirelines.run.context import Run
from desirelines.run.execute import StageReport
from desirelines.settings import Source
from desirelines.stages.expiry import drop_expired
from desirelines.stages.gates import check_as_of
from desirelines.stages.ingest_account import used_rows
from desirelines.stages.ingest_batch import mapped_rows, part_of, write_group
from desirelines.stages.ingest_groups import Groups
from desirelines.stages.ingest_matches import say_what_never_matched
from desirelines.stages.ingest_part import Rows
from desirelines.stages.ingest_rejects import finish_requeues, requeue_sources
from desirelines.stages.ingest_terms import Batch, Terms, open_batches, take_out, terms_of
from desirelines.stages.source_state import SourceFacts, facts_before, present_sources
from desirelines.tables import ROW_ACCOUNTS
from desirelines.views.data_end import day_after_newest_event


def ingest_events(run: Run) -> StageReport:
    """Sources → events and the tables written with them; only new rows.

    Also deletes expired rows from quarantine and settles the date of the run.
    """
    drop_expired(run)
    before = facts_before(run)
    sources, facts = present_sources(run, before)
    batches = ingest_sources(run, sources, facts, before)
    as_of = run.requested_as_of or run.ledger.as_of(run.run_id) or day_after_newest_event(run)
    check_as_of(run.at(as_of))
    return StageReport(
        rows=used_rows(run) if batches else 0,
        note="" if batches else "nothing new arrived",
        inputs=asdict(facts),
        as_of=as_of,
        is_to_record=bool(batches) or facts != before,
    )


def ingest_sources(run: Run, sources: list[Source], facts: SourceFacts, before: SourceFacts) -> int:
    """Read what is new at the sources, several at once; give the number of batches.

    Batches of sources that are read at the same time are written together. A batch begun with
    another mapping or other settings is finished with those; then the quarantined rows of its
    source are reprocessed with the current ones. `before` are the facts of the last time.

    Raises:
        ResyncError: sources cannot be read on from where they stopped; the others were read.
    """
    rates = rates_digest(run.spark, run.settings.site)
    finish_requeues(run, sources, rates)
    checkpoints = facts.checkpoints
    if run.resync:
        _give_up_open_batches(run, checkpoints)
    sources = [s for s in sources if facts.are_news_for(s, before)]
    at_once = run.settings.ingest.sources_at_once
    groups = Groups(partial(write_group, run), sources=len(sources), at_once=at_once)

    def ingest(source: Source) -> tuple[int, bool]:
        try:
            return _ingest_source(run, source, checkpoints[source.name], rates, groups)
        finally:
            groups.leave()

    with ThreadPoolExecutor(at_once, "ingest") as pool:
        readings = {s.name: pool.submit(ingest, s) for s in sources}
        try:
            done = _results(readings, run.resync)
        except ResyncError:
            raise
        except BaseException:
            for reading in readings.values():
                reading.cancel()
            groups.give_up()
            stop_reading(run.spark)
            raise
    by_other_rules = [s for s in sources if done[s.name][1]]
    if by_other_rules:
        requeue_sources(run, by_other_rules, rates)
    say_what_never_matched(run)
    return sum(batches for batches, _ in done.values())


def _results(
    readings: Mapping[str, Future[tuple[int, bool]]], again: Collection[str]
) -> dict[str, tuple[int, bool]]:
    """What each reading gave. Sources that stopped are told together, when all others are read."""
    done: dict[str, tuple[int, bool]] = {}
    stopped: dict[str, str] = {}
    for name, reading in readings.items():
        try:
            done[name] = reading.result()
        except ResyncError as error:
            stopped |= error.stopped
    if stopped:
        raise ResyncError(stopped, again)
    return done


def _give_up_open_batches(run: Run, checkpoints: dict[str, int]) -> None:
    """Delete what unfinished batches wrote, and batches that wait, of sources that are resynced.

    Their rows come again, in batches of other names.
    """
    for name in run.resync:
        inbox = inbox_of(_checkpoint(run, name, checkpoints[name] - 1))
        if may_be_there(inbox):
            delete_folder(run.spark, inbox)
    for name, batch in open_batches(run):
        if name in run.resync and not batch.is_requeue:
            take_out(run, name, batch)


def _ingest_source(
    run: Run, source: Source, checkpoint: int, rates: str | None, groups: Groups
) -> tuple[int, bool]:
    """Read one source, all of it under a new checkpoint.

    Give the number of batches, and whether one was finished by other rules.
    """
    is_first = not _has_events(run, source)
    may_be_begun, by_other_rules = True, False

    def take(rows_by: RowsOf, query_id: str, number: int) -> None:
        nonlocal is_first, may_be_begun, by_other_rules
        batch = Batch(query_id, number, is_first)
        # Batches of a stream come in order, so only a command's first can have been begun earlier.
        terms = terms_of(run, source, batch, rates, can_be_begun=may_be_begun)

        def rows(terms: Terms) -> Rows:
            raw = in_session(run.spark, rows_by(terms.source))
            return _counted(run, terms, checkpointed(raw) if is_wide(raw) else raw)

        part = part_of(run, source, batch, terms, rates, rows)
        if part is not None:
            groups.write(part)
        by_other_rules |= not terms.are_now
        is_first = may_be_begun = False

    batches = ingest_new(
        run.spark,
        source,
        name=f"ingest-events of run {run.run_id}: {source.name}",
        checkpoint=_checkpoint(run, source.name, checkpoint),
        max_files=run.settings.ingest.max_files_per_batch,
        on_batch=take,
        tell=run.progress.say,
        tell_unreadable=partial(_leave_out, run, source),
    )
    _tell_changed(run, source, checkpoint)
    return batches, by_other_rules


def _counted(run: Run, terms: Terms, raw: DataFrame) -> Rows:
    """Raw rows in the event model, counted by the execution that reads them."""
    read = Observation(f"desirelines rows read from {terms.source.name}")
    counted = raw.observe(
        read,
        F.count(F.lit(1)).alias("n"),
        F.count_if(is_undecodable(raw, terms.source)).alias("undecodable"),
    )

    def mapped_of(hashes: DataFrame) -> DataFrame:
        return mapped_rows(run, terms, raw.join(hashes, "row_hash", "left_semi"))

    return Rows(
        mapped_rows(run, terms, counted),
        lambda: int(read.get["n"]),
        mapped_of,
        lambda: int(read.get["undecodable"]),
        partial(_counted, run, terms, raw),
    )


def _leave_out(run: Run, source: Source, names: list[str]) -> None:
    """Keep and name the files of a batch that could not be read."""
    run.unreadable.extend((source.name, name) for name in names)
    if names:
        run.progress.say(f"{source.name}: left out, as broken or cut short: {listed(names)}")


def _tell_changed(run: Run, source: Source, checkpoint: int) -> None:
    """Name the files that grew or were replaced after they were read."""
    changed = changed_files(_checkpoint(run, source.name, checkpoint))
    if source.format == "delta" or not changed:
        return
    run.progress.say(
        f"{source.name}: {listed(changed)} changed after it was read; a file is read once, so what "
        "it gained is not in the events. Deliver new rows in new files, or read the source again: "
        f"`desirelines ingest-events --resync {source.name}`"
    )


def _checkpoint(run: Run, source: str, number: int) -> str:
    """The folder of a source's checkpoint."""
    return run.warehouse.path_of(f"_checkpoints/{source if number == 0 else f'{source}-{number}'}")


def _has_events(run: Run, source: Source) -> bool:
    """Whether anything of the source was used before, by whatever run."""
    mine = {"source": [source.name], "fate": ["used"]}
    return bool(run.warehouse.rows(ROW_ACCOUNTS, where=mine))
