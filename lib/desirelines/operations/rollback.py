"""Publish the members of an older run again, as a new run."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from desirelines.errors import GateError, SettingsError
from desirelines.io.tables.ledger import ROLLBACK, State
from desirelines.run.context import Run
from desirelines.run.execute import Stage, execute
from desirelines.stages.after_publication import FOLLOWS, follow_up, make_up, what_follows
from desirelines.stages.erasure_requests import delete_who_asked
from desirelines.stages.report import write_report
from desirelines.stages.restoration import restore
from desirelines.tables import (
    CLUSTER_MODELS,
    IDENTITY_MAP,
    SEGMENT_CHANGES,
    SEGMENT_DEFINITIONS,
    SEGMENT_MOVES,
    SEGMENT_SIZES,
    STREAM_OWNERS,
    SUPPRESSIONS,
)
from desirelines.views.runs import RESTORES, newest_published, published_run


@dataclass(frozen=True, slots=True)
class RolledBack:
    """A new run with the members of an older one.

    Attributes:
        run_id: the new run.
        restores: the older run.
        replaces: the run that was the newest before.
        people: people with a main segment; those who are gone, refuse or are suppressed are left
            out.
        people_then: people of the older run.
    """

    run_id: str
    restores: str
    replaces: str
    people: int
    people_then: int | None


def rollback(run: Run, run_id: str) -> RolledBack:
    """Publish the members of an older run as a new run, with its model and its definitions.

    They are folded from the changes, and are people of today; who asked to be erased is deleted
    first. Idempotent in what readers see.

    Raises:
        EmptyInputError: no run was published yet.
        SettingsError: there is no such published run, or it is the newest one.
        GateError: another run was published meanwhile; nothing was published.
    """
    make_up(run, write_report)
    delete_who_asked(run)
    newest = newest_published(run)
    older = _older_run(run, run_id, newest)
    run = run.at(newest.as_of)
    stage = Stage(
        ROLLBACK,
        partial(restore, older=older, newest=newest),
        reads=(SEGMENT_CHANGES, IDENTITY_MAP, STREAM_OWNERS, SUPPRESSIONS),
        writes=(
            SEGMENT_CHANGES,
            SEGMENT_DEFINITIONS,
            SEGMENT_SIZES,
            SEGMENT_MOVES,
            CLUSTER_MODELS,
        ),
    )
    people = execute(stage, run).rows
    is_published = run.ledger.publish(
        run.run_id,
        newest.run_id,
        as_of=run.as_of,
        inputs={RESTORES: older.run_id},
        gates={"people": people},
        row_count=people,
        outputs={FOLLOWS: what_follows(run)},
    )
    if not is_published:
        raise GateError(
            "rollback: another run was published meanwhile. Nothing was published. Look at "
            "`desirelines history`, then run it again."
        )
    follow_up(run)
    return RolledBack(run.run_id, older.run_id, newest.run_id, people, older.row_count)


def _older_run(run: Run, run_id: str, newest: State) -> State:
    if run_id == newest.run_id:
        raise SettingsError([f"run {run_id} is the newest published one: there is nothing to do"])
    return published_run(run, run_id)
