"""Warehouses that many tests begin with: built once for a state of the code, copied for each test.

They lie in `.cache/tests/<digest>`, where the digest is of everything that decides what is in them,
so an unchanged library finds them there at the next run as well.
"""

import fcntl
import hashlib
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
DECIDE = ("lib/desirelines/**/*.py", "constraints.txt", "tests/support/*.py", "tests/conftest.py")
KEPT_STATES = 3
"""Warehouses of older states of the code are removed beyond so many."""


@cache
def digest() -> str:
    """A digest of the files that decide what a warehouse holds."""
    content = hashlib.sha256()
    for pattern in DECIDE:
        for file in sorted(ROOT.glob(pattern)):
            content.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes())
    return content.hexdigest()[:16]


def frozen(name: str, build: Callable[[Path], None]) -> Path:
    """The folder that `build` fills, filled by the first process that asks; the others wait.

    Look, and copy; never write to it.
    """
    states = ROOT / ".cache" / "tests"
    folder = states / digest() / name
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.parent.touch()
    done = folder.with_suffix(".done")
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            _remove_old(states)
            shutil.rmtree(folder, ignore_errors=True)
            build(folder)
            done.touch()
    return folder


def _remove_old(states: Path) -> None:
    newest_first = sorted(states.iterdir(), key=lambda state: state.stat().st_mtime, reverse=True)
    for state in newest_first[KEPT_STATES:]:
        shutil.rmtree(state, ignore_errors=True)
