"""What follows a publication: members, the registry's champion, the report.

The next command completes what a crash left undone.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

from desirelines.errors import DesirelinesError, GateError
from desirelines.io.tables.ledger import AFTER_PUBLICATION, DONE, State
from desirelines.run.context import Run
from desirelines.stages.clusters import promote_model
from desirelines.tables import SEGMENT_MEMBERS
from desirelines.views.members import members_after, members_stand_for

FOLLOWS = "follows"
"""Key in the outputs of a publication's state: the list of what follows it."""
MEMBERS, CHAMPION, REPORT = "segment_members", "champion", "report"


def what_follows(run: Run) -> list[str]:
    """What this command does once the run is published."""
    return [MEMBERS, CHAMPION, *([REPORT] if run.writes_report else [])]


def follow_up(run: Run, write_report: Callable[[Run], object] | None = None) -> None:
    """Do what follows the run's publication, and record in the ledger when all of it is done.

    Without `write_report` the command writes the report itself and then calls `say_done`.
    """
    repair_members(run)
    is_done = promote_model(run)
    if write_report is not None:
        try:
            write_report(run)
        except DesirelinesError as error:
            # The run is published anyway, and later runs must not wait for a page.
            run.progress.say(f"the report of run {run.run_id} was not written: {error}")
            is_done = False
    if is_done and (write_report is not None or not run.writes_report):
        say_done(run)


def say_done(run: Run) -> None:
    """Record that everything that follows the publication is done."""
    run.ledger.record(run.run_id, AFTER_PUBLICATION, DONE, as_of=run.as_of)


def make_up(run: Run, write_report: Callable[[Run], object]) -> None:
    """Complete what the driver of the newest published run left undone, and report it.

    `segment_members` is checked whatever the ledger says.
    """
    chain = run.ledger.published()
    undone = _left_undone(run, chain[-1]) if chain else []
    if not undone:
        repair_members(run)
        return
    run.progress.say(
        f"run {chain[-1].run_id} was published, but {' and '.join(undone)} did not follow: "
        "completed now"
    )
    published = replace(
        run,
        run_id=chain[-1].run_id,
        requested_as_of=chain[-1].as_of,
        writes_report=REPORT in undone,
    )
    follow_up(published, write_report if REPORT in undone else None)
    run.ledger.forget()


def _left_undone(run: Run, publication: State) -> list[str]:
    """What should have followed a publication but may not have.

    Nothing if an older version of this program published it.
    """
    follows = json.loads(publication.outputs or "{}").get(FOLLOWS, [])
    is_done = any(
        s.run_id == publication.run_id and s.phase == AFTER_PUBLICATION for s in run.ledger.states()
    )
    return [] if is_done else list(follows)


def repair_members(run: Run) -> None:
    """Bring `segment_members` to the newest published run, if it is not there already.

    Raises:
        GateError: its run is not published by the ledger, so the ledger lost a state.
    """
    chain = [s.run_id for s in run.ledger.published()]
    if not chain:
        return
    stands_for = members_stand_for(run.warehouse)
    if stands_for is not None and stands_for not in chain:
        raise GateError(
            f"segment_members stands for run {stands_for}, which `runs` does not know as "
            "published. Nothing was changed: the members would go back to an older run. Run "
            "`desirelines check` for details."
        )
    if stands_for != chain[-1]:
        run.warehouse.replace_all(members_after(run, chain[-1]), SEGMENT_MEMBERS)
