"""Where Spark's intermediate rows lie on disk: a folder for each process, which only its owner can open, swept once the process is dead."""

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
"""The folders of this process, by their parent; the lock is open as long as the process lives, however it ends."""


def scratch_places() -> list[Path]:
    """Where scratch folders may be made: the disks of SPARK_LOCAL_DIRS where it is set, else the folder for temporary files (TMPDIR).

    Raises:
        MachineError: a path has a comma, which Spark takes for the end of one.
    """
    given = [
        Path(place).absolute()
        for place in os.environ.get("SPARK_LOCAL_DIRS", "").split(",")
        if place.strip()
    ]
    places = given or [Path(tempfile.gettempdir())]
    if any("," in str(place) for place in places):
        raise MachineError(
            f"Spark cannot use a folder with a comma in its name: {places[0]}. Set TMPDIR to another."
        )
    return places


def scratch_folders(places: list[Path] | None = None) -> list[Path]:
    """The folders of this process, one below each place; made, and those of dead processes swept, at the first call.

    A folder is `<place>/desirelines-<uid>/<pid>-<random>`. Its process holds a lock in it, which the kernel lets go when the
    process dies, however it dies: so a process number that is used again, or one of another container on the same disk, deceives
    nobody.

    Raises:
        MachineError: the common folder cannot be made, or is not the user's alone.
    """
    return [_own_folder(place) for place in places or scratch_places()]


@contextmanager
def without_sparks_own_places() -> Iterator[None]:
    """Take the variables away that Spark would put before our folders; a session is started inside."""
    taken = {name: os.environ.pop(name) for name in _SPARKS_OWN if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(taken)


def _own_folder(place: Path) -> Path:
    parent = _private(place / f"desirelines-{os.getuid()}")
    known = _held.get(parent)
    if known is not None and known.process == os.getpid() and known.folder.is_dir():
        return known.folder
    gate = _open(parent / LOCK)
    try:
        fcntl.flock(
            gate, fcntl.LOCK_EX
        )  # nobody takes a folder for dead between its making and its locking
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
        shutil.rmtree(
            gone, ignore_errors=True
        )  # follows no link; what a dying JVM still writes is swept the next time
        if held is not None:
            os.close(held)
    return folder


def _of_the_dead(parent: Path) -> list[tuple[Path, int | None]]:
    """Folders whose process is dead, each with its lock, which we hold until it is gone."""
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
        except OSError:  # never locked, or half swept
            dead.append((folder, None))
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(lock)  # alive; so is this process
        else:
            dead.append((folder, lock))
    return dead


def _private(folder: Path) -> Path:
    """The folder, made when it is not there; no link, and nobody else's."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError as error:
        raise MachineError(
            f"the scratch folder {folder} cannot be made ({error.strerror}). Give another place with TMPDIR=FOLDER."
        ) from None
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise MachineError(
            f"the scratch folder {folder} is a link or somebody else's: rows of people would lie where others can read them. "
            "Remove it, or give another place with TMPDIR=FOLDER."
        )
    if found.st_mode & 0o077:
        raise MachineError(
            f"the scratch folder {folder} is open to others. Run: chmod 700 {folder}"
        )
    return folder


def _open(lock: Path) -> int:
    return os.open(lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)


def _leave(held: _Held) -> None:
    """Remove the folder of this process at its end; a process that was forked from it leaves it alone."""
    if held.process == os.getpid():
        shutil.rmtree(held.folder, ignore_errors=True)
