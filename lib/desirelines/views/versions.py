"""Versions of the rows of tables: maintenance makes new versions of a table with the same rows."""

from __future__ import annotations

import json
from collections.abc import Iterable

from desirelines.io.tables.ledger import DONE, MAINTAIN, State
from desirelines.run.context import Run
from desirelines.tables import Table


def versions_of_rows(run: Run, tables: Iterable[Table]) -> dict[str, int | None]:
    """The versions of tables by name, as they were before commands that changed no row.

    By these it is told whether anything is new: after `desirelines maintain` nothing is.
    """
    states = run.ledger.states()
    return {
        name: version_of_rows(states, name, version)
        for name, version in run.warehouse.versions(tables).items()
    }


def version_of_rows(states: Iterable[State], table: str, version: int | None) -> int | None:
    """The first version of the table with the rows that it has at `version`, by the ledger.

    `states` come oldest first. Maintenance records the version that it left as an output; if all
    rows stayed, it records the one that it found as an input.
    """
    for state in reversed(list(states)):
        if (state.phase, state.status) != (MAINTAIN, DONE):
            continue
        found, left = (json.loads(text or "{}") for text in (state.inputs, state.outputs))
        if table in found and left.get(table) == version:
            version = found[table]
    return version
