"""Open a run: a session, the tables, and a lock on the warehouse while it is written."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime

from pyspark.sql import SparkSession

from desirelines.errors import GateError
from desirelines.io.spark.session import spark_session
from desirelines.io.tables.lease import ledger_lease, local_lease, refuse_others
from desirelines.io.tables.ledger import FAILED
from desirelines.io.tables.migration import migrate, migration_of, refuse_other_versions
from desirelines.io.tables.scratch_tables import scratch_tables
from desirelines.run import warehouse_facts
from desirelines.run.context import Run, new_run
from desirelines.run.options import RunOptions, new_run_id, settings_of
from desirelines.run.progress import Progress
from desirelines.run.settings_check import check_settings
from desirelines.settings import Settings
from desirelines.tables import IDENTITY_MAP, RUNS, SEGMENT_CHANGES


@contextmanager
def opened(
    options: RunOptions,
    *,
    goes_on: bool = False,
    continues_failed: bool = True,
    writes: str | None = None,
    is_judged: bool = False,
    fits: bool = False,
    migrates: bool = False,
    keeps_session: bool = False,
) -> Iterator[Run]:
    """Open a run. A session that existed before is left running.

    Args:
        options: what to open it with.
        goes_on: without a run id, continue the newest unfinished run.
        continues_failed: continue it also if the last thing that it did failed.
        writes: name of the command, if it writes. Then the warehouse is held until the block ends,
            and a closed run is refused.
        is_judged: check all settings before anything is read, as every command that writes does.
        fits: check also whether MLflow is installed.
        migrates: the command takes tables that an older version of the package wrote.
        keeps_session: leave a session that is started here running, for rows read after the block.

    Raises:
        MachineError: another driver writes the warehouse, or it cannot be written.
        SettingsError: a setting cannot be used, the secrets are not the warehouse's, or the run is
            closed.
        VersionError: a table is at another version of its contract than this package, and the
            command does not take it.
    """
    settings = settings_of(options)
    logging.getLogger("py4j").setLevel(logging.ERROR)
    spark, is_mine = spark_session(settings.spark)
    try:
        run = _run_of(options, spark, settings)
        if writes is not None or is_judged:
            check_settings(spark, settings, on=run.read_at.date(), fits=fits)
        refuse_other_versions(run.warehouse, writes=writes is not None, migrates=migrates)
        with ExitStack() as stack:
            if writes is not None:
                run = _hold_warehouse(
                    run,
                    writes,
                    stack,
                    goes_on=goes_on and options.run_id is None,
                    continues_failed=continues_failed,
                    migrates=migrates,
                )
            stack.enter_context(
                scratch_tables(run.warehouse, run.run_id, is_alone=writes is not None)
            )
            yield run
    finally:
        if is_mine and not keeps_session:
            spark.stop()


def _run_of(options: RunOptions, spark: SparkSession, settings: Settings) -> Run:
    run_id = options.run_id or new_run_id()
    return new_run(
        spark,
        settings,
        run_id,
        lambda: datetime.now(UTC),
        Progress(run_id),
        requested_as_of=options.as_of,
        force=options.force,
        force_publish=options.force_publish,
    )


def _hold_warehouse(
    run: Run,
    command: str,
    stack: ExitStack,
    *,
    goes_on: bool,
    continues_failed: bool,
    migrates: bool,
) -> Run:
    """Hold the warehouse for a command that writes, check its facts, and decide which run it is."""
    run.warehouse.check_writable()
    folder = run.warehouse.local_folder
    lease = None if folder is None else stack.enter_context(local_lease(folder))
    if goes_on:
        open_runs = run.ledger.open_runs()
        if open_runs and (continues_failed or open_runs[0].status != FAILED):
            run_id = open_runs[0].run_id
            run = replace(run, run_id=run_id, progress=Progress(run_id))
    _check_ledger(run)
    warehouse_facts.check(run)
    run.ledger.check_open(run.run_id)
    if lease is None:
        if migrates:
            _migrate_the_ledger(run)
        stack.enter_context(ledger_lease(run.ledger, run.run_id, command))
        return run
    lease.name(run.run_id, command)
    return replace(run, died=lease.died)


def _migrate_the_ledger(run: Run) -> None:
    """Bring `runs` to its contract before the lease, which is a row of it, is taken."""
    refuse_others(run.ledger, run.run_id)
    step = migration_of(run.warehouse, RUNS) if run.warehouse.exists(RUNS) else None
    if step is not None:
        migrate(run.warehouse, step)
        run.progress.say(f"{RUNS.name}: {step.note}")


def _check_ledger(run: Run) -> None:
    """Make sure that the ledger is whole; without one the warehouse must have no published run.

    Raises:
        GateError: the chain of published runs is broken; or `runs` is gone, so the next run would
            start a new history over the published one.
    """
    faults = run.ledger.faults()
    if faults:
        raise GateError(
            f"the chain of published runs is broken: {'; '.join(faults)}. Nothing was changed. "
            "`desirelines check` says how to fix it."
        )
    if not run.ledger.states() and any(
        run.warehouse.exists(t) for t in (IDENTITY_MAP, SEGMENT_CHANGES)
    ):
        raise GateError(
            f"the warehouse {run.settings.warehouse.path} holds tables of runs, but no `runs`: "
            "its ledger is gone. Nothing was changed. `desirelines check` says what is there and "
            "how to fix it."
        )
