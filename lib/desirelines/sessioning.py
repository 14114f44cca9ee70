"""Events to sessions: of streams with something new, from their first touched session on; of all where the rules changed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from pyspark.sql import DataFrame, Observation, Window
from pyspark.sql import functions as F

from desirelines.batches import NewBatches, new_batches, newest_batches
from desirelines.io.predicates import on_or_after
from desirelines.job import Job
from desirelines.kinds import RESERVED_STEPS
from desirelines.reading import usable_events
from desirelines.sessions.sessions import to_sessions
from desirelines.sessions.touched import (
    from_first_touched,
    from_overlapping,
    to_reach,
    with_known_cause,
    with_known_causes,
)
from desirelines.tables import CONSENTS, EVENTS, IDENTITY_LINKS, SESSIONS

MOST_BROADCAST = 2_000_000
"""Touched streams up to this many are sent to every task; more are shuffled."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What sessions were made by: the newest batch of every stream of batches, the rules, consents and as_of."""

    batches: dict[str, int]
    rules: str
    consents: int | None
    as_of: str


@dataclass(frozen=True, slots=True)
class Account:
    """Where the events went that were looked at; `all_events` says whether these were all there are."""

    events: int
    in_sessions: int
    bots: int
    without_consent: int
    over_the_cap: int
    sessions: int
    all_events: bool

    @property
    def adds_up(self) -> bool:
        """Whether every event went somewhere."""
        return self.events == self.in_sessions + self.bots + self.without_consent + self.over_the_cap

    def __str__(self) -> str:
        """As a person reads it."""
        left_out = {"of robots": self.bots, "without consent": self.without_consent, "over the cap": self.over_the_cap}
        told = ", ".join(f"{count:,} {why}" for why, count in left_out.items() if count) or "none left out"
        return f"{self.events:,} events{'' if self.all_events else ' touched'}: {told}"

    def with_more_bots(self, events: int) -> Account:
        """The account once these events' sessions turned out to be robots'."""
        return replace(self, bots=self.bots + events, in_sessions=self.in_sessions - events)


@dataclass(frozen=True, slots=True)
class Touched:
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


def seen_now(job: Job) -> Seen:
    """What sessions that are made now are made by."""
    settings = job.settings
    rules: dict[str, Any] = {
        "sessions": settings.sessions.model_dump(mode="json"), "zone": settings.site.time_zone,
        "consent": settings.consent.model_dump(mode="json"), "bots": settings.bots.model_dump(mode="json"),
        "buckets": settings.warehouse.buckets, "no_steps": RESERVED_STEPS,
        "sources": {s.name: [s.keep_bots, s.columns.consent is not None] for s in settings.sources},
    }  # fmt: skip
    told = hashlib.sha256(json.dumps(rules, sort_keys=True).encode()).hexdigest()[:16]
    return Seen(newest_batches(job), told, job.warehouse.version(CONSENTS), str(job.as_of))


def seen_last(job: Job) -> Seen | None:
    """What the standing sessions were made by; none before the first."""
    last = job.ledger.newest("build-sessions")
    facts = job.ledger.inputs_of(last.run_id, "build-sessions") if last else {}
    return Seen(**facts["seen"]) if "seen" in facts and job.warehouse.exists(SESSIONS) else None


def touched_streams(job: Job, last: Seen) -> Touched | None:
    """Streams that new events or new statements of consent touch; None when there is none.

    Cost: the new events, and of `sessions` five columns, read once: whether a stream has an earlier session no day tells.
    """
    new = new_batches(job, last.batches)
    events = job.warehouse.read(EVENTS).filter(F.col("ingest_batch").isin(new.names))
    is_said = (last.consents, last.as_of) != (job.warehouse.version(CONSENTS), str(job.as_of))
    return _first_touched(job, events, _reached_by_consent(job, last, new) if is_said else None)


def streams_since(job: Job, day: date) -> Touched | None:
    """Streams with an event on the day or later, as if all of these were new."""
    return _first_touched(job, job.warehouse.read(EVENTS).filter(F.col("occurred_on") >= F.lit(day)), None)


def _first_touched(job: Job, events: DataFrame, further: DataFrame | None) -> Touched | None:
    # Kept without being computed to the end: the sum that is asked for next does the last step of it.
    reach = to_reach(events, gap_us=int(job.settings.sessions.gap_minutes * 60_000_000))
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
    keyed = events.filter(F.col("session_key").isNotNull()).select("stream_id", "session_key").distinct()
    sessions = job.warehouse.read(SESSIONS).select("stream_id", "session_key", "started_at", "ended_at", "cause")
    own = sessions.join(_sent(reach.select("stream_id"), count), "stream_id").localCheckpoint(eager=False)
    touched = from_first_touched(_sent(reach, count), own, keyed if has_keys else None).localCheckpoint(eager=False)
    first = _sum_of(touched)
    while True:
        touched = from_overlapping(_sent(touched, count), own).localCheckpoint(eager=False)
        before, first = first, _sum_of(touched)
        if first == before:
            break
    streams = with_known_cause(_sent(touched, count), own).localCheckpoint()
    return Touched(streams, first.count, first.least.date())


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


