"""Features as of the date of a run, and the catalogue in use."""

from __future__ import annotations

from dataclasses import dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from desirelines.catalogue import FEATURES as CATALOGUE
from desirelines.catalogue import Feature
from desirelines.features.custom import catalogued
from desirelines.features.occasions import occasion_features
from desirelines.features.path_tfidf import Vocabulary
from desirelines.rules.columns import RuleInputs, condition_column
from desirelines.run.context import Run
from desirelines.tables import FEATURES
from desirelines.views.parameters import RunParameter, parameter_of


def features_of(run: Run) -> DataFrame:
    """Features as of the run's date."""
    return run.warehouse.read(FEATURES).filter(F.col("as_of") == F.lit(run.as_of))


def people_count(run: Run) -> int:
    """Number of people with features as of the run's date."""
    return run.warehouse.row_count(FEATURES, as_of=run.as_of)


def clustered_features(run: Run) -> DataFrame:
    """Features of the people who are clustered: those with enough data."""
    return features_of(run).filter(~is_apart(run))


def is_apart(run: Run) -> Column:
    """Whether a person has too little data to be grouped, over `features`."""
    inputs = RuleInputs(run.window.end, {}, {}, {})
    condition = condition_column(run.settings.apart_rule.condition, inputs)
    return F.coalesce(condition, F.lit(False))


@dataclass(frozen=True, slots=True)
class Counted:
    """People as of the run's date.

    Attributes:
        grouped: number of people who are clustered.
        apart: number of people with too little data.
        median_active_days: median active days in the window of those who are clustered; 0 for none.
    """

    grouped: int
    apart: int
    median_active_days: float


def counted_people(run: Run) -> Counted:
    """Count those who are clustered and those who are not. One execution."""
    apart = is_apart(run)
    days = F.percentile_approx(F.when(~apart, F.col("active_days")), 0.5)
    counts = (F.count_if(~apart), F.count_if(apart), days)
    row = features_of(run).agg(*counts).collect()[0]
    return Counted(int(row[0]), int(row[1]), float(row[2] or 0))


def features_in_use(run: Run) -> tuple[Feature, ...]:
    """The catalogue, the custom features of the settings, and the path n-grams of the run."""
    features = run.settings.features
    custom = tuple(catalogued(f, features.window_days) for f in features.own)
    vocabulary = vocabulary_of(run, run.run_id) if features.path_words else None
    occasions = tuple(f for o in features.occasions for f in occasion_features(o.name))
    return (*CATALOGUE, *occasions, *custom, *(vocabulary.features() if vocabulary else ()))


def vocabulary_of(run: Run, run_id: str) -> Vocabulary | None:
    """The path n-grams of a run; null if it had none."""
    stored = parameter_of(run, run_id, RunParameter.PATH_WORDS)
    return None if stored is None else Vocabulary.from_json(stored)
