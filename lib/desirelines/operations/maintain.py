"""`desirelines maintain`: what the contracts say about files, age and versions of the tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

from desirelines.errors import ContractError
from desirelines.io.tables.lease import died_in
from desirelines.io.tables.ledger import ABANDONED, MAINTAIN
from desirelines.io.tables.maintenance import (
    commits_to_read,
    compact,
    compaction_of,
    unneeded_files,
    vacuum,
    write_checkpoint,
)
from desirelines.io.tables.migration import migrate, migration_of
from desirelines.io.tables.scratch_tables import FOLDER, size_of_scratch, sweep
from desirelines.run.context import Run
from desirelines.run.execute import Stage, StageReport, execute
from desirelines.stages.abandoned_runs import StagedRows, dead_runs, staged_rows
from desirelines.stages.expiry import (
    drop_days,
    expired_days,
    rows_of_days,
    rows_of_runs,
    runs_to_forget,
)
from desirelines.tables import ALL, RUNS, Table

Action = Literal["migrate", "sweep", "expire", "optimize", "vacuum", "checkpoint"]
DROPS_ROWS = ("sweep", "expire")
"""Actions after which a table has other rows than before."""


@dataclass(frozen=True, slots=True)
class Done:
    """What was done to a table, or would be.

    Attributes:
        table: its name; `_scratch` for the scratch tables of commands that died.
        action: what was done. migrate: brought to this version of its contract; sweep: rows of runs
            that died are deleted; expire: rows that are too old are; optimize: many small files
            became few; vacuum: files that nobody needs are deleted; checkpoint: one file stands for
            many commits.
        files: files that were joined, deleted, or stand behind the checkpoint; null where rows or
            columns are meant.
        rows: rows that were deleted, or that are in the files that were joined.
        bytes: bytes of the files; null where only the store knows it.
        note: what came of it.
    """

    table: str
    action: Action
    files: int | None = None
    rows: int | None = None
    bytes: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Maintained:
    """What was done, or would be: one row for each table and action, in the order of doing."""

    run_id: str
    is_dry_run: bool
    actions: tuple[Done, ...]


@dataclass(frozen=True, slots=True)
class _Step:
    table: Table | None
    done: Done
    do: Callable[[], object]


def maintain(run: Run, *, is_dry_run: bool) -> Maintained:
    """Migrate, sweep, expire, optimize, vacuum and write checkpoints, as the contracts say.

    All is looked at first, so that a dry run gives the numbers of the real one. Without anything to
    do, nothing is written. Beside a run, which the real one waits for, a dry run takes its scratch
    tables for those of commands that died.

    Raises:
        VersionError: a newer package wrote a table.
        ContractError: a table is not as contracted, and cannot be made so; nothing was changed.
        GateError: another program wrote a table while its files were joined.
    """
    if is_dry_run and run.warehouse.local_folder is not None:
        run = replace(run, died=died_in(run.warehouse.local_folder))
    there = [table for table in ALL if run.warehouse.exists(table)]
    migrations = list(_migrations(run, there))
    steps = [*migrations, *_others(run, there)]
    if steps and not is_dry_run:
        found = run.warehouse.versions(_tables_of(steps))
        # Before the ledger is written, which may be one of these tables.
        _take(run, migrations)
        work = partial(_work, steps=steps, first=len(migrations), found=found)
        execute(Stage(MAINTAIN, work, records_start=False), run)
    return Maintained(run.run_id, is_dry_run, tuple(step.done for step in steps))


def _work(run: Run, *, steps: list[_Step], first: int, found: dict[str, int | None]) -> StageReport:
    """Do the steps from the `first` on.

    Gives the versions that were left, and of tables whose rows are the same those that were found
    (`views.versions`).
    """
    _take(run, steps[first:])
    other = {s.table.name for s in steps if s.table and s.done.action in DROPS_ROWS}
    return StageReport(
        sum(s.done.rows or 0 for s in steps if s.done.action in DROPS_ROWS),
        "rows deleted",
        inputs={name: version for name, version in found.items() if name not in other},
        outputs=run.warehouse.versions(_tables_of(steps)),
    )


def _tables_of(steps: list[_Step]) -> list[Table]:
    """The tables of the steps, but for the ledger: to record its version makes another."""
    tables = {s.table.name: s.table for s in steps if s.table is not None}
    return [table for table in tables.values() if table is not RUNS]


def _take(run: Run, steps: list[_Step]) -> None:
    for step in steps:
        step.do()
        run.progress.say(_sentence(step.done))


def _sentence(done: Done) -> str:
    numbers = {"file": done.files, "row": done.rows, "byte": done.bytes}
    counted = [
        f"{number:,} {what}{'' if number == 1 else 's'}"
        for what, number in numbers.items()
        if number is not None
    ]
    return f"{done.table}: {done.action}: {', '.join((*counted, done.note))}"


def _migrations(run: Run, there: list[Table]) -> Iterator[_Step]:
    """Bring older tables to their contracts; every table is checked, before any is changed."""
    for table in there:
        migration = migration_of(run.warehouse, table)
        if migration is not None:
            done = Done(table.name, "migrate", note=migration.note)
            yield _Step(table, done, partial(migrate, run.warehouse, migration))
        elif problems := run.warehouse.problems(table):
            raise ContractError(
                f"table '{table.name}' is not as contracted: {'; '.join(problems)}. Nothing was "
                "changed."
            )


def _others(run: Run, there: list[Table]) -> Iterator[_Step]:
    dead = dead_runs(run)
    dropping = [*_sweeps(run, dead), *_expiries(run, there, dead)]
    yield from dropping
    yield from _scratch(run)
    loses = {step.table for step in dropping}
    for table in there:
        # What is left of a table that loses rows is written anew, and optimized the next time. Rows
        # that go with their run stay in files of their run: to drop them costs nothing then.
        if table not in loses and table.expires_by != "run_id":
            yield from _optimize(run, table)
    for table in there:
        yield from _vacuum(run, table)
    for table in there:
        yield from _checkpoint(run, table)


def _sweeps(run: Run, dead: list[str]) -> Iterator[_Step]:
    """Delete what runs that died staged about people, and record that they are given up."""
    for staged in staged_rows(run, dead):
        done = Done(
            staged.table.name, "sweep", rows=staged.row_count, note=f"staged by {_named(dead)}"
        )
        yield _Step(staged.table, done, partial(_delete_staged, run, staged))
    if dead:
        done = Done(RUNS.name, "sweep", note=f"{_named(dead)} given up")
        yield _Step(RUNS, done, partial(_give_up, run, dead))


def _delete_staged(run: Run, staged: StagedRows) -> None:
    names = run.spark.createDataFrame(staged.names, staged.schema)
    run.warehouse.delete(names, staged.table)


def _give_up(run: Run, dead: list[str]) -> None:
    for run_id in dead:
        run.ledger.record(run_id, "sweep", ABANDONED)


def _expiries(run: Run, there: list[Table], dead: list[str]) -> Iterator[_Step]:
    for table in there:
        if table.expires_by == "expires_on":
            days = expired_days(run, table)
            rows = rows_of_days(run, table, days) if days else 0
            if rows:
                note = f"kept until {days[-1]} or earlier"
                done = Done(table.name, "expire", rows=rows, note=note)
                yield _Step(table, done, partial(drop_days, run, table, days))
        elif table.expires_by == "run_id":
            old = runs_to_forget(run, table, gone=dead)
            if old:
                rows = rows_of_runs(run, table, old)
                done = Done(table.name, "expire", rows=rows, note=f"of {_named(old)}")
                yield _Step(table, done, partial(run.warehouse.drop_runs, table, old))


def _scratch(run: Run) -> Iterator[_Step]:
    files, size = size_of_scratch(run.warehouse)
    if files:
        done = Done(FOLDER, "sweep", files=files, bytes=size, note="of commands that died")
        yield _Step(None, done, partial(sweep, run.warehouse))


def _optimize(run: Run, table: Table) -> Iterator[_Step]:
    compaction = compaction_of(run.warehouse, table)
    if compaction is not None:
        note = f"become {compaction.becomes:,}"
        done = Done(
            table.name, "optimize", compaction.files, compaction.rows, compaction.size, note
        )
        yield _Step(table, done, partial(compact, run.warehouse, compaction))


def _vacuum(run: Run, table: Table) -> Iterator[_Step]:
    unneeded = unneeded_files(run.warehouse, table, run.read_at)
    if unneeded is not None:
        note = "which no version in retention needs"
        done = Done(table.name, "vacuum", unneeded.files, None, unneeded.size, note)
        yield _Step(table, done, partial(vacuum, run.warehouse, table))


def _checkpoint(run: Run, table: Table) -> Iterator[_Step]:
    commits = commits_to_read(run.warehouse, table)
    if commits is not None:
        done = Done(table.name, "checkpoint", files=commits, note="commits behind one file")
        yield _Step(table, done, partial(write_checkpoint, run.warehouse, table))


def _named(run_ids: list[str]) -> str:
    return f"run {run_ids[0]}" if len(run_ids) == 1 else f"runs {', '.join(run_ids)}"
