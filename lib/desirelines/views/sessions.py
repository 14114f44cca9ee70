"""Sessions with their people, as of the date of a run."""

from __future__ import annotations

from datetime import timedelta

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from desirelines.identities.stream_owners import with_person
from desirelines.run.context import Run
from desirelines.sessions.sessions import to_known_orders, to_sessions
from desirelines.tables import SESSIONS
from desirelines.views.events import keep_consented, usable_events
from desirelines.views.identities import open_identities, open_owners

TRUNCATED = timedelta(milliseconds=1)
"""What a table's log may take off a time."""


def sessions_of_people(run: Run) -> DataFrame:
    """Sessions before as_of, each with its person.

    A session across as_of is rebuilt from its events before it. Sessions of people who refused
    consent on any of their devices are left out.
    """
    end = run.window.end
    sessions = run.warehouse.read(SESSIONS)
    bounds = run.warehouse.bounds(SESSIONS, "ended_at")
    if bounds is None or bounds[1] + TRUNCATED < end:
        return _of_people(run, sessions)
    sessions = sessions.filter(
        (F.col("started_on") <= F.lit(end.date())) & (F.col("started_at") < F.lit(end))
    )
    straddling = sessions.filter(F.col("ended_at") >= F.lit(end))
    starts = straddling.groupBy("stream_id", F.col("session_key").alias("_session")).agg(
        F.min("started_at").alias("_from")
    )
    first = starts.agg(F.min("_from")).collect()[0][0]
    if first is not None:
        whole = sessions.filter(F.col("ended_at") < F.lit(end)).drop("period_on")
        days = F.col("occurred_on").between(F.lit(first.date()), F.lit(end.date()))
        usable = usable_events(run).filter(days & ~F.col("is_bot") & F.col("is_consented"))
        same = (usable["stream_id"] == starts["stream_id"]) & usable["session_key"].eqNullSafe(
            starts["_session"]
        )
        inside = usable.join(F.broadcast(starts), same).drop(starts["stream_id"])
        inside = inside.filter(
            (F.col("occurred_at") >= F.col("_from")) & (F.col("occurred_at") < F.lit(end))
        )
        before = whole.join(F.broadcast(starts), "stream_id").filter("started_at < _from")
        sessions = whole.unionByName(
            to_sessions(
                inside,
                run.settings.sessions,
                zone=run.settings.site.time_zone,
                buckets=run.settings.warehouse.buckets,
                known_orders=to_known_orders(before),
            )
        )
    return _of_people(run, sessions)


def _of_people(run: Run, sessions: DataFrame) -> DataFrame:
    people = with_person(sessions, open_identities(run), open_owners(run))
    return keep_consented(run, people, began="started_at", ended="ended_at")


def published_sessions(run: Run) -> DataFrame:
    """Sessions in the observation window, each with its person."""
    window = run.window
    sessions = sessions_of_people(run)
    return sessions.filter(F.col("started_at") >= F.lit(window.start))
