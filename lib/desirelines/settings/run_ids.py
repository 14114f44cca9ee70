"""Which run ids are allowed."""

from __future__ import annotations

import re

from desirelines.errors import SettingsError

NO_BASE = "none"
"""Stands for the run before the first; no run can have this id."""
_PATTERN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def checked_run_id(run_id: str) -> str:
    """Return the id if it is allowed.

    A run id is used in predicates, segment ids, batch names and logs. It has at most 64 letters,
    digits, `.`, `_` and `-`, and begins with a letter or a digit.

    Raises:
        SettingsError: the id is not allowed.
    """
    if not _PATTERN.fullmatch(run_id):
        raise SettingsError(
            [
                "--run-id: a run id is 1 to 64 letters, digits, '.', '_' or '-' and begins with a "
                "letter or a digit, such as 20260301T020000Z-1a2b3c. Leave --run-id out to get a "
                "new one"
            ]
        )
    if run_id.lower() == NO_BASE:
        raise SettingsError(
            [f"--run-id {run_id}: stands for the run before the first. Give another name"]
        )
    return run_id
