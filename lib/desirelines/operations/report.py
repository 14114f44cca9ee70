"""Write the page of a published run again."""

from __future__ import annotations

from dataclasses import dataclass, replace

from desirelines.run.context import Run
from desirelines.stages.report import write_report
from desirelines.views.runs import computed_by, newest_published


@dataclass(frozen=True, slots=True)
class WrittenReport:
    """A run and the path of its page."""

    run_id: str
    report: str


def report(run: Run, run_id: str | None) -> WrittenReport:
    """Write the page of a run; of the newest published one for null.

    The page of a rollback is that of the run whose members it published again.

    Raises:
        EmptyInputError: no run was published yet, or not this one.
        MachineError: the page cannot be drawn or written.
    """
    run = replace(run, run_id=computed_by(run, run_id or newest_published(run).run_id))
    return WrittenReport(run.run_id, str(write_report(run)))
