"""Parameters that a run fitted beside its centres, by name, from `run_parameters`."""

from __future__ import annotations

from enum import StrEnum

from pyspark.sql import functions as F

from desirelines.run.context import Run
from desirelines.tables import RUN_PARAMETERS


class RunParameter(StrEnum):
    """Names of the rows of `run_parameters`."""

    PREPARATION = "preparation"
    """How features become the numbers that people are clustered by."""
    PATH_WORDS = "path_words"
    """The vocabulary of path n-grams with their weights."""
    CUT_POINTS = "rfm_cut_points"
    """Cut points of the RFM scores."""
    BENEFIT_RANKS = "benefit_ranks"
    """The ranks that decide the label `benefit_sought`."""


def parameter_of(run: Run, run_id: str, name: RunParameter) -> str | None:
    """The value that a run saved under a name, as JSON; null if it saved none."""
    mine = (F.col("run_id") == run_id) & (F.col("name") == name.value)
    rows = run.warehouse.read(RUN_PARAMETERS).filter(mine).select("value").collect()
    return str(rows[0]["value"]) if rows else None
