"""Execute a stage: record its states in the ledger, report its rows and seconds."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from desirelines.errors import GateError
from desirelines.io.spark.job_names import named_jobs
from desirelines.io.tables.ledger import DONE, FAILED, STARTED
from desirelines.run.context import Run
from desirelines.run.lineage import datasets, lineage_of, sources
from desirelines.tables import Table


@dataclass(frozen=True, slots=True)
class StageReport:
    """What a stage did.

    Attributes:
        rows: rows it wrote, or that exist after it.
        note: the outcome in a few words.
        inputs: what decided the result, besides the versions of the tables it reads.
        outputs: what resulted, besides the versions of the tables it writes.
        as_of: the date the stage settled for the run.
        is_to_record: the ledger still needs a DONE state. False if nothing changed, or if the stage
            recorded its end itself.
    """

    rows: int = 0
    note: str = ""
    inputs: dict[str, Any] = field(default_factory=dict)
    outputs: dict[str, Any] = field(default_factory=dict)
    as_of: date | None = None
    is_to_record: bool = True


@dataclass(frozen=True, slots=True)
class Stage:
    """A step of the pipeline.

    Attributes:
        name: its name in commands, ledger and progress.
        do: reads tables, transforms, checks and writes tables.
        reads: tables it reads; their versions are recorded as inputs.
        writes: tables it writes; their versions are recorded as outputs.
        records_start: record in the ledger that it started. Ingest does not, so that it leaves no
            trace if nothing is new.
        reads_sources: it reads the sources of the settings.
    """

    name: str
    do: Callable[[Run], StageReport]
    reads: tuple[Table, ...] = ()
    writes: tuple[Table, ...] = ()
    records_start: bool = True
    reads_sources: bool = False


def execute(stage: Stage, run: Run, then: Sequence[Stage] = ()) -> StageReport:
    """Run one stage. The first recorded state opens the run; later ones extend its lease.

    `then` are the stages that follow it, for the time that is left.

    Raises:
        SettingsError: the run is closed.
        DesirelinesError: as the stage raises it; the ledger records the failure.
    """
    run.ledger.check_open(run.run_id)
    run.progress.begin(stage.name, *_times_before(stage, run, then))
    began = time.monotonic()
    if not any(s.run_id == run.run_id for s in run.ledger.states()):
        run.warehouse.begin_run(run.run_id)
        if stage.records_start:
            run.ledger.record(run.run_id, stage.name, STARTED, as_of=run.requested_as_of)
    lineage = lineage_of(run)
    lineage.began(stage.name)
    try:
        with named_jobs(run.spark, f"{stage.name} of run {run.run_id}"):
            report = stage.do(run)
    except BaseException as error:
        lineage.failed(stage.name, error)
        error.add_note(f"stage {stage.name}")
        if stage.records_start:
            gates = dict(error.gates) if isinstance(error, GateError) and error.gates else None
            seconds = round(time.monotonic() - began, 3)
            run.ledger.record(run.run_id, stage.name, FAILED, gates=gates, seconds=seconds)
        raise
    run.seconds[stage.name] = time.monotonic() - began
    if report.is_to_record:
        run.ledger.record(
            run.run_id,
            stage.name,
            DONE,
            as_of=report.as_of or run.requested_as_of or run.ledger.as_of(run.run_id),
            inputs=run.warehouse.versions(stage.reads) | report.inputs,
            outputs=run.warehouse.versions(stage.writes) | report.outputs,
            row_count=report.rows,
            seconds=round(run.seconds[stage.name], 3),
        )
    read = sources(run) if stage.reads_sources else []
    lineage.ended(
        stage.name,
        inputs=[*read, *datasets(run, stage.reads)],
        outputs=datasets(run, stage.writes),
        rows=report.rows,
    )
    run.progress.end(stage.name, report.rows, run.seconds[stage.name], report.note)
    return report


def _times_before(
    stage: Stage, run: Run, then: Sequence[Stage]
) -> tuple[float | None, float | None]:
    """How long the stage took the last time, and with those after it; null where not known."""
    states = [run.ledger.newest(s.name) for s in (stage, *then)]
    seconds = [None if state is None else state.seconds for state in states]
    known = [s for s in seconds if s is not None]
    return seconds[0], sum(known) if then and len(known) == len(seconds) else None
