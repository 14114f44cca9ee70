"""Opening a command: its options, the settings they name, a session, and the warehouse held while it is written."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from desirelines.errors import GateError, SettingsError
from desirelines.progress import progress_for
from desirelines.settings import Settings, read_settings
from desirelines.settings.run_ids import checked_run_id

if TYPE_CHECKING:
    from desirelines.job import Job

DEFAULT_CONF = Path("desirelines.yaml")


@dataclass(frozen=True, slots=True)
class Options:
    """What every command takes."""

    conf: tuple[Path, ...]
    sets: tuple[str, ...]
    as_of: date | None
    run_id: str | None
    format: str
    log_format: str
    force: bool = False

    def __post_init__(self) -> None:
        if self.run_id is not None:
            checked_run_id(self.run_id)

    @property
    def is_json(self) -> bool:
        """Whether the result is printed as JSON."""
        return self.format == "json"


def settings_of(options: Options) -> Settings:
    """Read the settings the options name; `desirelines.yaml` of the current folder when they name none.

    Raises:
        SettingsError: a setting is wrong, or the options' date lies before all that may be read.
    """
    files = options.conf or ((DEFAULT_CONF,) if DEFAULT_CONF.is_file() else ())
    settings = read_settings(files, options.sets)
    floor = settings.ingest.floor_date
    if options.as_of is not None and options.as_of <= floor:
        raise SettingsError(
            [
                f"--as-of {options.as_of}: no event before {floor} (ingest.floor_date) is read, so nothing lies before this date"
            ]
        )
    return settings


def new_run_id() -> str:
    """A run's name: the moment in UTC, so that names sort by time, and six random digits."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"


@contextmanager
def opened(
    options: Options, *, goes_on: bool = False, writes: str | None = None, is_judged: bool = False, fits: bool = False
) -> Iterator[Job]:
    """Open a job: settings, session, tables. `goes_on`: without --run-id the newest unfinished run is taken up.

    `writes` names the command when it writes: then the warehouse is held until the block ends, and a closed run is refused.
    For such a command, or with `is_judged`, the settings are judged whole before anything is read; with `fits` also whether
    MLflow is there. A session that was there before is left running.

    Raises:
        MachineError: another driver writes the warehouse, or it cannot be written.
        SettingsError: a setting cannot be used, the secrets are not the warehouse's, or --run-id names a run that is closed.
    """
    settings = settings_of(options)
    from desirelines.io.session import spark_session
    from desirelines.job import Job
    from desirelines.settings_check import check_settings

    for name in ("mlflow", "alembic", "py4j"):
        logging.getLogger(name).setLevel(logging.ERROR)
    run_id = options.run_id or new_run_id()
    spark, is_mine = spark_session(settings.spark)
    try:
        job = Job(
            spark, settings, run_id, lambda: datetime.now(UTC), progress_for(options.log_format, run_id), options.as_of,
            force=options.force,
        )  # fmt: skip
        if writes is not None or is_judged:
            check_settings(spark, settings, on=job.read_at.date(), fits=fits)
        with ExitStack() as held:
            if writes is not None:
                hold(job, writes, held, goes_on=goes_on and options.run_id is None)
            yield job
    finally:
        if is_mine:
            spark.stop()


def hold(job: Job, command: str, held: ExitStack, *, goes_on: bool) -> None:
    """Hold the warehouse for a command that writes, see that it is that of these secrets, and settle which run it is."""
    from desirelines import settled
    from desirelines.io.lease import ledger_lease, local_lease

    job.warehouse.check_writable()
    folder = job.warehouse.local_folder
    lease = None if folder is None else held.enter_context(local_lease(folder))
    if goes_on:
        job.run_id = job.ledger.open_run() or job.run_id
    _check_ledger(job)
    settled.check(job)
    job.ledger.check_open(job.run_id)
    if lease is None:
        held.enter_context(ledger_lease(job.ledger, job.run_id, command))
    else:
        lease.name(job.run_id, command)
        job.died = lease.died


def _check_ledger(job: Job) -> None:
    """Make sure that the ledger is whole, and that a warehouse without one is new, or its first ingest did not come to its end.

    Raises:
        GateError: the chain of published runs is broken; or `runs` is gone: the next run would begin the history anew, over what
            was published.
    """
    from desirelines.tables import IDENTITY_MAP, SEGMENT_CHANGES

    faults = job.ledger.faults()
    if faults:
        raise GateError(
            f"the chain of published runs is broken: {'; '.join(faults)}. Nothing was changed. `desirelines check` says how to mend it."
        )
    if not job.ledger.states() and any(job.warehouse.exists(t) for t in (IDENTITY_MAP, SEGMENT_CHANGES)):
        raise GateError(
            f"the warehouse {job.settings.warehouse.path} holds what runs made, and no `runs`: its ledger is gone. Nothing was changed. "
            "`desirelines check` says what is there and how to mend it."
        )
