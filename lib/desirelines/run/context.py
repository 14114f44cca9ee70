"""One execution of a command: its tables, settings, date and progress."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any

from pyspark.sql import SparkSession

from desirelines.errors import EmptyInputError
from desirelines.features.window import ObservationWindow
from desirelines.io.secrets import read_secret
from desirelines.io.tables.ledger import Ledger
from desirelines.io.tables.store import Warehouse
from desirelines.run.progress import Progress
from desirelines.settings import Settings
from desirelines.settings.run_ids import checked_run_id


@dataclass(frozen=True)
class Run:
    """One execution of a command. Only `seconds`, `memo` and `unreadable` change.

    Attributes:
        run_id: the name of the run in every table.
        settings: the configuration.
        warehouse: the tables.
        ledger: the states of all runs.
        clock: gives the moment at which a state is recorded; stages use no clock.
        read_at: the moment the command began, which counts as now.
        progress: receives the progress of the command.
        requested_as_of: the requested date, or the one ingest settled; null before.
        resync: sources to read again from their beginning.
        refit: fit a model; otherwise use the last published run's model and path vocabulary.
        is_replay: take the parameters that the run saved, where it did, instead of fitting them.
        force: allow a date beyond the data.
        force_publish: why to publish a run that is too far from the last one; null: do not.
        writes_report: the command writes the report after publication.
        died: a run whose driver died while it wrote the warehouse, if known.
        seconds: duration of each stage so far.
        unreadable: files that were left out, each as its source and its name.
        memo: values that this command reads once, by name.

    Raises:
        SettingsError: `run_id` is not a valid name of a run.
    """

    run_id: str
    settings: Settings
    warehouse: Warehouse
    ledger: Ledger
    clock: Callable[[], datetime]
    read_at: datetime
    progress: Progress
    requested_as_of: date | None = None
    resync: frozenset[str] = frozenset()
    refit: bool = True
    is_replay: bool = False
    force: bool = False
    force_publish: str | None = None
    writes_report: bool = False
    died: str | None = None
    seconds: dict[str, float] = field(default_factory=dict)
    unreadable: list[tuple[str, str]] = field(default_factory=list)
    memo: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        checked_run_id(self.run_id)

    @property
    def spark(self) -> SparkSession:
        """The session that reads and writes the tables."""
        return self.warehouse.spark

    @cached_property
    def data_secret(self) -> bytes:
        """The secret that turns identifiers into keys."""
        return read_secret(self.settings.secrets.data_file, "secrets.data_file")

    @cached_property
    def suppression_secret(self) -> bytes:
        """The secret that turns keys into suppression tokens."""
        return read_secret(self.settings.secrets.suppression_file, "secrets.suppression_file")

    @property
    def as_of(self) -> date:
        """The date this run is made for.

        Raises:
            EmptyInputError: no event was read yet, so there is no date.
        """
        settled = self.requested_as_of or self.ledger.as_of(self.run_id)
        if settled is None:
            raise EmptyInputError(
                "there are no events yet, so there is no as_of. Run `desirelines ingest-events` "
                "first."
            )
        return settled

    @property
    def window(self) -> ObservationWindow:
        """The observation window that ends at as_of."""
        return ObservationWindow.ending(
            self.as_of, days=self.settings.features.window_days, zone=self.settings.site.time_zone
        )

    def at(self, as_of: date | None) -> Run:
        """The same run for this date."""
        return replace(self, requested_as_of=as_of)

    def of(self, run_id: str, as_of: date | None) -> Run:
        """The same command for another run."""
        return replace(self, run_id=run_id, requested_as_of=as_of)


def new_run(
    spark: SparkSession,
    settings: Settings,
    run_id: str,
    clock: Callable[[], datetime],
    progress: Progress,
    **options: Any,
) -> Run:
    """Create a run over the tables that the settings name.

    `options` are further attributes of `Run`.

    Raises:
        SettingsError: `run_id` is not a valid name of a run.
    """
    warehouse = Warehouse(spark, settings.warehouse)
    ledger = Ledger(warehouse, clock, settings.hash)
    return Run(run_id, settings, warehouse, ledger, clock, clock(), progress, **options)
