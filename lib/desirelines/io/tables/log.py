"""A table's Delta log in a local folder, by the names of its files: no Spark job, no plan."""

from __future__ import annotations

import re
from pathlib import Path

_COMMIT = re.compile(r"(\d{20})\.json")


def newest_version(table: Path) -> int | None:
    """The newest version of the table in this folder; None if it has no log.

    The newest commit is always there as a file of its own: Delta removes only older ones, once a
    checkpoint holds what they said.
    """
    try:
        names = [file.name for file in (table / "_delta_log").iterdir()]
    except OSError:
        return None
    return max((int(found[1]) for n in names if (found := _COMMIT.fullmatch(n))), default=None)
