"""The lease of a warehouse: one driver at a time writes it.

It says who holds the warehouse, and whether the last holder died with it.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from desirelines.errors import MachineError
from desirelines.io.tables.ledger import DONE, LEASE, STARTED, Ledger

LEASE_FILE = "_lease"
"""Lock file beside the tables.

The system releases its lock when the process that holds it ends, however it ends.
"""
_WAIT = "Nothing was changed. Wait until it ends, then run this again."


@dataclass
class Lease:
    """A held lease.

    `died` names the run whose driver held it last and did not give it back; None when it did.
    """

    file: TextIO | None = None
    died: str | None = None

    def name(self, run_id: str, command: str) -> None:
        """Record for which run the warehouse is held.

        Commands that are refused show it, and so does the first command after a crash.
        """
        if self.file is None:
            return
        holder = {
            "run_id": run_id,
            "command": command,
            "process": os.getpid(),
            "host": socket.gethostname(),
            "since": f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC",
        }
        self.file.seek(0)
        self.file.truncate()
        self.file.write(json.dumps(holder) + "\n")
        self.file.flush()


@contextmanager
def local_lease(folder: Path) -> Iterator[Lease]:
    """Hold the warehouse in a local folder until the block ends.

    Raises:
        MachineError: another driver holds it.
    """
    file = (folder / LEASE_FILE).open("a+", encoding="utf-8")
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise MachineError(_refusal(folder, _holder(file))) from None
        try:
            yield Lease(file, _holder(file).get("run_id"))
        finally:  # a killed process leaves the name there
            file.seek(0)
            file.truncate()


def died_in(folder: Path) -> str | None:
    """The run whose driver held the warehouse last and died; for a command that writes nothing.

    None beside a driver that is alive.
    """
    try:
        file = (folder / LEASE_FILE).open(encoding="utf-8")
    except FileNotFoundError:
        return None
    with file:
        holder = _holder(file)
        if not holder:
            return None  # given back: no lock is tried, so no driver that begins now is refused
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return None
        return holder.get("run_id")


@contextmanager
def ledger_lease(ledger: Ledger, run_id: str, command: str) -> Iterator[Lease]:
    """Hold a warehouse that no lock of this machine can guard, by states in `runs`.

    The lease ends when its states expire or the block ends. Of drivers that begin at once, one gets
    the next number of the lease; Delta keeps these numbers unique. A run may take over its own
    lease: to resume a run is to declare that its driver is dead.

    Raises:
        MachineError: another run holds it.
    """
    taken = [s for s in ledger.states() if s.phase == LEASE and s.status == STARTED]
    refuse_others(ledger, run_id)
    holder = {"command": command, "process": os.getpid(), "host": socket.gethostname()}
    is_mine = ledger.record_first(
        run_id, LEASE, STARTED, writer=LEASE, number=len(taken), inputs=holder
    )
    if not is_mine:
        refuse_others(ledger, run_id)
        raise MachineError(f"another run began to write the warehouse at the same moment. {_WAIT}")
    try:
        yield Lease()
    finally:
        ledger.record(run_id, LEASE, DONE)


def refuse_others(ledger: Ledger, run_id: str) -> None:
    """Make sure that no other run holds the warehouse, by the ledger.

    Raises:
        MachineError: one holds it.
    """
    newest = {s.run_id: s for s in ledger.states() if s.phase == LEASE}
    for state in newest.values():
        if (
            state.run_id != run_id
            and state.status == STARTED
            and state.lease_until
            and state.lease_until > ledger.clock()
        ):
            holder = json.loads(state.inputs or "{}")
            raise MachineError(
                f"run {state.run_id} (`{holder.get('command')}`, process {holder.get('process')} "
                f"on {holder.get('host')}) holds the warehouse until "
                f"{state.lease_until:%Y-%m-%d %H:%M} UTC. {_WAIT} If its driver is dead, resume it "
                f"with --run-id {state.run_id}."
            )


def _holder(file: TextIO) -> dict[str, str]:
    file.seek(0)
    try:
        return dict(json.loads(file.read() or "{}"))
    except ValueError:
        return {}


def _refusal(folder: Path, holder: dict[str, str]) -> str:
    who = (
        f"run {holder['run_id']} (`{holder['command']}`, process {holder['process']} on "
        f"{holder['host']}, since {holder['since']})"
        if holder
        else "another run"
    )
    return f"{who} is writing the warehouse {folder}. {_WAIT}"
