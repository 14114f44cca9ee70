"""Saving what a run fits, in `run_parameters`."""

from __future__ import annotations

from desirelines.io.tables.predicates import equals
from desirelines.run.context import Run
from desirelines.tables import RUN_PARAMETERS
from desirelines.views.parameters import RunParameter


def save_run_parameter(run: Run, name: RunParameter, value: str) -> None:
    """Save a value of this run under a name, in place of an earlier one."""
    row = run.spark.createDataFrame([(run.run_id, name.value, value)], RUN_PARAMETERS.schema)
    run.warehouse.replace_run(row, RUN_PARAMETERS, run.run_id, equals("name", name.value))
