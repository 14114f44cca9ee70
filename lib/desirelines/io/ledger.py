"""The ledger of runs: what was begun, done, published, from which versions; and which run is the base of the next."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from delta.exceptions import ConcurrentAppendException

from desirelines import __version__
from desirelines.io.warehouse import Warehouse
from desirelines.tables import RUNS, SUPPRESSIONS

STARTED, DONE, FAILED, PUBLISHED, BACKFILLED = "STARTED", "DONE", "FAILED", "PUBLISHED", "BACKFILLED"
ENDED = (PUBLISHED, BACKFILLED)
NO_BASE = "none"
LEASE = timedelta(hours=6)
PUBLISH_TRIES = 5


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
    config_hash: str
    row_count: int | None
    recorded_at: datetime


@dataclass
class Ledger:
    """Reads and appends states; times come from the clock it is given."""

    warehouse: Warehouse
    clock: Callable[[], datetime]
    config_hash: str
    _states: list[State] | None = field(default=None)

    def states(self) -> list[State]:
        """All states, oldest first."""
        if self._states is None:
            rows = self.warehouse.read(RUNS).select(*State.__dataclass_fields__).collect()
            states = [State(**row.asDict()) for row in rows]
            self._states = sorted(states, key=lambda s: (s.recorded_at, s.run_id, s.phase, s.attempt, s.state_no))
        return self._states

    def ended(self) -> list[State]:
        """Published and backfilled runs, oldest first."""
        return [s for s in self.states() if s.status in ENDED]

    def published(self) -> list[State]:
        """Published runs in the order of their chain: each one's base is the one before."""
        by_base = {s.base_run_id: s for s in self.states() if s.status == PUBLISHED}
        chain: list[State] = []
        base: str | None = NO_BASE
        while base in by_base:
            chain.append(by_base[base])
            base = chain[-1].run_id
        return chain

    def open_run(self) -> str | None:
        """The newest run that was begun and not ended; null when there is none."""
        ended = {s.run_id for s in self.ended()}
        return next((s.run_id for s in reversed(self.states()) if s.run_id not in ended), None)

    def as_of(self, run_id: str) -> date | None:
        """The as_of a run was made for; null before it was settled."""
        return next((s.as_of for s in reversed(self.states()) if s.run_id == run_id and s.as_of), None)

    def newest(self, phase: str, *, status: str = DONE, run_id: str | None = None) -> State | None:
        """The newest state of a phase with this status, of one run or of any."""
        fits = (
            s for s in reversed(self.states()) if s.phase == phase and s.status == status and run_id in (None, s.run_id)
        )
        return next(fits, None)

    def base_of(self, run_id: str, as_of: date) -> tuple[str, bool]:
        """The run to compare with, and whether this run is a backfill.

        It is the newest published run; for a run with an older as_of than that one, the newest published run with an earlier
        as_of.
        """
        chain = [s for s in self.published() if s.run_id != run_id]
        if not chain:
            return NO_BASE, False
        if chain[-1].as_of is not None and as_of < chain[-1].as_of:
            earlier = [s for s in chain if s.as_of is not None and s.as_of < as_of]
            return (earlier[-1].run_id if earlier else NO_BASE), True
        return chain[-1].run_id, False

    def record(self, run_id: str, phase: str, status: str, **facts: Any) -> None:
        """Append one state. Facts: as_of, base_run_id, inputs, outputs, gates (dicts become JSON), row_count."""
        row = self._row(run_id, phase, status, facts)
        rows = self.warehouse.spark.createDataFrame([row], RUNS.schema).coalesce(1)
        self.warehouse.append(rows, RUNS)
        self.states().append(State(**{name: row[name] for name in State.__dataclass_fields__}))

    def publish(self, run_id: str, base_run_id: str, **facts: Any) -> bool:
        """Publish by one insert-only MERGE: of all runs with this base only one can. Says whether it is this one.

        Whoever writes the ledger at the same moment makes the MERGE fail, whatever they write; then it is tried again, and
        inserts nothing when another run took the base.
        """
        self.warehouse.create(RUNS)
        row = self._row(run_id, "publish", PUBLISHED, facts | {"base_run_id": base_run_id})
        view = "desirelines_new_publication"
        self.warehouse.spark.createDataFrame([row], RUNS.schema).createOrReplaceTempView(view)
        for tries_left in reversed(range(PUBLISH_TRIES)):
            try:
                self.warehouse.spark.sql(
                    f"MERGE INTO {self.warehouse.address(RUNS.name)} t USING {view} n "
                    f"ON t.status = '{PUBLISHED}' AND t.base_run_id = n.base_run_id WHEN NOT MATCHED THEN INSERT *"
                )
                break
            except ConcurrentAppendException:  # in Python it is no DeltaConcurrentModificationException
                if not tries_left:
                    raise
        self.warehouse.spark.catalog.dropTempView(view)
        self._states = None
        return any(s.run_id == run_id and s.status == PUBLISHED for s in self.states())

    def inputs_of(self, run_id: str, phase: str) -> dict[str, Any]:
        """What a run's newest attempt at a phase was made from; empty when there is none."""
        told = [
            s for s in self.states()
            if (s.run_id, s.phase) == (run_id, phase) and s.status != STARTED and s.inputs is not None
        ]  # fmt: skip
        newest = max(told, key=lambda s: (s.attempt, s.state_no), default=None)
        return dict(json.loads(newest.inputs)) if newest is not None and newest.inputs is not None else {}

    def _row(self, run_id: str, phase: str, status: str, facts: dict[str, Any]) -> dict[str, Any]:
        mine = [s for s in self.states() if s.run_id == run_id and s.phase == phase]
        attempt = max((s.attempt for s in mine), default=0)
        if status == STARTED or attempt == 0:
            attempt += 1
        now = self.clock()
        known = dict.fromkeys(RUNS.column_names)
        texts = {
            k: json.dumps(v, sort_keys=True, default=str) if isinstance(v, dict | list) else v for k, v in facts.items()
        }
        return known | texts | {
            "run_id": run_id, "phase": phase, "status": status, "attempt": attempt,
            "state_no": max((s.state_no for s in mine if s.attempt == attempt), default=0) + 1,
            "config_hash": self.config_hash, "code_version": __version__,
            "suppression_version": self.warehouse.version(SUPPRESSIONS), "recorded_at": now, "lease_until": now + LEASE,
        }  # fmt: skip
