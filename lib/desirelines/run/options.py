"""Options of a run, and its settings.

Imports no Spark, so that a wrong option is reported at once.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from desirelines.errors import SettingsError
from desirelines.settings import Settings, read_settings
from desirelines.settings.run_ids import checked_run_id

LONGEST_REASON = 200
DEFAULT_CONF = Path("desirelines.yaml")


@dataclass(frozen=True, slots=True)
class RunOptions:
    """Options of a run.

    Attributes:
        conf: configuration files; later files win. Without any, `desirelines.yaml` in the current
            folder, if it exists.
        overrides: single settings, `key=value`; they win over files.
        as_of: the requested date.
        run_id: the run to continue.
        force: allow a date beyond the data.
        force_publish: why to publish a run that is too far from the last one; null: do not.

    Raises:
        SettingsError: `run_id` is not a valid name of a run, or the reason says nothing.
    """

    conf: tuple[Path, ...] = ()
    overrides: tuple[str, ...] = ()
    as_of: date | None = None
    run_id: str | None = None
    force: bool = False
    force_publish: str | None = None

    def __post_init__(self) -> None:
        if self.run_id is not None:
            checked_run_id(self.run_id)
        reason = self.force_publish
        if reason is not None and not (reason.strip() and len(reason) <= LONGEST_REASON):
            raise SettingsError(
                [
                    "--force-publish: give a reason, of at most "
                    f"{LONGEST_REASON} characters; `runs` keeps it, so name nobody in it"
                ]
            )

    @property
    def files(self) -> tuple[Path, ...]:
        """The configuration files to read."""
        return self.conf or ((DEFAULT_CONF,) if DEFAULT_CONF.is_file() else ())


def settings_of(options: RunOptions) -> Settings:
    """Read the settings that the options name.

    Raises:
        SettingsError: a setting is wrong, or no event before the options' date can be read.
    """
    settings = read_settings(options.files, options.overrides)
    floor = settings.ingest.floor_date
    if options.as_of is not None and options.as_of <= floor:
        raise SettingsError(
            [
                f"--as-of {options.as_of}: no event before {floor} (ingest.floor_date) is read, so "
                "nothing lies before this date. Give a later one"
            ]
        )
    return settings


def new_run_id() -> str:
    """A run's name: the moment in UTC, so that names sort by time, and six random hex digits."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
