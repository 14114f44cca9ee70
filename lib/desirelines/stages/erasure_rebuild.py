"""Identities and sessions of identifiers that several people use, without those who are erased."""

from __future__ import annotations

from datetime import UTC, datetime

from pyspark.sql import functions as F

from desirelines.io.erasure_inbox import Case
from desirelines.io.tables.rows import listed
from desirelines.run.context import Run
from desirelines.stages.identities import resolve
from desirelines.stages.sessions import rebuild_sessions
from desirelines.stages.sessions_increment import StreamsToRebuild
from desirelines.tables import EVENTS, IDENTITY_MAP, SESSIONS

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


def rebuild_shared(run: Run, case: Case) -> None:
    """Judge shared identifiers anew, and cut their sessions from what is left. Idempotent.

    As of the date of the newest run, as consent and attribution are in its tables.
    """
    if not case.shared_keys or not run.warehouse.exists(IDENTITY_MAP):
        return
    run = run.at(next((s.as_of for s in reversed(run.ledger.states()) if s.as_of), None))
    keys = listed(run.spark, case.shared_keys, "key")
    resolve(run, keys)
    if not run.warehouse.exists(SESSIONS):
        return
    streams = keys.select(
        F.col("key").alias("stream_id"),
        F.lit(BEGINNING).alias("from_at"),
        F.lit(None).cast("string").alias("known_cause"),
    )
    first = (
        run.warehouse.read(EVENTS)
        .join(F.broadcast(keys), F.col("stream_id") == F.col("key"), "left_semi")
        .agg(F.min("occurred_on"))
        .collect()[0][0]
    )
    standing = (
        run.warehouse.read(SESSIONS)
        .join(F.broadcast(keys), F.col("stream_id") == F.col("key"), "left_semi")
        .agg(F.min("started_on"))
        .collect()[0][0]
    )
    days = [day for day in (first, standing) if day is not None]
    if days:
        rebuild_sessions(run, StreamsToRebuild(streams, len(case.shared_keys), min(days)))
