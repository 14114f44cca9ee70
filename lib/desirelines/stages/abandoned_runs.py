"""Abandoned runs: delete the rows about people that they staged and never published."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from pyspark.sql import functions as F
from pyspark.sql import types as T

from desirelines.io.tables.ledger import ABANDONED, ENDED, LEASE, MAINTAIN
from desirelines.run.context import Run
from desirelines.tables import ALL, Table

STAGED_BY_RUN = tuple(t for t in ALL if t.is_staged and t.erased_by)
"""Tables about people in which a run's rows wait for its publication."""
STAGED_BY_DATE = tuple(t for t in ALL if t.written == "replace as_of" and t.erased_by)
"""Tables about people as of a date; each row names its run.

A published run can use rows of the same date.
"""


class Leased(Protocol):
    """The part of a ledger state needed here; `lease_until` is null for a run without a lease."""

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
    """Names of unfinished runs whose lease is over and that were not given up since, sorted.

    A lease is over when its time has passed, or when its driver is known to have died (`died`). The
    run that this command continues (`goes_on`) is alive. A newest state without a lease also keeps
    its run alive: its rows are never deleted.
    """
    newest: dict[str, Leased] = {}
    closed = set()
    for state in states:
        if state.status in ENDED:
            closed.add(state.run_id)
        if state.run_id not in newest or newest[state.run_id].recorded_at <= state.recorded_at:
            newest[state.run_id] = state
    return sorted(
        run_id
        for run_id, state in newest.items()
        if run_id not in closed
        and state.status != ABANDONED
        and run_id != goes_on
        and (run_id == died or (state.lease_until is not None and state.lease_until <= now))
    )


def give_up_the_dead(run: Run) -> None:
    """Give up runs whose driver died or whose lease is over, and delete what they staged."""
    give_up(run, dead_runs(run))


def dead_runs(run: Run) -> list[str]:
    """Names of runs whose driver died or whose lease is over."""
    # A command that only held or tidied the warehouse has staged nothing.
    states = [s for s in run.ledger.states() if s.phase not in (LEASE, MAINTAIN)]
    return abandoned_runs(states, run.read_at, goes_on=run.run_id, died=run.died)


def give_up(run: Run, run_ids: Collection[str]) -> None:
    """Give up these unfinished runs: delete what they staged about people, and record it."""
    for table in sweep_abandoned(run, run_ids):
        run.progress.say(
            f"{table}: rows of {' and '.join(run_ids)}, which did not finish, are deleted"
        )
    for run_id in run_ids:
        run.ledger.record(run_id, "sweep", ABANDONED)


def sweep_abandoned(run: Run, run_ids: Collection[str]) -> list[str]:
    """Delete what these runs staged about people; give the tables that had such rows. Idempotent.

    A swept run cannot be continued: by the ledger its stages are done, but their rows are gone.

    Cost: that of `staged_rows`, and one commit for each table with such rows.
    """
    swept = staged_rows(run, run_ids)
    for staged in swept:
        run.warehouse.delete(run.spark.createDataFrame(staged.names, staged.schema), staged.table)
    return [staged.table.name for staged in swept]


@dataclass(frozen=True, slots=True)
class StagedRows:
    """Rows that runs staged in a table: how many, and the runs and dates that name them."""

    table: Table
    row_count: int
    names: list[tuple[Any, ...]]
    schema: T.StructType


def staged_rows(run: Run, run_ids: Collection[str]) -> list[StagedRows]:
    """What these runs staged about people, table by table; tables without such rows are left out.

    In tables as of a date, rows of a date that an ended run has are left out: a published run can
    use them.

    Cost: nothing without runs. Else each of the five tables is searched for the run ids, which file
    statistics answer for most files.
    """
    if not run_ids:
        return []
    kept = {state.as_of for state in run.ledger.ended() if state.as_of is not None}
    found = [_staged(run, table, run_ids, set()) for table in STAGED_BY_RUN]
    found += [_staged(run, table, run_ids, kept) for table in STAGED_BY_DATE]
    return [staged for staged in found if staged is not None]


def _staged(run: Run, table: Table, run_ids: Collection[str], kept: set[date]) -> StagedRows | None:
    if not run.warehouse.exists(table):
        return None
    rows = run.warehouse.read(table).filter(F.col("run_id").isin(*run_ids))
    if kept:
        rows = rows.filter(~F.col("as_of").isin(*kept))
    # Runs and dates name the rows to delete, never people.
    columns = [c for c in ("run_id", "as_of") if c in table.column_names]
    schema = T.StructType([f for f in table.schema if f.name in columns])
    counts = rows.groupBy(*schema.names).count().collect()
    if not counts:
        return None
    names = [tuple(row[name] for name in schema.names) for row in counts]
    return StagedRows(table, sum(row["count"] for row in counts), names, schema)
