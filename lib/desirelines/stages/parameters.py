"""Saving what a run fits, in `run_parameters`."""

from __future__ import annotations

from desirelines.io.tables.predicates import one_of
from desirelines.run.context import Run
from desirelines.tables import RUN_PARAMETERS
from desirelines.views.parameters import RunParameter


def save_run_parameters(run: Run, values: dict[RunParameter, str | None]) -> None:
    """Save values of this run under their names, in place of earlier ones; null saves none."""
    rows = [
        {"run_id": run.run_id, "name": name.value, "value": value}
        for name, value in values.items()
        if value is not None
    ]
    names = one_of("name", (name.value for name in values))
    run.warehouse.replace_run(rows, RUN_PARAMETERS, run.run_id, names)
