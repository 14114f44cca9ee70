"""What runs leave that nobody published and nobody goes on with: the rows of people they staged are taken away."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Protocol

from pyspark.sql import functions as F
from pyspark.sql import types as T

from desirelines.io.tables.ledger import ABANDONED, ENDED, LEASE
from desirelines.run.context import Run
from desirelines.tables import ALL, Table

STAGED_BY_RUN = tuple(t for t in ALL if t.is_staged and t.erased_by)
"""Tables with people in which a run's rows wait for its publication."""
STAGED_BY_DATE = tuple(t for t in ALL if t.written == "replace as_of" and t.erased_by)
"""Tables with people as of a date, each row with the run that wrote it; a published run may stand on the same date."""


class Leased(Protocol):
    """What is needed of a state of the ledger; `lease_until` is null where nobody said how long the run lives."""

    @property
    def run_id(self) -> str: ...  # noqa: D102 - as in `runs`
    @property
    def status(self) -> str: ...  # noqa: D102
    @property
    def recorded_at(self) -> datetime: ...  # noqa: D102
    @property
    def lease_until(self) -> datetime | None: ...  # noqa: D102


def abandoned_runs(
    states: Iterable[Leased], now: datetime, *, goes_on: str | None = None, died: str | None = None
) -> list[str]:
    """Runs that were begun, did not end, were not given up before, and whose lease is over; by name.

    A lease is over when its time has passed, or when its driver is known to have died (`died`). The run that this command goes on
    with (`goes_on`) is alive. A state without a lease keeps its run alive: nothing is taken away that was not promised to be.
    """
    newest: dict[str, Leased] = {}
    closed = set()
    for state in states:
        if state.status in (*ENDED, ABANDONED):
            closed.add(state.run_id)
        if state.run_id not in newest or newest[state.run_id].recorded_at <= state.recorded_at:
            newest[state.run_id] = state
    return sorted(
        run_id
        for run_id, state in newest.items()
        if run_id not in closed
        and run_id != goes_on
        and (run_id == died or (state.lease_until is not None and state.lease_until <= now))
    )


def give_up_the_dead(run: Run) -> None:
    """Give up runs whose drivers are dead or whose leases are over, and take away what they staged of people; say so."""
    states = [
        s for s in run.ledger.states() if s.phase != LEASE
    ]  # who only held the warehouse has staged nothing
    runs = abandoned_runs(states, run.read_at, goes_on=run.run_id, died=run.died)
    for table in sweep_abandoned(run, runs):
        run.progress.say(
            f"{table}: rows of {' and '.join(runs)}, which did not come to an end, are taken away"
        )
    for run_id in runs:
        run.ledger.record(run_id, "sweep", ABANDONED)


def sweep_abandoned(run: Run, run_ids: Collection[str]) -> list[str]:
    """Delete what these runs staged of people; give the tables in which something was. Twice is as once.

    Of tables as of a date only dates that no ended run is for: there the rows are what a published run stands on. A run that was
    swept cannot be gone on with: its stages are done by the ledger, and their rows are gone.

    Cost: nothing without runs. Else for each of the five tables a look at the run ids, which file statistics answer for most
    files, and one commit where rows are.
    """
    if not run_ids:
        return []
    kept = {state.as_of for state in run.ledger.ended() if state.as_of is not None}
    swept = [table.name for table in STAGED_BY_RUN if _sweep(run, table, run_ids, set())]
    return swept + [table.name for table in STAGED_BY_DATE if _sweep(run, table, run_ids, kept)]


def _sweep(run: Run, table: Table, run_ids: Collection[str], kept: set[date]) -> bool:
    if not run.warehouse.exists(table):
        return False
    rows = run.warehouse.read(table).filter(F.col("run_id").isin(*run_ids))
    if kept:
        rows = rows.filter(~F.col("as_of").isin(*kept))
    columns = [
        c for c in ("run_id", "as_of") if c in table.column_names
    ]  # runs and dates name the rows, never people
    schema = T.StructType([f for f in table.schema if f.name in columns])
    found = [tuple(row) for row in rows.select(*schema.names).distinct().collect()]
    if found:
        run.warehouse.delete(run.spark.createDataFrame(found, schema), table)
    return bool(found)
