"""A run from the sources to the report, or one stage of it, and its summary."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from datetime import date

from desirelines.errors import DriftError
from desirelines.io.spark.job_names import named_jobs
from desirelines.io.tables.ledger import FAILED, LEASE, PUBLISHED
from desirelines.pipeline import STAGES, run_all
from desirelines.run.context import Run
from desirelines.run.execute import execute
from desirelines.run.lineage import told_whole
from desirelines.stages.abandoned_runs import give_up, give_up_the_dead
from desirelines.stages.after_publication import make_up, say_done
from desirelines.stages.gates import check_as_of, check_ready
from desirelines.stages.report import write_report
from desirelines.tables import ROW_ACCOUNTS
from desirelines.views.data_end import day_after_newest_event
from desirelines.views.members import SegmentSize, segment_sizes


@dataclass(frozen=True, slots=True)
class RunSummary:
    """Summary of a run.

    Attributes:
        run_id: the run; if nothing was new, the earlier one.
        changed: whether anything was new.
        status: PUBLISHED, or BACKFILLED for a run outside the chain.
        as_of: the date of the run.
        row_account: rows by source and fate, of all time.
        segments: its segments, the largest first.
        report: path of the page; null if nothing was new.
        seconds: duration of each stage.
    """

    run_id: str
    changed: bool
    status: str
    as_of: date
    row_account: dict[str, dict[str, int]]
    segments: tuple[SegmentSize, ...]
    report: str | None = None
    seconds: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StageSummary:
    """Summary of one stage."""

    run_id: str
    stage: str
    seconds: float


def run_pipeline(run: Run, *, refit: bool = True) -> RunSummary:
    """Run all stages, then write the report; if nothing is new since an ended run, change nothing.

    First complete what an earlier driver left undone after its publication, and give up runs whose
    drivers died. A run that fails is given up: later commands do not continue it.

    Raises:
        DesirelinesError: a stage cannot go on; nothing was published.
    """
    run = replace(run, refit=refit, writes_report=True)
    make_up(run, write_report)
    give_up_the_dead(run)
    with _given_up_if_it_fails(run), run.ledger.gathered(), told_whole(run):
        outcome = run_all(run)
        run = run.at(outcome.as_of)
        report = None
        if outcome.changed:
            report = _timed_report(run)
            if outcome.status == PUBLISHED:
                say_done(run)
    return RunSummary(
        outcome.run_id,
        outcome.changed,
        outcome.status,
        outcome.as_of,
        row_account=_row_account(run),
        segments=segment_sizes(run, outcome.run_id),
        report=report,
        seconds={stage: round(seconds, 2) for stage, seconds in run.seconds.items()},
    )


def run_stage(run: Run, name: str) -> StageSummary:
    """Run one stage of an unfinished run, or of a new one.

    A run that no stage settled a date for is made for the end of the data. A new run whose first
    stage fails is given up: later commands do not continue it. So is an unfinished run that failed,
    when new events are ingested into another one.

    Raises:
        EmptyInputError: what the stage reads is not there yet.
        DesirelinesError: the stage cannot go on.
    """
    make_up(run, write_report)
    if name == STAGES[0].name:
        failed = [s.run_id for s in run.ledger.open_runs() if s.status == FAILED]
        give_up(run, [run_id for run_id in failed if run_id != run.run_id])
    else:
        settled = run.requested_as_of or run.ledger.as_of(run.run_id)
        run = run.at(settled or day_after_newest_event(run))
        check_as_of(run)
        check_ready(run, name)
    stage = next(s for s in STAGES if s.name == name)
    with nullcontext() if _has_begun(run) else _given_up_if_it_fails(run):
        execute(stage, run)
    return StageSummary(run.run_id, name, round(run.seconds[name], 2))


@contextmanager
def _given_up_if_it_fails(run: Run) -> Iterator[None]:
    """Give up the run if the block fails before the run ended.

    A run that is only too far from the last one stays: it may be right, and can be published.
    """
    try:
        yield
    except DriftError:
        raise
    except Exception:
        is_over = any(s.run_id == run.run_id for s in run.ledger.ended())
        if _has_begun(run) and not is_over:
            # What failed is to be told, whatever happens now: the lease ends the run as well.
            with suppress(Exception):
                give_up(run, [run.run_id])
        raise


def _has_begun(run: Run) -> bool:
    return any(s.run_id == run.run_id and s.phase != LEASE for s in run.ledger.states())


def _timed_report(run: Run) -> str:
    run.progress.begin("report")
    began = run.clock()
    with named_jobs(run.spark, f"report of run {run.run_id}"):
        page = str(write_report(run))
    run.seconds["report"] = (run.clock() - began).total_seconds()
    run.progress.end("report", 1, run.seconds["report"], page)
    return page


def _row_account(run: Run) -> dict[str, dict[str, int]]:
    account: dict[str, dict[str, int]] = {}
    for row in run.warehouse.rows(ROW_ACCOUNTS, "source", "fate"):
        fates = account.setdefault(row["source"], {})
        fates[row["fate"]] = fates.get(row["fate"], 0) + row["row_count"]
    return account
