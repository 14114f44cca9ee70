"""Parameters that a run fitted beside its centres, by name, from `run_parameters`."""

from __future__ import annotations

from enum import StrEnum

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
    RULES = "rules"
    """The rules in order, each with the texts of its nodes: what bits of the evidence stand for."""
    RULE_PERCENTILES = "rule_percentiles"
    """Percentiles that rules compare with, by what the rules call them."""
    SETTINGS = "settings"
    """What `Settings.hash` is made of, so that the run can be replayed under other settings."""


def parameter_of(run: Run, run_id: str, name: RunParameter) -> str | None:
    """The value that a run saved under a name, as JSON; null if it saved none."""
    rows = run.warehouse.rows(RUN_PARAMETERS, where={"run_id": [run_id], "name": [name.value]})
    return str(rows[0]["value"]) if rows else None
