"""Executing a stage: its states go to the ledger, its rows and seconds to the progress."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from desirelines.io.tables.ledger import DONE, FAILED, STARTED
from desirelines.run.context import Run
from desirelines.tables import Table


@dataclass(frozen=True, slots=True)
class StageReport:
    """What a stage did.

    Attributes:
        rows: rows it wrote, or that stand after it.
        note: the outcome in a few words.
        inputs: what decided the result, beside the versions of the tables it reads.
        outputs: what came of it, beside the versions of the tables it writes.
        as_of: the date the stage settled for the run.
        is_to_record: whether the ledger still needs a DONE state: not when nothing changed, or when the stage recorded its end.
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
        name: what the command, the ledger and the progress call it.
        do: reads tables, transforms, checks and writes tables.
        reads: tables it reads; their versions are recorded as inputs.
        writes: tables it writes; their versions are recorded as outputs.
        records_start: whether the ledger learns of it before it ends. Ingest that finds nothing new leaves no trace.
    """

    name: str
    do: Callable[[Run], StageReport]
    reads: tuple[Table, ...] = ()
    writes: tuple[Table, ...] = ()
    records_start: bool = True


def execute(stage: Stage, run: Run) -> StageReport:
    """Run one stage. Its first state also opens the run; every later one extends the run's lease.

    Raises:
        SettingsError: the run is closed.
        DesirelinesError: whatever the stage raises; the ledger then says that it failed.
    """
    run.ledger.check_open(run.run_id)
    run.progress.begin(stage.name)
    began = time.monotonic()
    if not any(s.run_id == run.run_id for s in run.ledger.states()):
        run.warehouse.begin_run(run.run_id)
        if stage.records_start:
            run.ledger.record(run.run_id, stage.name, STARTED, as_of=run.requested_as_of)
    try:
        report = stage.do(run)
    except BaseException:
        if stage.records_start:
            run.ledger.record(run.run_id, stage.name, FAILED)
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
        )
    run.progress.end(stage.name, report.rows, run.seconds[stage.name], report.note)
    return report
