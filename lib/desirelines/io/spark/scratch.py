"""Scratch folders for Spark's intermediate rows.

Each process has its own, which only its owner can open, and which is removed once the process is
dead.
"""

from __future__ import annotations

import atexit
import fcntl
import os
import re
import secrets
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from desirelines.errors import MachineError

LOCK = "lock"
_OF_A_PROCESS = re.compile(r"\d+-[0-9a-f]{8}")
_SPARKS_OWN = ("SPARK_EXECUTOR_DIRS", "SPARK_LOCAL_DIRS")
"""Variables that Spark prefers to its setting spark.local.dir."""


@dataclass(frozen=True, slots=True)
class _Held:
    folder: Path
    lock: int
    process: int


_held: dict[Path, _Held] = {}
"""The folders of this process, by their parent.

Each lock is open as long as the process lives, however it ends.
"""


def scratch_places() -> list[Path]:
    """Places for scratch folders: the disks of SPARK_LOCAL_DIRS if set, else TMPDIR.

    Raises:
        MachineError: a path has a comma, which separates paths for Spark.
    """
    given = [
        Path(place).absolute()
        for place in os.environ.get("SPARK_LOCAL_DIRS", "").split(",")
        if place.strip()
    ]
    places = given or [Path(tempfile.gettempdir())]
    if any("," in str(place) for place in places):
        raise MachineError(
            f"Spark cannot use a folder with a comma in its name: {places[0]}. Set TMPDIR to "
            "another."
        )
    return places


def scratch_folders(places: list[Path] | None = None) -> list[Path]:
    """The folders of this process, one below each place.

    The first call creates them, and removes those of dead processes. A folder is
    `<place>/desirelines-<uid>/<pid>-<random>`. Its process holds a lock in it, which the kernel
    releases when the process dies, however it dies. So a process number that is used again, or by
    another container on the same disk, misleads nobody.

    Raises:
        MachineError: the common folder cannot be created, or others have access to it.
    """
    return [_own_folder(place) for place in places or scratch_places()]


@contextmanager
def without_sparks_own_places() -> Iterator[None]:
    """Unset the variables that Spark prefers to our folders, while a session starts inside."""
    taken = {name: os.environ.pop(name) for name in _SPARKS_OWN if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(taken)


def _own_folder(place: Path) -> Path:
    parent = _private(place / f"desirelines-{os.getuid()}")
    held_before = _held.get(parent)
    if (
        held_before is not None
        and held_before.process == os.getpid()
        and held_before.folder.is_dir()
    ):
        return held_before.folder
    gate = _open(parent / LOCK)
    try:
        # So that no other process sees a folder between its creation and its lock, and takes it for
        # dead.
        fcntl.flock(gate, fcntl.LOCK_EX)
        folder = parent / f"{os.getpid()}-{secrets.token_hex(4)}"
        folder.mkdir(mode=0o700)
        lock = _open(folder / LOCK)
        fcntl.flock(lock, fcntl.LOCK_EX)
        dead = _of_the_dead(parent)
    finally:
        os.close(gate)
    _held[parent] = _Held(folder, lock, os.getpid())
    atexit.register(_leave, _held[parent])
    for gone, held in dead:
        # Follows no link. What a dying JVM still writes is removed the next time.
        shutil.rmtree(gone, ignore_errors=True)
        if held is not None:
            os.close(held)
    return folder


def _of_the_dead(parent: Path) -> list[tuple[Path, int | None]]:
    """Folders whose process is dead, each with its lock, held until the folder is removed."""
    dead: list[tuple[Path, int | None]] = []
    with os.scandir(parent) as entries:
        folders = [
            Path(e.path)
            for e in entries
            if _OF_A_PROCESS.fullmatch(e.name) and e.is_dir(follow_symlinks=False)
        ]
    for folder in folders:
        try:
            lock = os.open(folder / LOCK, os.O_RDWR | os.O_NOFOLLOW)
        except OSError:  # never locked, or half removed
            dead.append((folder, None))
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(lock)  # its process is alive
        else:
            dead.append((folder, lock))
    return dead


def _private(folder: Path) -> Path:
    """The folder, created if needed; it must not be a link or belong to another user."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        status = folder.lstat()
    except OSError as error:
        raise MachineError(
            f"the scratch folder {folder} cannot be created ({error.strerror}). Give another place "
            "with TMPDIR=FOLDER."
        ) from None
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid():
        raise MachineError(
            f"the scratch folder {folder} is a link or somebody else's: others could read rows "
            "about people there. Remove it, or give another place with TMPDIR=FOLDER."
        )
    if status.st_mode & 0o077:
        raise MachineError(
            f"the scratch folder {folder} is open to others. Run: chmod 700 {folder}"
        )
    return folder


def _open(lock: Path) -> int:
    return os.open(lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)


def _leave(held: _Held) -> None:
    """Remove this process's folder at its end; a forked process leaves it alone."""
    if held.process == os.getpid():
        shutil.rmtree(held.folder, ignore_errors=True)
