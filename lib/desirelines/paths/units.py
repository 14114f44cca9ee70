"""Units of a path: one session, or all sessions of a person in order."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

SESSION, PERSON = "session", "person"


def to_session_paths(sessions: DataFrame) -> DataFrame:
    """One row per session: person_id, grain, session_id, started_at, steps, at_ms.

    `at_ms` is the time of each step, in milliseconds since 1970.
    """
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
    """One row per person: person_id, segments, grain, steps, at_ms.

    A path holds the steps of all the person's streams by their own time: sessions of two devices
    may overlap. Steps of one time are in the order of their sessions, by start, then session_id. No
    shuffle where the input is colocated by person; the output is, too.
    """
    session = F.struct("started_at", "session_id", "steps", "at_ms")
    people = session_paths.groupBy("person_id", "segments").agg(
        F.sort_array(F.collect_list(session)).alias("_sessions")
    )
    people = people.withColumns(
        {"_steps": F.flatten("_sessions.steps"), "_at_ms": F.flatten("_sessions.at_ms")}
    )
    # Sessions of few people overlap, and sorting numbers is cheap beside sorting their steps.
    is_in_order = F.col("_at_ms") == F.sort_array("_at_ms")
    return people.select(
        "person_id",
        "segments",
        F.lit(PERSON).alias("grain"),
        F.when(is_in_order, F.col("_steps")).otherwise(_by_time()["step"]).alias("steps"),
        F.sort_array("_at_ms").alias("at_ms"),
    ).sortWithinPartitions("person_id")


def _by_time() -> Column:
    """The steps with their times, in order of time, then of their place."""
    timed = F.transform(
        "_steps",
        lambda step, place: F.struct(
            F.get("_at_ms", place).alias("at_ms"), place.alias("place"), step.alias("step")
        ),
    )
    return F.sort_array(timed)
