"""What a command works with: the session, the tables, the settings, the run, and somebody to tell how it goes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any, Protocol

from pyspark.sql import SparkSession

from desirelines.errors import EmptyInputError
from desirelines.features.window import ObservationWindow
from desirelines.io.ledger import DONE, FAILED, STARTED, Ledger
from desirelines.io.secrets import read_secret
from desirelines.io.warehouse import Warehouse
from desirelines.settings import Settings


class Progress(Protocol):
    """Told how a command goes."""

    def begin(self, stage: str) -> None:
        """A stage begins."""

    def say(self, text: str) -> None:
        """Something worth a line happened inside the stage."""

    def end(self, stage: str, rows: int, seconds: float, note: str) -> None:
        """A stage ended; `rows` were written."""


@dataclass
class StageResult:
    """What a stage wrote; `is_recorded` when it wrote the last state of its own accord."""

    rows: int = 0
    note: str = ""
    is_recorded: bool = False
    inputs: dict[str, Any] = field(default_factory=dict)
    outputs: dict[str, Any] = field(default_factory=dict)


@dataclass
class Job:
    """One execution of a command. `read_at` is the moment that stands for now; stages see no clock.

    `resync` names sources that are to be read anew from their beginning. Without `refit` the run takes what the last published
    run fitted: its model, and the vocabulary of its path words.
    """

    spark: SparkSession
    settings: Settings
    run_id: str
    clock: Callable[[], datetime]
    progress: Progress
    as_of_wanted: date | None = None
    resync: frozenset[str] = frozenset()
    refit: bool = True
    seconds: dict[str, float] = field(default_factory=dict)

    @cached_property
    def warehouse(self) -> Warehouse:
        """The tables."""
        return Warehouse(self.spark, self.settings.warehouse)

    @cached_property
    def ledger(self) -> Ledger:
        """The ledger of runs."""
        ledger = Ledger(self.warehouse, self.clock, self.settings.hash)
        if not any(s.run_id == self.run_id for s in ledger.states()):  # every stage tells the ledger before it writes
            self.warehouse.begin_run(self.run_id)
        return ledger

    @cached_property
    def read_at(self) -> datetime:
        """The moment the command began."""
        return self.clock()

    @cached_property
    def data_secret(self) -> bytes:
        """The secret under which identifiers become keys."""
        return read_secret(self.settings.secrets.data_file, "secrets.data_file")

    @cached_property
    def suppression_secret(self) -> bytes:
        """The secret under which keys become suppression tokens."""
        return read_secret(self.settings.secrets.suppression_file, "secrets.suppression_file")

    @property
    def as_of(self) -> date:
        """The date this run is made for.

        Raises:
            EmptyInputError: no event was read yet, so there is no date.
        """
        found = self.as_of_wanted or self.ledger.as_of(self.run_id)
        if found is None:
            raise EmptyInputError(
                "there are no events yet, so there is no as_of. Run `desirelines ingest-events` first."
            )
        return found

    @property
    def window(self) -> ObservationWindow:
        """The window of observation that ends at as_of."""
        return ObservationWindow.ending(
            self.as_of, days=self.settings.features.window_days, zone=self.settings.site.time_zone
        )

    @contextmanager
    def stage(self, name: str) -> Iterator[StageResult]:
        """Run a stage: its end goes to the ledger, its rows and seconds to the progress.

        A run's first stage also records that it began; later ones extend its lease when they end.
        """
        self.progress.begin(name)
        began = time.monotonic()
        if not any(s.run_id == self.run_id for s in self.ledger.states()):
            self.ledger.record(self.run_id, name, STARTED, as_of=self.as_of_wanted)
        result = StageResult()
        try:
            yield result
        except BaseException:
            self.ledger.record(self.run_id, name, FAILED)
            raise
        self.seconds[name] = time.monotonic() - began
        if not result.is_recorded:
            as_of = self.as_of_wanted or self.ledger.as_of(self.run_id)
            facts = {"as_of": as_of, "inputs": result.inputs, "outputs": result.outputs, "row_count": result.rows}
            self.ledger.record(self.run_id, name, DONE, **facts)
        self.progress.end(name, result.rows, self.seconds[name], result.note)
