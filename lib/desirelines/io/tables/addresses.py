"""Addresses of tables: absolute paths, and names quoted for SQL."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlparse

from desirelines.errors import MachineError


def absolute(path: str) -> str:
    """A folder's absolute path; an address with a scheme (s3://, abfss://) as it is.

    SQL looks for a relative path below its own warehouse folder, a reader below the working
    directory.
    """
    return path.rstrip("/") if urlparse(path).scheme else str(Path(path).resolve())


def quoted(name: str) -> str:
    """A name or path between backticks."""
    return "`" + name.replace("`", "``") + "`"


def make_writable(folder: Path) -> None:
    """Create the folder of a warehouse, for its owner only, and try a write in it.

    Raises:
        MachineError: it cannot be written.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = folder / f".write-probe-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise MachineError(
            f"the warehouse folder {folder} cannot be written ({error.strerror}). Give another "
            "with --set warehouse.path=FOLDER."
        ) from None
