"""Compute a run again from its rows, its settings and its model, and compare."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from desirelines.errors import SettingsError
from desirelines.history.sameness import to_sameness
from desirelines.io.tables.ledger import State
from desirelines.io.tables.rows import row_count
from desirelines.operations.past_run import computed_run, past_run, settings_of_run
from desirelines.pipeline import ASSIGN, BUILD_FEATURES, FIT
from desirelines.run.context import Run
from desirelines.run.execute import Stage, StageReport, execute
from desirelines.settings.run_ids import NO_BASE
from desirelines.stages.sessions import rebuild_sessions
from desirelines.tables import (
    CLUSTER_MODELS,
    EVENTS,
    FEATURES,
    ROW_ACCOUNTS,
    SEGMENT_CHANGES,
    SEGMENT_EVIDENCE,
    SEGMENT_PROFILES,
    SEGMENT_SIZES,
    SUPPRESSIONS,
    Table,
)
from desirelines.views.features import features_of
from desirelines.views.members import members_after
from desirelines.views.models import own_model

OF_PEOPLE = (FEATURES, SEGMENT_CHANGES, SEGMENT_EVIDENCE)
OF_EVERYBODY = (SEGMENT_SIZES, SEGMENT_PROFILES)
"""Numbers over everybody of then; they stay as they are when somebody is erased."""
OF_ONE_EXECUTION = ("run_id", "mlflow_run_id")
"""Columns that are not compared."""
SUMMED = {SEGMENT_PROFILES.name: ("mean", "effect")}
"""Columns with sums over people, whose last digits depend on the order of their addition."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A table of the run beside the same computed again.

    Attributes:
        rows: rows of the run that the warehouse holds.
        equal: of these, rows that are equal in every value.
        different: of these, rows with another value now.
        missing: of these, rows that were not computed again.
        extra: rows computed again that the warehouse does not hold.
    """

    table: str
    rows: int
    equal: int
    different: int
    missing: int
    extra: int
    is_same: bool


@dataclass(frozen=True, slots=True)
class NotCompared:
    """A table of the run that cannot be compared, and why."""

    table: str
    why: str


@dataclass(frozen=True, slots=True)
class Replayed:
    """A run that was computed again.

    Attributes:
        is_same: everybody still held has the same features, evidence and segments.
        people: people of the run who are still held.
        people_gone: people of then of whom nothing is held any more.
        events_gone: events of then that are no longer there.
    """

    run_id: str
    as_of: date | None
    is_same: bool
    tables: tuple[Compared, ...]
    not_compared: tuple[NotCompared, ...]
    people: int
    people_gone: int
    events_gone: int
    seconds: float


def replay(run: Run, run_id: str, *, refit: bool = False) -> Replayed:
    """Compute sessions, features and segments of a run again, from its rows, and compare.

    The model is the one of the run; with `refit` it is fitted again and compared, too. No table of
    the warehouse is written.

    Raises:
        EmptyInputError: no run was published yet, or nobody of then is held any more.
        SettingsError: the run did not end or is a rollback, its settings are not known, or it
            cannot be fitted again.
    """
    end = computed_run(run, run_id)
    then = replace(run.of(run_id, end.as_of), settings=settings_of_run(run, end), memo={})
    with past_run(then) as again:
        if refit:
            _check_refit(again, end)
        fit = (FIT,) if refit else ()
        for stage in (SESSIONS_AGAIN, BUILD_FEATURES, *fit, ASSIGN):
            execute(stage, again)
        people = _people(then, again)
        gone = max(0, (end.row_count or 0) - people)
        left_out = _left_out(then, again, gone)
        names = {n.table for n in left_out}
        compared = (*OF_PEOPLE, *((CLUSTER_MODELS,) if refit else ()), *OF_EVERYBODY)
        tables = tuple(_compared(then, again, t) for t in compared if t.name not in names)
        return Replayed(
            run_id,
            end.as_of,
            all(t.is_same for t in tables),
            tables,
            left_out,
            people,
            gone,
            _events_gone(again),
            round(sum(again.seconds.values()), 1),
        )


def _sessions_again(run: Run) -> StageReport:
    account = rebuild_sessions(run, None)
    return StageReport(account.sessions, str(account))


SESSIONS_AGAIN = Stage("build-sessions", _sessions_again)


def _check_refit(again: Run, end: State) -> None:
    """Make sure that a fit can be the same: it was the run's own, of people who are all there.

    Raises:
        SettingsError: it is not so.
    """
    fitted = sorted({row["model_version"] for row in own_model(again).rows})
    if fitted != [end.run_id]:
        why = f"run {end.run_id} took the model of run {', '.join(fitted)}: replay that one"
        raise SettingsError([f"--refit: {why}"])
    suppressed = again.warehouse.rows(SUPPRESSIONS)
    since = [r for r in suppressed if r["is_suppressed"] and r["active_from"] > end.recorded_at]
    if since or _events_gone(again):
        raise SettingsError(
            [
                f"--refit: somebody was erased since run {end.run_id}, or events of then are no "
                "longer there, and a fit is of everybody. Leave it out: the run is then computed "
                "again with the model that it had"
            ]
        )


def _people(then: Run, again: Run) -> int:
    """People of the run who are still held: in its segments, or among those computed again."""
    members = members_after(then, then.run_id).filter("is_primary").select("person_id")
    return row_count(members.unionByName(features_of(again).select("person_id")).distinct())


def _left_out(then: Run, again: Run, gone: int) -> tuple[NotCompared, ...]:
    """The tables that cannot be compared."""
    found = []
    if features_of(then).filter(F.col("run_id") == then.run_id).isEmpty():
        later = sorted(r[0] for r in features_of(then).select("run_id").distinct().collect())
        why = f"replaced by run {', '.join(later)}, of the same date" if later else "not kept"
        found.append(NotCompared(FEATURES.name, why))
    if then.run_id not in then.warehouse.run_ids(SEGMENT_EVIDENCE):
        keep = f"kept for the newest {then.settings.evidence.keep_runs} runs (evidence.keep_runs)"
        found.append(NotCompared(SEGMENT_EVIDENCE.name, keep))
    if gone or _base_gone(then, again):
        why = "over everybody of then, of whom some are no longer there"
        found += [NotCompared(table.name, why) for table in OF_EVERYBODY]
    return tuple(found)


def _base_gone(then: Run, again: Run) -> bool:
    """Whether people of the run before are no longer there."""
    base, _ = again.ledger.base_of(again.run_id, again.as_of)
    if base == NO_BASE:
        return False
    people = next(s.row_count for s in again.ledger.ended() if s.run_id == base)
    return row_count(members_after(then, base).filter("is_primary")) < (people or 0)


def _events_gone(again: Run) -> int:
    """Events that the row accounts of then know, and `events` does not hold any more."""
    accounts = again.warehouse.rows(ROW_ACCOUNTS, where={"fate": ["used"]})
    then = sum(int(row["row_count"]) for row in accounts)
    return max(0, then - again.warehouse.row_count(EVENTS))


def _compared(then: Run, again: Run, table: Table) -> Compared:
    key = [c for c in table.key if c != "run_id"]
    counts = to_sameness(
        _rows_of(then, table),
        _rows_of(again, table),
        key=key,
        values=[c for c in table.column_names if c not in (*key, *OF_ONE_EXECUTION)],
        nearly=SUMMED.get(table.name, ()),
    )
    row = counts.collect()[0].asDict()
    return Compared(table.name, **row, is_same=row["rows"] == row["equal"] and not row["extra"])


def _rows_of(run: Run, table: Table) -> DataFrame:
    rows = run.warehouse.read(table).filter(F.col("run_id") == run.run_id)
    return rows.filter(F.col("as_of") == F.lit(run.as_of)) if table == FEATURES else rows
