"""A path by session, or by person: all sessions of a person one after the other."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

SESSION, PERSON = "session", "person"


def to_session_paths(sessions: DataFrame) -> DataFrame:
    """One row per session: person_id, grain, session_id, started_at, steps, at_ms (of each step, milliseconds since 1970)."""
    at_ms = F.transform("step_offsets", lambda offset: offset + F.unix_millis("started_at"))
    return sessions.select(
        "person_id",
        F.lit(SESSION).alias("grain"),
        "session_id",
        "started_at",
        "steps",
        at_ms.alias("at_ms"),
    )


def to_person_paths(session_paths: DataFrame) -> DataFrame:
    """One row per person: person_id, segments, grain, steps, at_ms; sessions of all their streams in order of start, then session_id.

    No shuffle where they lie together by person, and the rows do again.
    """
    session = F.struct("started_at", "session_id", "steps", "at_ms")
    people = session_paths.groupBy("person_id", "segments").agg(
        F.sort_array(F.collect_list(session)).alias("_sessions")
    )
    return people.select(
        "person_id",
        "segments",
        F.lit(PERSON).alias("grain"),
        F.flatten("_sessions.steps").alias("steps"),
        F.flatten("_sessions.at_ms").alias("at_ms"),
    ).sortWithinPartitions("person_id")
