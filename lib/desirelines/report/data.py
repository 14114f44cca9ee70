"""The data of the report: a few small tables of one published run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd


@dataclass(frozen=True)
class ReportData:
    """The tables of one run as read, with the columns of their contract unless stated.

    Attributes:
        title: heading of the page.
        run_id: the run shown.
        config_hash: digest of the configuration of the run.
        code_version: version of the package that made the run.
        as_of: midnight (site zone); only what happened before it counts.
        published_on: when the run was published, as text.
        data_through: day of the newest event before as_of, as text.
        fresh_until: from when on a newer run is overdue, as text; empty when never.
        people_count: people as of the run.
        previous_run_id: the published run with which moves are compared; None for the first run.
        definitions: segment_id, kind, name, definition, origin, derived_from; one row per segment.
        sizes: `segment_sizes` of the run.
        trend: run_id, as_of, segment_id, people_count, share: `segment_sizes` of the published runs
            up to this one, it included.
        profiles: `segment_profiles` of the run.
        moves: `segment_moves` of the run; may be empty.
        overlap: `segment_overlap` of the run.
        coverage: `segment_coverage` of the run.
        scorecard: `segment_scorecard` of the run.
        attrition: segment_id, number, condition, people, unknown, left: the steps of rules; empty
            where the evidence of the run is gone.
        visits: segment_id, what, key, n, people_count: `paths.visit_counts` of the run's visits, in
            published steps.
        funnels: `funnel_steps` of the run; empty without funnels in the settings.
        weeks: `funnel_weeks` of the run; empty without funnels in the settings.
        accounts: source, fate, run_row_count (this run), row_count (all time), and, equal on every
            row of a source, run_rows_read and rows_read: rows counted independently of the fates.
            Without these two, the sum cannot be checked, and the page says so.
        trials: `cluster_trials` of the run; may be empty.
        gates: `gates` of the publication: checks and their results.
        rule_features: by rule segment, the feature that is 0 or unknown for everybody where the
            rule cannot apply to anyone.
        steps_shown: maximum number of steps in a transition picture.
        flow_places: steps of a visit in the picture of flow.
        flow_steps: different steps at each of them.
        outbound_steps: whether messages sent to people are among the steps of visits.
        currency: the reporting currency, ISO 4217.
        time_zone: the site's zone, in which hours are told.
    """

    title: str
    run_id: str
    config_hash: str
    code_version: str
    as_of: date
    published_on: str
    data_through: str
    fresh_until: str
    people_count: int
    previous_run_id: str | None
    definitions: pd.DataFrame
    sizes: pd.DataFrame
    trend: pd.DataFrame
    profiles: pd.DataFrame
    moves: pd.DataFrame
    overlap: pd.DataFrame
    coverage: pd.DataFrame
    scorecard: pd.DataFrame
    attrition: pd.DataFrame
    visits: pd.DataFrame
    funnels: pd.DataFrame
    weeks: pd.DataFrame
    accounts: pd.DataFrame
    trials: pd.DataFrame
    gates: Mapping[str, Any]
    rule_features: Mapping[str, str]
    steps_shown: int
    flow_places: int
    flow_steps: int
    outbound_steps: bool
    currency: str
    time_zone: str
