"""People of whom little is known, once more with their events given to them by chance."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from desirelines.clusters.chance import GIVEN, SETS, given_by_chance
from desirelines.clusters.fit import place_in_sample, points_of
from desirelines.clusters.preprocessing import LEAST_PEOPLE, Preparation, prepared_columns
from desirelines.clusters.sample_fits import Points
from desirelines.clusters.search import CHOSEN_ON
from desirelines.features.build import colocated_by_person
from desirelines.run.context import Run
from desirelines.sessions.sessions import to_sessions
from desirelines.stages.features import features_from
from desirelines.views.events import events_of_people

FEW_DAYS = 2
"""Little is known of people if half of them were active on at most so many days."""
MOST_EVENTS = 100_000
"""Of more events nothing is made by chance."""
KEPT = ("occurred_at", "received_at", "source", "file_name", "file_place", "event_id", "user_key")


def people_by_chance(
    run: Run, features: DataFrame, count: int, median_active_days: float
) -> Callable[[Preparation], list[Points]] | None:
    """Makes the prepared numbers of as many people as k is chosen on, for `clusters.fit`.

    Null where enough is known of people: with many events for each, people who are given them by
    chance hardly differ. `features` are of the `count` people who are grouped.
    """
    if count < LEAST_PEOPLE or median_active_days > FEW_DAYS:
        return None

    def made(preparation: Preparation) -> list[Points]:
        events = _events_of_sample(run, features)
        if len(events) > MOST_EVENTS:
            return []
        random = np.random.default_rng(run.settings.clusters.seed)
        sets = [_of_set(given_by_chance(events, random), n) for n in range(SETS)]
        return _prepared(run, pa.concat_tables(sets), preparation)

    return made


def _events_of_sample(run: Run, features: DataFrame) -> pa.Table:
    """Events before as_of of the people on whom k is chosen, in a total order; few more than most.

    The person takes the place of the stream: of people with few events few have two devices.
    """
    place = place_in_sample()
    people = features.select("person_id").orderBy(place, "person_id").limit(CHOSEN_ON)
    events = events_of_people(run).filter(F.col("occurred_at") < F.lit(run.window.end))
    columns = [*KEPT, *GIVEN]
    mine = events.join(people, "person_id", "left_semi")
    table = mine.select(F.col("person_id").alias("stream_id"), *columns).limit(MOST_EVENTS + 1)
    rows = table.toArrow()
    by = [(name, "ascending") for name in ("stream_id", "occurred_at", "source", "event_id")]
    return rows.sort_by(by)


def _of_set(events: pa.Table, number: int) -> pa.Table:
    """The events with people of their own: a set's people are no other set's."""
    named = pc.binary_join_element_wise(events["stream_id"], str(number), "#")
    place = events.column_names.index("stream_id")
    return events.set_column(place, "stream_id", named)


def _prepared(run: Run, events: pa.Table, preparation: Preparation) -> list[Points]:
    """Prepared numbers of the people of each set."""
    settings = run.settings
    rows = run.spark.createDataFrame(events).withColumn("session_key", F.lit(None).cast("string"))
    sessions = to_sessions(
        rows,
        settings.sessions,
        zone=settings.site.time_zone,
        buckets=settings.warehouse.buckets,
    ).withColumn("person_id", F.col("stream_id"))
    features = features_from(run, colocated_by_person(sessions))
    number = F.substring_index("person_id", "#", -1).cast("int").alias("_set")
    table = features.orderBy("person_id").select(number, *prepared_columns(preparation)).toArrow()
    points, sets = points_of(table, preparation), table["_set"].to_numpy()
    return [points[sets == n] for n in range(SETS)]
