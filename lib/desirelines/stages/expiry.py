"""Rows that are kept for a limited time: which have expired, and their deletion."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

from pyspark.sql import functions as F

from desirelines.io.tables.rows import row_count
from desirelines.run.context import Run
from desirelines.stages.ingest_rejects import has_open_requeue
from desirelines.tables import QUARANTINED_EVENTS, SEGMENT_EVIDENCE, Table


def drop_expired(run: Run) -> None:
    """Delete expired rows from quarantine, by the date the command began; VACUUM deletes the files.

    The table's statistics give the first day, so if nothing has expired no row is read and nothing
    is written.
    """
    days = expired_days(run, QUARANTINED_EVENTS)
    if days:
        drop_days(run, QUARANTINED_EVENTS, days)
        run.progress.say(f"quarantine: rows to be kept until {days[-1]} or earlier are deleted")


def forget_old_evidence(run: Run) -> None:
    """Delete the evidence of old runs; keep that of the newest `evidence.keep_runs`."""
    old = runs_to_forget(run, SEGMENT_EVIDENCE)
    if old:
        run.warehouse.drop_runs(SEGMENT_EVIDENCE, old)


def expired_days(run: Run, table: Table) -> list[date]:
    """The days from the first on which a row of the table expires to today; none before that day.

    None in quarantine while a requeue is unfinished: it needs its rows.
    """
    if not run.warehouse.exists(table):
        return []
    if table is QUARANTINED_EVENTS and has_open_requeue(run):
        return []
    today, bounds = run.read_at.date(), run.warehouse.bounds(table, "expires_on")
    if bounds is None or bounds[0] > today:
        return []
    return [bounds[0] + timedelta(days=n) for n in range((today - bounds[0]).days + 1)]


def rows_of_days(run: Run, table: Table, days: Collection[date]) -> int:
    """The number of rows that expire on these days."""
    return row_count(run.warehouse.read(table).filter(F.col("expires_on").isin(*days)))


def drop_days(run: Run, table: Table, days: Collection[date]) -> None:
    """Delete the rows that expire on these days."""
    keys = run.spark.createDataFrame([(day,) for day in days], "expires_on date")
    run.warehouse.delete(keys, table)


def runs_to_forget(run: Run, table: Table, gone: Collection[str] = ()) -> list[str]:
    """Runs whose rows in the table are too old, but for the newest `evidence.keep_runs` runs.

    This run and the newest published one stay whatever else is there: people are told by them why
    they are where they are. `gone` are runs that no longer count.
    """
    states = run.ledger.states()
    begun = {state.run_id: place for place, state in reversed(list(enumerate(states)))}
    runs = sorted(
        run.warehouse.run_ids(table) - set(gone), key=lambda run_id: (begun.get(run_id, -1), run_id)
    )
    stay = {run.run_id, *(state.run_id for state in run.ledger.published()[-1:])}
    too_many = max(len(runs) - run.settings.evidence.keep_runs, 0)
    return [run_id for run_id in runs if run_id not in stay][:too_many]


def rows_of_runs(run: Run, table: Table, run_ids: Collection[str]) -> int:
    """The number of rows of these runs."""
    return row_count(run.warehouse.read(table).filter(F.col("run_id").isin(*run_ids)))
