"""Which streams have to be built again, and from when: those that new events or new statements of consent touch."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from desirelines.catalogue.kinds import RESERVED_STEPS
from desirelines.run.context import Run
from desirelines.sessions.increment import (
    from_first_touched,
    from_overlapping,
    to_reach,
    with_known_cause,
)
from desirelines.tables import CONSENTS, EVENTS, SESSIONS
from desirelines.views.batches import NewBatches, new_batches, newest_batches

MOST_BROADCAST = 2_000_000
"""StreamsToRebuild streams up to this many are sent to every task; more are shuffled."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What sessions were made by: the newest batch of every stream of batches, the rules, consents and as_of."""

    batches: dict[str, int]
    rules: str
    consents: int | None
    as_of: str


@dataclass(frozen=True, slots=True)
class StreamsToRebuild:
    """Streams to cut anew (stream_id, from_at, known_cause), how many, and the first day that concerns."""

    streams: DataFrame
    count: int
    first_day: date

    @property
    def starts(self) -> DataFrame:
        """stream_id and from_at, for a join: sent to every task, unless they are very many."""
        return self.sent(self.streams.select("stream_id", "from_at"))

    def sent(self, rows: DataFrame) -> DataFrame:
        """Rows of these streams, for a join."""
        return _sent(rows, self.count)


def seen_now(run: Run) -> Seen:
    """What sessions that are made now are made by."""
    settings = run.settings
    rules: dict[str, Any] = {
        "sessions": settings.sessions.model_dump(mode="json"),
        "zone": settings.site.time_zone,
        "consent": settings.consent.model_dump(mode="json"),
        "bots": settings.bots.model_dump(mode="json"),
        "buckets": settings.warehouse.buckets,
        "no_steps": RESERVED_STEPS,
        "sources": {s.name: [s.keep_bots, s.columns.consent is not None] for s in settings.sources},
    }
    told = hashlib.sha256(json.dumps(rules, sort_keys=True).encode()).hexdigest()[:16]
    return Seen(newest_batches(run), told, run.warehouse.version(CONSENTS), str(run.as_of))


def seen_last(run: Run) -> Seen | None:
    """What the standing sessions were made by; none before the first."""
    last = run.ledger.newest("build-sessions")
    facts = run.ledger.inputs_of(last.run_id, "build-sessions") if last else {}
    return Seen(**facts["seen"]) if "seen" in facts and run.warehouse.exists(SESSIONS) else None


def streams_to_rebuild(run: Run, last: Seen) -> StreamsToRebuild | None:
    """Streams that new events or new statements of consent touch; None when there is none.

    Cost: the new events, and of `sessions` five columns, read once: whether a stream has an earlier session no day tells.
    """
    new = new_batches(run, last.batches)
    events = run.warehouse.read(EVENTS).filter(F.col("ingest_batch").isin(new.names))
    is_said = (last.consents, last.as_of) != (run.warehouse.version(CONSENTS), str(run.as_of))
    return _first_touched(run, events, _reached_by_consent(run, last, new) if is_said else None)


def streams_since(run: Run, day: date) -> StreamsToRebuild | None:
    """Streams with an event on the day or later, as if all of these were new."""
    return _first_touched(
        run, run.warehouse.read(EVENTS).filter(F.col("occurred_on") >= F.lit(day)), None
    )


def _first_touched(
    run: Run, events: DataFrame, further: DataFrame | None
) -> StreamsToRebuild | None:
    # Kept without being computed to the end: the sum that is asked for next does the last step of it.
    reach = to_reach(events, gap_us=int(run.settings.sessions.gap_minutes * 60_000_000))
    if further is not None:
        both = reach.unionByName(further, allowMissingColumns=True).groupBy("stream_id")
        sums = (
            F.min("from_at").alias("from_at"),
            F.min("reach_at").alias("reach_at"),
            F.max("has_key").alias("has_key"),
        )
        reach = both.agg(*sums)
    reach = reach.localCheckpoint(eager=False)
    count, has_keys = reach.agg(F.count("*"), F.max("has_key")).collect()[0]
    if not count:
        return None
    keyed = (
        events.filter(F.col("session_key").isNotNull())
        .select("stream_id", "session_key")
        .distinct()
    )
    sessions = run.warehouse.read(SESSIONS).select(
        "stream_id", "session_key", "started_at", "ended_at", "cause"
    )
    own = sessions.join(_sent(reach.select("stream_id"), count), "stream_id").localCheckpoint(
        eager=False
    )
    touched = from_first_touched(
        _sent(reach, count), own, keyed if has_keys else None
    ).localCheckpoint(eager=False)
    first = _sum_of(touched)
    while True:
        touched = from_overlapping(_sent(touched, count), own).localCheckpoint(eager=False)
        before, first = first, _sum_of(touched)
        if first == before:
            break
    streams = with_known_cause(_sent(touched, count), own).localCheckpoint()
    return StreamsToRebuild(streams, first.count, first.least.date())


@dataclass(frozen=True, slots=True)
class _Sum:
    """The least `from_at`, the sum of all, which changes when one of them moves back, and how many they are."""

    least: datetime
    total: int
    count: int


def _sum_of(touched: DataFrame) -> _Sum:
    total = F.sum(F.unix_micros("from_at").cast("decimal(38,0)"))
    row = touched.agg(F.min("from_at"), total, F.count("*")).collect()[0]
    return _Sum(row[0], int(row[1]), int(row[2]))


def _sent(rows: DataFrame, count: int) -> DataFrame:
    """Rows for a join, told to go to every task unless they are very many: Spark does not know the size of rows kept."""
    return F.broadcast(rows) if count <= MOST_BROADCAST else rows


def _reached_by_consent(run: Run, last: Seen, new: NewBatches) -> DataFrame:
    """Streams of keys whose new statement changes what earlier events are worth: all of these count anew. stream_id, from_at.

    A key that has said both yes and no, or that says something for the first time. A first yes is nothing new to the key's own
    stream, whose event it came with; to the other streams of a login it is.
    """
    consents = run.warehouse.read(CONSENTS).filter(F.col("purpose") == run.settings.consent.purpose)
    days = sorted((last.as_of, str(run.as_of)))
    is_new = F.col("run_id").isin(new.runs) | F.col("from_at").cast("date").between(
        F.lit(days[0]), F.lit(days[1])
    )
    said = consents.groupBy("key").agg(
        F.max(is_new).alias("_new"),
        F.min_by(is_new, "from_at").alias("_is_first"),
        F.count_distinct("is_granted").alias("_answers"),
        F.min("is_granted").alias("_only_yes"),
    )
    keys = said.filter(F.col("_new") & (F.col("_is_first") | (F.col("_answers") > 1))).select(
        "key", "_only_yes"
    )
    keys = keys.localCheckpoint()
    count = keys.count()
    events = run.warehouse.read(EVENTS).select("stream_id", "user_key", "occurred_at")
    if not count:
        events = events.limit(0)
    of_streams, of_logins = _sent(keys.filter(~F.col("_only_yes")), count), _sent(keys, count)
    streams = events.join(of_streams, events["stream_id"] == of_streams["key"], "left_semi")
    logins = events.join(of_logins, events["user_key"] == of_logins["key"], "left_semi")
    found = (
        streams.unionByName(logins).groupBy("stream_id").agg(F.min("occurred_at").alias("from_at"))
    )
    return found.withColumn("reach_at", F.col("from_at"))
