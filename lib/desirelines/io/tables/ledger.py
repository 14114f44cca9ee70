"""The ledger of runs: states of every run, and which run is the base of the next.

A state records what was begun, done or published, and from which versions.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from delta.exceptions import ConcurrentAppendException, ConcurrentTransactionException

from desirelines import __version__
from desirelines.errors import SettingsError
from desirelines.io.tables.chain import after_all, chain_of
from desirelines.io.tables.store import Warehouse
from desirelines.settings.run_ids import NO_BASE
from desirelines.tables import RUNS, SUPPRESSIONS

STARTED, DONE, FAILED, ABANDONED = "STARTED", "DONE", "FAILED", "ABANDONED"
PUBLISHED, BACKFILLED = "PUBLISHED", "BACKFILLED"
ENDED = (PUBLISHED, BACKFILLED)
AFTER_PUBLICATION = "after-publication"
"""The phase that follows a run's end: members, champion and report."""
LEASE, MAINTAIN, REBUILD, ROLLBACK, ERASE = "lease", "maintain", "rebuild", "rollback", "erase"
WHOLE = (REBUILD, ROLLBACK, ERASE)  # one command does them whole; no other continues them
AFTER_THE_END = (AFTER_PUBLICATION, LEASE)
"""Phases that a closed run may still have."""
LEASE_TIME = timedelta(hours=6)
PUBLISH_TRIES = 5
LONGEST_WAIT = timedelta(minutes=5)
"""How long a state may wait for others before it is written."""
ORDER = ("recorded_at", "run_id", "phase", "attempt", "state_no")
"""Columns that order the states, the oldest first."""


@dataclass(frozen=True, slots=True)
class State:
    """One row of `runs`."""

    run_id: str
    phase: str
    attempt: int
    state_no: int
    status: str
    as_of: date | None
    base_run_id: str | None
    inputs: str | None
    outputs: str | None
    config_hash: str
    row_count: int | None
    recorded_at: datetime
    lease_until: datetime | None
    seconds: float | None = None


