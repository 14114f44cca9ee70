"""Checks before a run is made for a date, and that its stages are done before it is published."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from desirelines import tables
from desirelines.errors import EmptyInputError, GateError, SettingsError
from desirelines.io.tables.ledger import ABANDONED, DONE, State
from desirelines.run.context import Run
from desirelines.views.data_end import day_after_newest_event
from desirelines.views.features import people_count

NEEDED: tuple[tuple[str, ...], ...] = (
    ("resolve-identities",),
    ("build-sessions",),
    ("build-features",),
    ("fit-clusters", "take-model"),
    ("assign-segments",),
    ("build-paths",),
)
"""Stages that must be done before a run is published, in order; one of each group."""
DATED = {"build-features", "fit-clusters", "take-model", "assign-segments", "build-paths"}
"""Stages whose rows depend on the run's as_of."""


def check_as_of(run: Run) -> None:
    """Make sure that the requested date lies within the data.

    A run published for a later date would be newer than every ordinary run after it, so members
    would not change until the data reach that date.

    Raises:
        SettingsError: it lies beyond the data, and `--force` was not given.
    """
    if run.force or run.requested_as_of is None:
        return
    end = day_after_newest_event(run)
    if run.requested_as_of > end:
        raise SettingsError(
            [
                f"--as-of {run.requested_as_of} lies beyond the data, which end on "
                f"{end - timedelta(days=1)}. Leave --as-of out, or give {end} at the latest. With "
                "--force the run is made anyway, outside the chain of published runs: members "
                "stay as they are"
            ]
        )


def is_beyond_the_data(run: Run) -> bool:
    """Whether the run's date is beyond the data; no later run is compared with such a run."""
    return run.as_of > day_after_newest_event(run)


def check_ready(run: Run, stage: str) -> None:
    """Make sure that what a stage reads is there.

    Raises:
        EmptyInputError: an earlier stage was not done.
    """
    for what, earlier, is_there in _needs(run, stage):
        if not is_there():
            raise EmptyInputError(
                f"{stage} needs {what}, and there are none yet. Nothing was changed. Run "
                f"`desirelines {earlier}` first, or `desirelines run` for all stages."
            )


def _needs(run: Run, stage: str) -> list[tuple[str, str, Callable[[], bool]]]:
    """What a stage reads: its name, the stage that makes it, and whether it is there."""
    warehouse, mine = run.warehouse, {"run_id": [run.run_id]}
    people = ("people", "resolve-identities", lambda: warehouse.exists(tables.IDENTITY_MAP))
    sessions = ("sessions", "build-sessions", lambda: warehouse.exists(tables.SESSIONS))
    features = (f"features as of {run.as_of}", "build-features", lambda: people_count(run) > 0)

    def is_begun() -> bool:
        return any(s.run_id == run.run_id for s in run.ledger.states())

    def of_run(what: str, earlier: str, table: tables.Table) -> tuple[str, str, Callable[[], bool]]:
        name = f"{what} of run {run.run_id}"
        return name, earlier, lambda: bool(warehouse.rows(table, where=mine))

    return {
        "build-features": [people, sessions],
        "fit-clusters": [features],
        "assign-segments": [features, of_run("clusters", "fit-clusters", tables.CLUSTER_MODELS)],
        "build-paths": [of_run("segments", "assign-segments", tables.SEGMENT_SIZES)],
        "publish": [("the stages of an unfinished run", "ingest-events", is_begun)],
    }.get(stage, [])


def check_stages(run: Run) -> None:
    """Make sure that every stage of the run is done, in order, and for its as_of.

    Raises:
        GateError: a stage is missing, or must be run again.
    """
    faults = faults_of_stages([s for s in run.ledger.states() if s.run_id == run.run_id], run.as_of)
    if faults:
        raise GateError(
            f"publish: run {run.run_id} is not whole: {'; '.join(faults)}. Nothing was published. "
            f"Run these stages with --run-id {run.run_id}, then publish."
        )


def faults_of_stages(states: list[State], as_of: date) -> list[str]:
    """Reasons why a run is not whole, from its states, the oldest first.

    Stages from before it was given up do not count: their rows are gone.
    """
    given_up = max((n for n, s in enumerate(states) if s.status == ABANDONED), default=-1)
    states = states[given_up + 1 :]
    newest = {s.phase: n for n, s in enumerate(states)}  # the newest state of a phase counts
    faults, before = [], -1
    for group in NEEDED:
        place = max((newest[name] for name in group if name in newest), default=None)
        name = group[0] if place is None else states[place].phase
        if place is None or states[place].status != DONE:
            faults.append(f"{name} was not done")
        elif name in DATED and states[place].as_of != as_of:
            faults.append(f"{name} was done for as_of {states[place].as_of}, not {as_of}")
        elif place < before:
            faults.append(f"{name} must be done again, since a stage before it was")
        before = max(before, place or -1)
    return faults
