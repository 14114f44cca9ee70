"""Features defined in the settings: an aggregate over sessions or events, filter and window."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from pyspark.errors import AnalysisException
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from desirelines.catalogue import Feature, own_column
from desirelines.columns.expressions import expression_column, what_does_not_fit
from desirelines.errors import SettingsError
from desirelines.features.window import ObservationWindow, midnight
from desirelines.settings.features import CustomFeature
from desirelines.tables import EVENTS, SESSIONS

SEEN = {
    "sessions": tuple(SESSIONS.unfiled.column_names),
    "events": tuple(EVENTS.unfiled.column_names),
}
"""Columns that an expression may name."""


def catalogued(custom: CustomFeature, window_days: int) -> Feature:
    """A feature of the settings as a catalogue entry."""
    label = custom.name.replace("_", " ")
    return Feature(
        custom.name,
        custom.family,
        custom.meaning,
        custom.unit,
        custom.null_means,
        "settings features.own",
        custom.high or f"high {label}",
        custom.low or f"low {label}",
        custom.scale,
        f"{custom.window_days or window_days} days",
        custom.is_clustered,
        column=own_column(custom.name),
    )


def to_custom_features(
    rows: DataFrame, custom: Sequence[CustomFeature], window: ObservationWindow, at: str
) -> DataFrame:
    """One row per person: person_id and a column for each feature. One shuffle, by person.

    `rows` carry person_id and their time (`at`). Windows are half-open and end at as_of, so nothing
    after it counts.

    Raises:
        SettingsError: an expression cannot be parsed, or names a missing column.
    """
    before = rows.filter(F.col(at) < F.lit(window.end))
    for feature in custom:
        try:
            aggregate = _aggregate(feature, window, at)
            before.groupBy("person_id").agg(aggregate).schema  # noqa: B018 – Spark resolves it
        except (AnalysisException, ValueError) as error:
            reason = what_does_not_fit(error) if isinstance(error, AnalysisException) else error
            raise SettingsError(
                [f"features.own: {feature.name} cannot be read over {feature.over}: {reason}"]
            ) from None
    return before.groupBy("person_id").agg(
        *(_aggregate(f, window, at).alias(f.name) for f in custom)
    )


def _aggregate(feature: CustomFeature, window: ObservationWindow, at: str) -> Column:
    days = feature.window_days or window.days
    start = midnight(window.as_of - timedelta(days=days), window.zone)
    inside = F.col(at) >= F.lit(start)
    columns = SEEN[feature.over]
    wanted = (
        F.lit(True)
        if feature.where is None
        else F.coalesce(expression_column(feature.where, columns), F.lit(False))
    )
    value = F.lit(1) if feature.of is None else expression_column(feature.of, columns)
    chosen = F.when(inside & wanted, value)
    aggregates = {
        "count": F.count(chosen),
        "sum": F.coalesce(F.sum(chosen), F.lit(0)),
        "mean": F.avg(chosen),
        "min": F.min(chosen),
        "max": F.max(chosen),
        "distinct": F.count_distinct(chosen),
    }
    return aggregates[feature.aggregate].cast("double")
