"""Addresses of tables: absolute paths, and names quoted for SQL."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlparse


def absolute(path: str) -> str:
    """A folder's absolute path; an address with a scheme (s3://, abfss://) as it is.

    SQL looks for a relative path below its own warehouse folder, a reader below the working
    directory.
    """
    return path.rstrip("/") if urlparse(path).scheme else str(Path(path).resolve())


def quoted(name: str) -> str:
    """A name or path between backticks."""
    return "`" + name.replace("`", "``") + "`"
