"""Which streams to rebuild, and from when: those with new events or new statements of consent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from desirelines.catalogue.kinds import RESERVED_STEPS
from desirelines.frames.keep import checkpointed
from desirelines.run.context import Run
from desirelines.sessions.bot_rhythm import RATE, RHYTHM
from desirelines.sessions.increment import (
    from_first_touched,
    from_overlapping,
    to_reach,
    with_known_cause,
)
from desirelines.tables import CONSENTS, EVENTS, SESSIONS, STREAM_TAGS
from desirelines.views.batches import NewBatches, new_batches
from desirelines.views.state import StageState, state_now
from desirelines.views.versions import versions_of_rows

MOST_BROADCAST = 2_000_000
"""Up to this many streams to rebuild are broadcast; more are shuffled."""


@dataclass(frozen=True, slots=True)
class StreamsToRebuild:
    """Streams to rebuild (stream_id, from_at, known_cause), how many, and the first day."""

    streams: DataFrame
    count: int
    first_day: date

    @property
    def starts(self) -> DataFrame:
        """stream_id and from_at, for a join; broadcast unless they are very many."""
        return self.sent(self.streams.select("stream_id", "from_at"))

    def sent(self, rows: DataFrame) -> DataFrame:
        """Rows of these streams, for a join."""
        return _sent(rows, self.count)


def state_of_sessions(run: Run) -> StageState:
    """Inputs of sessions that are built now."""
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
    return state_now(run, rules, consents=_consents_now(run), as_of=str(run.as_of))


def _consents_now(run: Run) -> int | None:
    """The version of the statements of consent."""
    return versions_of_rows(run, [CONSENTS])[CONSENTS.name]


def streams_to_rebuild(run: Run, last: StageState) -> StreamsToRebuild | None:
    """Streams with new events or new statements of consent; null if there are none.

    Cost: reads the new events, and five columns of all `sessions` once, because a stream's earlier
    sessions can be on any day.
    """
    new = new_batches(run, last.batches)
    events = run.warehouse.read(EVENTS).filter(F.col("ingest_batch").isin(new.names))
    is_consent_new = (last.consents, last.as_of) != (
        _consents_now(run),
        str(run.as_of),
    )
    by_consent = _streams_by_consent(run, last, new) if is_consent_new else None
    return _rebuild_from(run, events, by_consent)


def streams_since(run: Run, day: date) -> StreamsToRebuild | None:
    """Streams with an event on the day or later, as if all of these were new."""
    events = run.warehouse.read(EVENTS).filter(F.col("occurred_on") >= F.lit(day))
    return _rebuild_from(run, events, None)


def _rebuild_from(
    run: Run, events: DataFrame, by_consent: DataFrame | None
) -> StreamsToRebuild | None:
    """Streams of these events, and those `by_consent`, each from its first affected session.

    Checkpoints here are lazy: the sum after each of them computes it.
    """
    reach = to_reach(events, gap_us=run.settings.sessions.longest_silence_us)
    if by_consent is not None:
        both = reach.unionByName(by_consent, allowMissingColumns=True).groupBy("stream_id")
        sums = (
            F.min("from_at").alias("from_at"),
            F.min("reach_at").alias("reach_at"),
            F.max("has_key").alias("has_key"),
        )
        reach = both.agg(*sums)
    reach = checkpointed(reach, lazy=True)
    count, has_keys = reach.agg(F.count("*"), F.max("has_key")).collect()[0]
    if not count:
        return None
    keyed = (
        events.filter(F.col("session_key").isNotNull())
        .select("stream_id", "session_key")
        .distinct()
    )
    sessions = standing_sessions(run, "session_key", "ended_at", "cause")
    sessions = sessions.join(_sent(reach.select("stream_id"), count), "stream_id")
    sessions = checkpointed(sessions, lazy=True)
    streams = from_first_touched(_sent(reach, count), sessions, keyed if has_keys else None)
    streams = checkpointed(streams, lazy=True)
    total = _sum_of(streams)
    while True:
        streams = checkpointed(from_overlapping(_sent(streams, count), sessions), lazy=True)
        before, total = total, _sum_of(streams)
        if total == before:
            break
    streams = checkpointed(with_known_cause(_sent(streams, count), sessions))
    return StreamsToRebuild(streams, total.count, total.least.date())


def standing_sessions(run: Run, *columns: str) -> DataFrame:
    """Sessions as last built, those of bots too: stream_id, started_at and these columns.

    Sessions of bots are not in `sessions`; their tags tell when they were. Their cause is null.
    """
    names = ("stream_id", "started_at", *columns)
    sessions = run.warehouse.read(SESSIONS).select(*names)
    if not run.warehouse.row_count(STREAM_TAGS):
        return sessions
    tags = run.warehouse.read(STREAM_TAGS).filter(F.col("reason").isin(RATE, RHYTHM))
    of_bots = tags.groupBy("stream_id", "session_key", F.col("from_at").alias("started_at")).agg(
        F.max("until_at").alias("ended_at"),
        F.max("event_count").alias("event_count"),
        F.lit(None).cast("string").alias("cause"),
    )
    return sessions.unionByName(of_bots.select(*names))


@dataclass(frozen=True, slots=True)
class _Sum:
    """The least `from_at`, the sum of all, which changes if one moves back, and their count."""

    least: datetime
    total: int
    count: int


def _sum_of(streams: DataFrame) -> _Sum:
    total = F.sum(F.unix_micros("from_at").cast("decimal(38,0)"))
    row = streams.agg(F.min("from_at"), total, F.count("*")).collect()[0]
    return _Sum(row[0], int(row[1]), int(row[2]))


def _sent(rows: DataFrame, count: int) -> DataFrame:
    """Rows for a join, broadcast unless very many: Spark does not know the size of a checkpoint."""
    return F.broadcast(rows) if count <= MOST_BROADCAST else rows


def _streams_by_consent(run: Run, last: StageState, new: NewBatches) -> DataFrame:
    """Streams whose consent changed since the last build, from their first event on.

    Shape: stream_id, from_at, reach_at. These are streams of a key with a new statement, if the key
    has said both yes and no, or if the statement is its first. A first yes changes nothing in the
    key's own stream, because the statement came with the stream's first event; it does change the
    other streams of a login.
    """
    consents = run.warehouse.read(CONSENTS).filter(F.col("purpose") == run.settings.consent.purpose)
    days = sorted((str(last.as_of), str(run.as_of)))
    is_new = F.col("run_id").isin(new.runs) | F.col("from_at").cast("date").between(
        F.lit(days[0]), F.lit(days[1])
    )
    statements = consents.groupBy("key").agg(
        F.max(is_new).alias("_new"),
        F.min_by(is_new, "from_at").alias("_is_first"),
        F.count_distinct("is_granted").alias("_answers"),
        F.min("is_granted").alias("_only_yes"),
    )
    keys = statements.filter(F.col("_new") & (F.col("_is_first") | (F.col("_answers") > 1))).select(
        "key", "_only_yes"
    )
    keys = checkpointed(keys)
    count = keys.count()
    events = run.warehouse.read(EVENTS).select("stream_id", "user_key", "occurred_at")
    if not count:
        events = events.limit(0)
    of_streams, of_logins = _sent(keys.filter(~F.col("_only_yes")), count), _sent(keys, count)
    streams = events.join(of_streams, events["stream_id"] == of_streams["key"], "left_semi")
    logins = events.join(of_logins, events["user_key"] == of_logins["key"], "left_semi")
    starts = (
        streams.unionByName(logins).groupBy("stream_id").agg(F.min("occurred_at").alias("from_at"))
    )
    return starts.withColumn("reach_at", F.col("from_at"))
