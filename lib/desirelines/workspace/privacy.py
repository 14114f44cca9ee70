"""Erasure, its proof and access, for notebooks: `desirelines.open(…).privacy`.

A request is text that names people, one a line, as `user:42` or as JSON of values by type. Read it
from a file: what stands in a cell is kept with the notebook.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from desirelines.erasure.requests import Identifier, read_request, subject_count
from desirelines.operations.check import Finding, diagnosis
from desirelines.operations.erase import (
    CheckedReceipts,
    ErasurePlan,
    ErasureState,
    asked,
    check_receipts,
    plan_erasure,
    received,
    states_of,
    work_off,
)
from desirelines.operations.export_person import PersonExport, export_person
from desirelines.run.opening import opened
from desirelines.run.options import RunOptions, settings_of
from desirelines.run.progress import Progress
from desirelines.settings import Settings


@dataclass(frozen=True, slots=True)
class Privacy:
    """What a privacy officer does and checks.

    Attributes:
        options: options with which every call opens the warehouse.
    """

    options: RunOptions

    def plan(self, request: str) -> ErasurePlan:
        """What an erasure would take, with the numbers of the real one. Writes nothing.

        Raises:
            SettingsError: the request names nobody.
            GateError: the real one would stop.
        """
        _, identifiers = self._read(request)
        with opened(self.options, keeps_session=True) as run:
            return plan_erasure(run, asked(run, identifiers, subject_count(request)))

    def erase(
        self, request: str, *, now: bool = False, over_limit: str | None = None
    ) -> tuple[ErasureState, ...]:
        """Erase the people of a request, as far as it can go now; give the states of all requests.

        Args:
            request: who it is about.
            now: delete files of older versions at once; only while nothing else reads the tables.
            over_limit: the reason why more may go than `erasure` allows; it is kept.

        Raises:
            SettingsError: the request names nobody.
            GateError: it takes more than its limit, or something is left; it stays open.
        """
        settings, identifiers = self._read(request)
        received(settings, identifiers, subject_count(request), datetime.now(UTC))
        return self.go_on(now=now, over_limit=over_limit)

    def go_on(
        self, *, now: bool = False, over_limit: str | None = None
    ) -> tuple[ErasureState, ...]:
        """Take every open request as far as it can go now, as `desirelines erase run`."""
        with opened(self.options, writes="erase", keeps_session=True) as run:
            return work_off(run, is_now=now, reason=over_limit)

    def requests(self) -> tuple[ErasureState, ...]:
        """The newest state of every request, the oldest first."""
        with opened(self.options, keeps_session=True) as run:
            return states_of(run)

    def receipts(self) -> CheckedReceipts:
        """Whether the chain of receipts is whole; the receipts are in `erasure_receipts`."""
        with opened(self.options, keeps_session=True) as run:
            return check_receipts(run)

    def export(self, request: str, output: str, *, overwrite: bool = False) -> PersonExport:
        """Write everything that is held on the one person of a request, as JSON.

        Raises:
            SettingsError: the request names nobody or several people.
            MachineError: the file cannot be written.
        """
        with opened(self.options, keeps_session=True) as run:
            return export_person(run, request, output, overwrite=overwrite)

    def check(self, *, deep: bool = False) -> list[Finding]:
        """The findings of `desirelines check`, good and bad; `deep` reads every row, too."""
        findings, _ = diagnosis(
            self.options.files,
            self.options.overrides,
            is_deep=deep,
            tell=Progress("check").say,
            keeps_session=True,
        )
        return findings

    def _read(self, request: str) -> tuple[Settings, list[Identifier]]:
        settings = settings_of(self.options)
        types = {t for source in settings.sources for t in source.ids}
        return settings, read_request(request, types, settings.identity)