def _reached_by_consent(job: Job, last: Seen, new: NewBatches) -> DataFrame:
    """Streams of keys whose new statement changes what earlier events are worth: all of these count anew. stream_id, from_at.

    A key that has said both yes and no, or that says something for the first time. A first yes is nothing new to the key's own
    stream, whose event it came with; to the other streams of a login it is.
    """
    consents = job.warehouse.read(CONSENTS).filter(F.col("purpose") == job.settings.consent.purpose)
    days = sorted((last.as_of, str(job.as_of)))
    is_new = F.col("run_id").isin(new.runs) | F.col("from_at").cast("date").between(F.lit(days[0]), F.lit(days[1]))
    said = consents.groupBy("key").agg(
        F.max(is_new).alias("_new"), F.min_by(is_new, "from_at").alias("_is_first"),
        F.count_distinct("is_granted").alias("_answers"), F.min("is_granted").alias("_only_yes"),
    )  # fmt: skip
    keys = said.filter(F.col("_new") & (F.col("_is_first") | (F.col("_answers") > 1))).select("key", "_only_yes")
    keys = keys.localCheckpoint()
    count = keys.count()
    events = job.warehouse.read(EVENTS).select("stream_id", "user_key", "occurred_at")
    if not count:
        events = events.limit(0)
    of_streams, of_logins = _sent(keys.filter(~F.col("_only_yes")), count), _sent(keys, count)
    streams = events.join(of_streams, events["stream_id"] == of_streams["key"], "left_semi")
    logins = events.join(of_logins, events["user_key"] == of_logins["key"], "left_semi")
    found = streams.unionByName(logins).groupBy("stream_id").agg(F.min("occurred_at").alias("from_at"))
    return found.withColumn("reach_at", F.col("from_at"))


def cut_anew(job: Job, touched: Touched | None) -> Account:
    """Write the sessions of the touched streams, from their first touched one on; of all streams for None."""
    events = usable_events(job)
    if touched is not None:
        days = F.col("occurred_on") >= F.lit(touched.first_day)
        mine = events.filter(days).join(touched.starts, "stream_id")
        events = mine.filter("occurred_at >= from_at").drop("from_at")
    events = with_cap(job, events, touched)
    read, written = Observation("desirelines events to sessions"), Observation("desirelines sessions written")
    events = events.observe(
        read, F.count(F.lit(1)).alias("events"), F.count_if("is_bot").alias("bots"),
        F.count_if(~F.col("is_bot") & ~F.col("is_consented")).alias("without_consent"),
        F.count_if(~F.col("is_bot") & F.col("is_consented") & F.col("is_over_the_cap")).alias("over_the_cap"),
    ).filter(~F.col("is_bot") & F.col("is_consented") & ~F.col("is_over_the_cap"))  # fmt: skip
    zone, buckets = job.settings.site.time_zone, job.settings.warehouse.buckets
    sessions = to_sessions(events, job.settings.sessions, zone=zone, buckets=buckets)
    sessions = sessions.observe(
        written, F.count(F.lit(1)).alias("sessions"), F.coalesce(F.sum("event_count"), F.lit(0)).alias("in_sessions")
    )
    if touched is None:
        job.warehouse.replace_all(sessions, SESSIONS)
    else:
        sessions = with_known_causes(sessions, touched.sent(touched.streams))
        standing = job.warehouse.read(SESSIONS).filter(F.col("started_on") >= F.lit(touched.first_day))
        gone = touched.starts
        is_gone = (standing["stream_id"] == gone["stream_id"]) & (standing["started_at"] >= gone["from_at"])
        staying = standing.join(gone, is_gone, "left_anti")
        rows = staying.unionByName(sessions)
        job.warehouse.replace_where(rows, SESSIONS, on_or_after("started_on", touched.first_day))
    return Account(**{**read.get, **written.get}, all_events=touched is None)


def with_cap(job: Job, events: DataFrame, touched: Touched | None) -> DataFrame:
    """Add `is_over_the_cap`: beyond the first events, in order of time, of a stream with more than the setting allows.

    How many events a stream has is told by its sightings in `identity_links`; only streams over the cap are sorted.
    """
    most = job.settings.sessions.most_events_of_a_stream
    links = job.warehouse.read(IDENTITY_LINKS).filter(F.col("key") == F.col("other_key"))
    if touched is not None:
        links = links.join(touched.starts, links["key"] == F.col("stream_id"), "left_semi")
    heavy = links.groupBy(F.col("key").alias("stream_id")).agg(F.sum("link_count").alias("_count"))
    heavy = heavy.filter(F.col("_count") > most).select("stream_id")
    heavy = heavy.localCheckpoint(eager=False)
    count = heavy.count()
    if not count:
        return events.withColumn("is_over_the_cap", F.lit(False))
    job.progress.say(f"{count:,} streams have more than {most:,} events: what lies beyond is left out of sessions")
    kept = events.sparkSession.createDataFrame([], "stream_id string, _kept long")
    if touched is not None:
        before = job.warehouse.read(SESSIONS).join(F.broadcast(heavy), "stream_id").join(touched.starts, "stream_id")
        untouched = before.filter("started_at < from_at").groupBy("stream_id")
        kept = untouched.agg(F.sum("event_count").alias("_kept"))
    counts_in = ~F.col("is_bot") & F.col("is_consented")
    place = Window.partitionBy("stream_id", counts_in).orderBy("occurred_at", "event_id", "source")
    large = events.join(F.broadcast(heavy), "stream_id", "left_semi").withColumn("_place", F.row_number().over(place))
    large = large.join(F.broadcast(kept), "stream_id", "left")
    over = F.col("_place") + F.coalesce("_kept", F.lit(0)) > most
    large = large.withColumn("is_over_the_cap", over).drop("_place", "_kept")
    small = events.join(F.broadcast(heavy), "stream_id", "left_anti").withColumn("is_over_the_cap", F.lit(False))
    return small.unionByName(large)
