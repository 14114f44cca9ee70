"""Preview a feature of one's own on the sessions or events of the newest published run."""

from __future__ import annotations

from pyspark.sql import DataFrame

from desirelines.features.custom import to_custom_features
from desirelines.run.context import Run
from desirelines.settings.features import CustomFeature
from desirelines.views.events import events_of_people
from desirelines.views.features import features_of
from desirelines.views.sessions import sessions_of_people


def preview_feature(run: Run, feature: CustomFeature) -> DataFrame:
    """The feature of everybody with features as of the run, as the next run would have it.

    Shape: person_id, and a column of the feature's name.

    Raises:
        SettingsError: an expression names a column that is not there.
    """
    over_events = feature.over == "events"
    rows = events_of_people(run) if over_events else sessions_of_people(run)
    values = to_custom_features(
        rows, [feature], run.window, "occurred_at" if over_events else "started_at"
    )
    return features_of(run).select("person_id").join(values, "person_id", "left")
