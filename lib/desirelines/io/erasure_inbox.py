"""The inbox of erasure: what open requests are about, in files that only their owner can read.

They are the one place where a request's identifiers are kept, and are deleted when it is closed.
They lie outside of the tables, where no version and no log keeps what was deleted.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path

from desirelines.errors import MachineError


@dataclass(frozen=True, slots=True)
class Case:
    """An open request.

    Attributes:
        request_id: the request.
        received_at: when it came, ISO 8601, UTC.
        subject_count: people asked for.
        identifiers: types and values, as they were given.
        keys: keys of these.
        people: the people they belong to.
        own_keys: identifiers that are only theirs.
        shared_keys: identifiers that are others' as well.
        ids: ids that they have had in any run.
        values: what else names them alone: ids of their events, orders and sessions, and digests.
        source_values: types and values of their own identifiers, as erasable sources write them.
        removals: for each published run and segment, how many are erased in all once this is done.
        files: files before anything was deleted: path, size and digest.
        over_limit: why the limit does not hold; empty where it does.
    """

    request_id: str
    received_at: str
    subject_count: int
    identifiers: tuple[tuple[str, str], ...]
    keys: tuple[str, ...]
    people: tuple[str, ...] = ()
    own_keys: tuple[str, ...] = ()
    shared_keys: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    source_values: tuple[tuple[str, str], ...] = ()
    removals: tuple[tuple[str, str, int], ...] | None = None
    files: tuple[tuple[str, int, str], ...] = field(default=())
    over_limit: str = ""

    @property
    def received(self) -> datetime:
        """When it came."""
        return datetime.fromisoformat(self.received_at)


class Inbox:
    """The folder of open requests."""

    def __init__(self, folder: str) -> None:
        self.folder = Path(folder)

    def save(self, case: Case) -> None:
        """Write a request's file; a killed command leaves the old one or the new one.

        Raises:
            MachineError: the folder cannot be written.
        """
        text = json.dumps(asdict(case), ensure_ascii=False)
        place = self._place(case.request_id)
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            beside = place.with_suffix(".new")
            descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(place)
        except OSError as error:
            raise MachineError(
                f"erasure.inbox: {self.folder} cannot be written ({error.strerror}). Nothing was "
                "received. Set erasure.inbox to a folder that this account owns."
            ) from None

    def open_cases(self) -> list[Case]:
        """The open requests, the oldest first."""
        cases = [_read(file) for file in sorted(self.folder.glob("*.json"))]
        return sorted(cases, key=lambda case: (case.received_at, case.request_id))

    def close(self, case: Case) -> None:
        """Delete a request's file."""
        for suffix in (".json", ".new"):
            self._place(case.request_id).with_suffix(suffix).unlink(missing_ok=True)

    def _place(self, request_id: str) -> Path:
        return self.folder / f"{request_id}.json"


def _read(file: Path) -> Case:
    given = json.loads(file.read_text(encoding="utf-8"))
    names = ("keys", "people", "own_keys", "shared_keys", "ids", "values")
    removals = given.pop("removals")
    listed = ("identifiers", "source_values", "files")
    pairs = {name: tuple(map(tuple, given.pop(name, ()))) for name in listed}
    case = Case(**given | {name: tuple(given[name]) for name in names} | pairs)
    return replace(case, removals=None if removals is None else tuple(map(tuple, removals)))