@dataclass
class Ledger:
    """Reads and appends states; times come from the given clock."""

    warehouse: Warehouse
    clock: Callable[[], datetime]
    config_hash: str
    _states: list[State] | None = field(default=None)
    _waiting: list[dict[str, Any]] = field(default_factory=list)
    _gathers_since: datetime | None = field(default=None)

    def states(self) -> list[State]:
        """All states, oldest first."""
        if self._states is None:
            rows = self.warehouse.rows(RUNS, *ORDER)
            names = State.__dataclass_fields__
            self._states = [State(**{n: row[n] for n in names}) for row in rows]
            self.warehouse.close_runs(s.run_id for s in self._states if s.status in ENDED)
        return self._states

    def forget(self) -> None:
        """Read the states again at the next use: another driver may have written some."""
        self.flush()
        self._states = None

    @contextmanager
    def gathered(self) -> Iterator[None]:
        """Write the states of this block together: each small commit takes its time.

        A run's first state is written at once, as is a failure, and all after `LONGEST_WAIT`. What
        waits when a driver is killed is lost, and its stages are done again.
        """
        self._gathers_since = self.clock()
        try:
            yield
        finally:
            self._gathers_since = None
            self.flush()

    def flush(self) -> None:
        """Write the states that wait."""
        if self._waiting:
            self.warehouse.append(self._waiting, RUNS)
            self._waiting = []

    def ended(self) -> list[State]:
        """Published and backfilled runs, oldest first."""
        return [s for s in self.states() if s.status in ENDED]

    def published(self) -> list[State]:
        """Published runs in the order of their chain: the base of each is the one before."""
        return self._chain()[0]

    def faults(self) -> list[str]:
        """Faults of the chain of published runs, in words; none in a sound warehouse."""
        return self._chain()[1]

    def _chain(self) -> tuple[list[State], list[str]]:
        return chain_of([s for s in self.states() if s.status == PUBLISHED])

    def check_open(self, run_id: str) -> None:
        """Make sure that a run may still write; a published or backfilled run is closed for good.

        Raises:
            SettingsError: it is closed.
        """
        end = next((s for s in self.ended() if s.run_id == run_id), None)
        if end is not None:
            how = "published" if end.status == PUBLISHED else "ended as a backfill"
            raise SettingsError(
                [
                    f"run {run_id} was {how} on {end.recorded_at:%Y-%m-%d %H:%M} UTC and is "
                    "closed: what it wrote is history. Nothing was changed. Leave --run-id out to "
                    "begin a new run; `desirelines history` lists the closed ones"
                ]
            )

    def open_runs(self) -> list[State]:
        """The newest state of each run that a command can continue, the newest first.

        Such a run neither ended nor was given up, and no other one ended since its newest state. A
        rebuild is never published, and a rollback is done whole or not at all, so they are none.
        """
        states = [s for s in self.states() if s.phase not in (LEASE, MAINTAIN)]
        closed = {s.run_id for s in states if s.status in ENDED or s.phase in WHOLE}
        end = max((n for n, s in enumerate(states) if s.status in ENDED), default=-1)
        newest = {s.run_id: n for n, s in enumerate(states) if s.run_id not in closed and n > end}
        return [states[n] for n in sorted(newest.values())[::-1] if states[n].status != ABANDONED]

    def as_of(self, run_id: str) -> date | None:
        """The as_of of a run; None before it was decided."""
        return next(
            (s.as_of for s in reversed(self.states()) if s.run_id == run_id and s.as_of), None
        )

    def newest(self, phase: str, *, status: str = DONE, run_id: str | None = None) -> State | None:
        """The newest state of a phase with this status, of one run or of any."""
        fits = (
            s
            for s in reversed(self.states())
            if s.phase == phase and s.status == status and run_id in (None, s.run_id)
        )
        return next(fits, None)

    def base_of(self, run_id: str, as_of: date) -> tuple[str, bool]:
        """The run to compare with, and whether this run is a backfill.

        It is the newest published run. For a run with an older as_of than that one, it is the
        newest published run with an earlier as_of.
        """
        chain = [s for s in self.published() if s.run_id != run_id]
        if not chain:
            return NO_BASE, False
        if chain[-1].as_of is not None and as_of < chain[-1].as_of:
            earlier = [s for s in chain if s.as_of is not None and s.as_of < as_of]
            return (earlier[-1].run_id if earlier else NO_BASE), True
        return chain[-1].run_id, False

    def record(self, run_id: str, phase: str, status: str, **facts: Any) -> None:
        """Append one state.

        Facts: as_of, base_run_id, inputs, outputs, gates (dicts become JSON), row_count, seconds.

        Raises:
            SettingsError: the run is closed, and the phase is not one that follows its end.
        """
        if phase not in AFTER_THE_END:
            self.check_open(run_id)
        row = self._row(run_id, phase, status, facts)
        states = self.states()
        is_first = not any(s.run_id == run_id for s in states)
        states.append(State(**{name: row[name] for name in State.__dataclass_fields__}))
        self._waiting.append(row)
        if is_first or status == FAILED or not self._can_wait(row["recorded_at"]):
            self.flush()

    def _can_wait(self, now: datetime) -> bool:
        """Whether states are gathered, and none has waited too long."""
        since = self._gathers_since
        if since is not None and now - since >= LONGEST_WAIT:
            self._gathers_since = now
            return False
        return since is not None

    def record_first(
        self, run_id: str, phase: str, status: str, *, writer: str, number: int, **facts: Any
    ) -> bool:
        """Append one state under a number that a writer uses once; return whether this call did it.

        Of several calls at once, one does.
        """
        row = self._row(run_id, phase, status, facts)
        with suppress(ConcurrentTransactionException):
            self.warehouse.append_once([row], RUNS, writer=writer, number=number)
        self.forget()
        return any(
            (s.run_id, s.phase, s.attempt) == (run_id, phase, row["attempt"]) for s in self.states()
        )

    def publish(self, run_id: str, base_run_id: str, **facts: Any) -> bool:
        """Publish a run; return whether it is published.

        Only one run with this base can be published, and a run only once.
        """
        return self._end(run_id, PUBLISHED, facts | {"base_run_id": base_run_id})

    def backfill(self, run_id: str, base_run_id: str, **facts: Any) -> bool:
        """End a run outside the chain; return whether it ended so. A run ends once."""
        return self._end(run_id, BACKFILLED, facts | {"base_run_id": base_run_id})

    def _end(self, run_id: str, status: str, facts: dict[str, Any]) -> bool:
        """End a run by one insert-only MERGE.

        Any write to the ledger at the same moment makes the MERGE fail. Then it is tried again, and
        inserts nothing if another run took the base, or if this run has ended. States that wait are
        inserted with it.
        """
        self.warehouse.create(RUNS)
        row = self._row(run_id, "publish", status, facts)
        row["recorded_at"] = after_all(
            (s.recorded_at for s in self.published()), row["recorded_at"]
        )
        view = "desirelines_new_publication"
        rows = self.warehouse.spark.createDataFrame([*self._waiting, row], RUNS.schema)
        rows.coalesce(1).createOrReplaceTempView(view)
        for tries_left in reversed(range(PUBLISH_TRIES)):
            try:
                self.warehouse.spark.sql(
                    f"MERGE INTO {self.warehouse.address(RUNS.name)} t USING {view} n "
                    "ON t.status IN ('PUBLISHED', 'BACKFILLED') AND (t.run_id = n.run_id OR "
                    "n.status = 'PUBLISHED' AND t.status = 'PUBLISHED' AND t.base_run_id = "
                    "n.base_run_id) WHEN NOT MATCHED THEN INSERT *"
                )
                break
            except ConcurrentAppendException:
                # In Python it is not a subclass of DeltaConcurrentModificationException.
                if not tries_left:
                    raise
        self.warehouse.spark.catalog.dropTempView(view)
        self._waiting, self._states = [], None
        return any(s.run_id == run_id and s.status == status for s in self.states())

    def inputs_of(self, run_id: str, phase: str) -> dict[str, Any]:
        """The inputs of a run's newest attempt at a phase; empty when there is none."""
        states = (
            s
            for s in self.states()
            if (s.run_id, s.phase) == (run_id, phase) and s.status != STARTED and s.inputs
        )
        newest = max(states, key=lambda s: (s.attempt, s.state_no), default=None)
        return dict(json.loads(newest.inputs or "{}")) if newest is not None else {}

    def _row(self, run_id: str, phase: str, status: str, facts: dict[str, Any]) -> dict[str, Any]:
        of_phase = [s for s in self.states() if s.run_id == run_id and s.phase == phase]
        attempt = max((s.attempt for s in of_phase), default=0)
        if status == STARTED or attempt == 0:
            attempt += 1
        now = self.clock()
        no_values = dict.fromkeys(RUNS.column_names)
        texts = {
            k: json.dumps(v, sort_keys=True, default=str) if isinstance(v, dict | list) else v
            for k, v in facts.items()
        }
        return (
            no_values
            | texts
            | {
                "run_id": run_id,
                "phase": phase,
                "status": status,
                "attempt": attempt,
                "state_no": max((s.state_no for s in of_phase if s.attempt == attempt), default=0)
                + 1,
                "config_hash": self.config_hash,
                "code_version": __version__,
                "suppression_version": self.warehouse.version(SUPPRESSIONS),
                "recorded_at": now,
                "lease_until": now + LEASE_TIME,
            }
        )
