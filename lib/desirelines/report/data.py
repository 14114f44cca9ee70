"""The data of the report: a few small tables of one published run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd


@dataclass(frozen=True)
class ReportData:
    """The tables of one run as read, with the columns of their contract unless stated.

    Attributes:
        title: heading of the page.
        run_id: the run shown.
        config_hash: digest of the configuration of the run.
        as_of: midnight (site zone); only what happened before it counts.
        published_on: when the run was published, as text.
        data_through: day of the newest event before as_of, as text.
        people_count: people as of the run.
        previous_run_id: the published run with which moves are compared; None for the first run.
        definitions: segment_id, kind, name, definition, origin, derived_from; one row per segment.
        sizes: `segment_sizes` of the run.
        profiles: `segment_profiles` of the run.
        moves: `segment_moves` of the run; may be empty.
        edges: `path_edges` of the run, by session.
        positions: `path_positions` of the run.
        funnels: `funnel_steps` of the run; empty without funnels in the settings.
        weeks: `funnel_weeks` of the run; empty without funnels in the settings.
        paths: segment_id, path (list of step names), sessions_count, share; the most frequent whole
            paths of visits per segment and of 'all', already limited, none of fewer than 10 people.
        accounts: source, fate, run_row_count (this run), row_count (all time), and, equal on every
            row of a source, run_rows_read and rows_read: rows counted independently of the fates.
            Without these two, the sum cannot be checked, and the page says so.
        trials: `cluster_trials` of the run; may be empty.
        rule_features: by rule segment, the feature that is 0 or unknown for everybody where the
            rule cannot apply to anyone.
        steps_shown: maximum number of steps in a transition picture.
        places: number of places of the step matrix.
        currency: the reporting currency, ISO 4217.
    """

    title: str
    run_id: str
    config_hash: str
    as_of: date
    published_on: str
    data_through: str
    people_count: int
    previous_run_id: str | None
    definitions: pd.DataFrame
    sizes: pd.DataFrame
    profiles: pd.DataFrame
    moves: pd.DataFrame
    edges: pd.DataFrame
    positions: pd.DataFrame
    funnels: pd.DataFrame
    weeks: pd.DataFrame
    paths: pd.DataFrame
    accounts: pd.DataFrame
    trials: pd.DataFrame
    rule_features: Mapping[str, str]
    steps_shown: int
    places: int
    currency: str
