"""What a run may be called."""

from __future__ import annotations

import re

from desirelines.errors import SettingsError

NO_BASE = "none"
"""What stands for the run before the first; no run may be called so."""
_PATTERN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def checked_run_id(run_id: str) -> str:
    """Give the id back when a run may be called so.

    A run id stands in predicates, segment ids, batch names and logs, so it is letters, digits, `.`, `_` and `-`, at most 64 of
    them, and begins with a letter or a digit.

    Raises:
        SettingsError: it may not.
    """
    if not _PATTERN.fullmatch(run_id):
        raise SettingsError(
            [
                "--run-id: a run id is 1 to 64 letters, digits, '.', '_' or '-' and begins with a letter or a digit, such as "
                "20260301T020000Z-1a2b3c. Leave --run-id out to have one made"
            ]
        )
    if run_id.lower() == NO_BASE:
        raise SettingsError(
            [f"--run-id {run_id}: stands for the run before the first. Give another name"]
        )
    return run_id
