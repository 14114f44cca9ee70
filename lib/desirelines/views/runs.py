"""Runs: the newest published one, which were there when one ended, and how long stages took."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from desirelines.characters import shown
from desirelines.errors import EmptyInputError, SettingsError, did_you_mean
from desirelines.io.tables.ledger import ABANDONED, AFTER_THE_END, ENDED, STARTED, State
from desirelines.run.context import Run
from desirelines.tables import INGEST_BATCHES, RUN_METRICS, RUNS
from desirelines.tables.conform import conform

RESTORES = "restores"
"""Key in the inputs of a rollback's publication: the run whose members it published again."""


def restored_by(run: Run, run_id: str) -> str | None:
    """The run whose members this one published again; null if it is no rollback."""
    return run.ledger.inputs_of(run_id, "publish").get(RESTORES)


def computed_by(run: Run, run_id: str) -> str:
    """The run that computed the members of a run: itself, or the one that a rollback restored."""
    while older := restored_by(run, run_id):
        run_id = older
    return run_id


def newest_published(run: Run) -> State:
    """The last run in the chain of published runs.

    Raises:
        EmptyInputError: no run was published yet.
    """
    chain = run.ledger.published()
    if not chain:
        raise nothing_published(run)
    return chain[-1]


def published_run(run: Run, run_id: str | None) -> State:
    """A published run by its id; the newest one for null.

    Raises:
        EmptyInputError: no run was published yet.
        SettingsError: there is no such published run.
    """
    newest = newest_published(run)
    chain = {state.run_id: state for state in run.ledger.published()}
    if run_id is not None and run_id not in chain:
        raise SettingsError(
            [
                f"there is no published run '{shown(run_id)}'{did_you_mean(run_id, chain)}. "
                "`desirelines history` lists them"
            ]
        )
    return newest if run_id is None else chain[run_id]


def nothing_published(run: Run) -> EmptyInputError:
    """The error of a command that needs a published run if there is none."""
    where = run.settings.warehouse.path
    return EmptyInputError(f"no run was published in {where} yet. Run `desirelines run` first.")


def runs_until(run: Run, run_id: str) -> list[str]:
    """The runs that began before this one ended, it included."""
    states = run.ledger.states()
    end = max(n for n, s in enumerate(states) if s.run_id == run_id and s.status in ENDED)
    return sorted({s.run_id for s in states[: end + 1]})


def runs_as_of(run: Run, run_id: str) -> list[str]:
    """The runs whose rows were there when this one ended.

    Beside `runs_until` these are runs that read events before, and died before the ledger knew of
    them: their batches stay.
    """
    until = runs_until(run, run_id)
    states = run.ledger.states()
    known = {s.run_id for s in states}
    ended_at = max(s.recorded_at for s in states if s.run_id == run_id and s.status in ENDED)
    unrecorded = {
        row["run_id"]
        for row in run.warehouse.rows(INGEST_BATCHES)
        if row["run_id"] not in known and row["read_at"] < ended_at
    }
    return sorted({*until, *unrecorded})


def went_on_after(run: Run, run_id: str) -> list[str]:
    """Runs that began before this one ended, and did more after it: their rows are of both."""
    states = run.ledger.states()
    end = max(n for n, s in enumerate(states) if s.run_id == run_id and s.status in ENDED)
    later = {
        s.run_id
        for s in states[end + 1 :]
        if s.phase not in AFTER_THE_END and s.status != ABANDONED
    }
    return sorted(later & {s.run_id for s in states[: end + 1]} - {run_id})


def run_metrics(run: Run) -> DataFrame:
    """The ends of the phases of all runs: seconds, rows, and rows a second; the oldest first."""
    ends = run.warehouse.read(RUNS).filter(F.col("status") != STARTED)
    rate = F.when(F.col("seconds") > 0, F.col("row_count") / F.col("seconds"))
    rows = conform(ends.withColumn("rows_per_second", rate), RUN_METRICS)
    return rows.orderBy("recorded_at", "run_id", "phase", "attempt", "state_no")
