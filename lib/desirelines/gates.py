"""What must hold before a run is made for a date, and before it is published."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from pyspark.sql import functions as F

from desirelines import tables
from desirelines.errors import EmptyInputError, GateError, SettingsError
from desirelines.io.ledger import ABANDONED, DONE, State
from desirelines.io.warehouse import row_count
from desirelines.job import Job
from desirelines.membership import members_after
from desirelines.reading import features_of

NEEDED: tuple[tuple[str, ...], ...] = (
    ("resolve-identities",),
    ("build-sessions",),
    ("build-features",),
    ("fit-clusters", "take-model"),
    ("assign-segments",),
    ("build-paths",),
)
"""Stages that a run has behind it when it is published, in order; of a group any one."""
DATED = {"build-features", "fit-clusters", "take-model", "assign-segments", "build-paths"}
"""Stages whose rows are of the run's as_of."""


def day_after_newest_event(job: Job) -> date:
    """The midnight (site zone) after the newest accepted event: where the data end. Asked for once.

    Raises:
        EmptyInputError: no event was accepted.
    """
    if job.data_end is None:
        events = job.warehouse.read(tables.EVENTS)
        newest_day = events.agg(F.max("occurred_on")).collect()[0][0]  # the table's log knows; then one day is read
        if newest_day is None:
            raise EmptyInputError(
                "no event was accepted: every row is in quarantine or late. `desirelines check` shows the reasons."
            )
        local = F.from_utc_timestamp("occurred_at", job.settings.site.time_zone).cast("date")
        newest: date = events.filter(F.col("occurred_on") == F.lit(newest_day)).agg(F.max(local)).collect()[0][0]
        job.data_end = newest + timedelta(days=1)
    return job.data_end


def check_as_of(job: Job) -> None:
    """Make sure that the date a run was asked to be made for lies within the data.

    A run that is published for a later date would be newer than every ordinary run after it, and the members would stay as they
    are until the data come so far.

    Raises:
        SettingsError: it lies beyond the data, and nobody said `--force`.
    """
    if job.force or job.as_of_wanted is None:
        return
    end = day_after_newest_event(job)
    if job.as_of_wanted > end:
        raise SettingsError(
            [
                f"--as-of {job.as_of_wanted} lies beyond the data, which end on {end - timedelta(days=1)}. Leave --as-of out, or give {end} "
                "at the latest. With --force the run is made all the same, outside the chain of published runs: members stay as they are"
            ]
        )


def is_beyond_the_data(job: Job) -> bool:
    """Whether the run is made for a date beyond the data: no run to compare later ones with."""
    return job.as_of > day_after_newest_event(job)


def check_stages(job: Job) -> None:
    """Make sure that every stage of the run was done, for its as_of, and none after the one that builds on it.

    Raises:
        GateError: a stage is missing, or must be done again.
    """
    faults = faults_of_stages([s for s in job.ledger.states() if s.run_id == job.run_id], job.as_of)
    if faults:
        raise GateError(
            f"publish: run {job.run_id} is not whole: {'; '.join(faults)}. Nothing was published. Do these stages with "
            f"--run-id {job.run_id}, then publish."
        )


def faults_of_stages(states: list[State], as_of: date) -> list[str]:
    """What keeps a run from being whole, by its states, oldest first. What it did before it was given up is gone."""
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


def check_gates(job: Job) -> dict[str, Any]:
    """Hold the run's numbers against each other; give them.

    Raises:
        GateError: a check failed.
    """
    accounts = (
        job.warehouse.read(tables.ROW_ACCOUNTS)
        .groupBy("source", "ingest_batch")
        .agg(F.sum("row_count").alias("fates"), F.max("rows_read").alias("read"))
    )
    broken = accounts.filter(F.col("fates") != F.col("read")).count()
    people = row_count(features_of(job))
    primaries = row_count(members_after(job, job.run_id).filter("is_primary").select("person_id").distinct())
    gates = {"people": people, "with_primary": primaries, "batches_that_do_not_add_up": broken}
    if broken or people != primaries:
        raise GateError(f"publish: the checks failed: {gates}. Nothing was published; the last published run stays.")
    return gates
