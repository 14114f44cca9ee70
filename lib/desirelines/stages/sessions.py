"""Build sessions from events: of streams with something new; of all streams if rules changed."""

from __future__ import annotations

from dataclasses import asdict

from pyspark.sql import DataFrame, Observation, Window
from pyspark.sql import functions as F

from desirelines.errors import GateError
from desirelines.events.row_order import event_order
from desirelines.frames.keep import checkpointed, kept, release
from desirelines.io.tables.layout import period_start
from desirelines.io.tables.predicates import on_or_after
from desirelines.io.tables.rows import row_count
from desirelines.run.context import Run
from desirelines.run.execute import StageReport
from desirelines.sessions.account import Account
from desirelines.sessions.increment import with_known_causes
from desirelines.sessions.sessions import to_known_orders, to_sessions
from desirelines.stages.sessions_bots import find_bots, write_bot_tags
from desirelines.stages.sessions_increment import (
    StreamsToRebuild,
    standing_sessions,
    state_of_sessions,
    streams_to_rebuild,
)
from desirelines.tables import EVENTS, IDENTITY_LINKS, SESSIONS
from desirelines.views.events import events_by_agent
from desirelines.views.state import last_state


def build_sessions(run: Run) -> StageReport:
    """Events → sessions, in one shuffle, without bots and without events that lack consent.

    Only streams with something new are rebuilt, from their first affected session on. Every event
    is accounted for.

    Raises:
        GateError: events = in sessions + bots + without consent + over the cap does not hold, or
            too many events are of bots.
    """
    now = state_of_sessions(run)
    last = last_state(run, "build-sessions") if run.warehouse.exists(SESSIONS) else None
    rebuild = None
    if last is not None and last.rules == now.rules:
        rebuild = None if last == now else streams_to_rebuild(run, last)
        if rebuild is None:
            return StageReport(note="no event is new: sessions stay", inputs=now.inputs)
    account = rebuild_sessions(run, rebuild)
    return StageReport(
        account.sessions, str(account), inputs=now.inputs, outputs={"account": asdict(account)}
    )


def rebuild_sessions(run: Run, rebuild: StreamsToRebuild | None) -> Account:
    """Build and write the sessions of these streams, of all for null, without those of bots.

    Raises:
        GateError: the account does not add up, or too many events are of bots.
    """
    read = Observation("desirelines events to sessions")
    events = _counted(with_cap(run, _events_of(run, rebuild), rebuild), read)
    zone, buckets = run.settings.site.time_zone, run.settings.warehouse.buckets
    known = None if rebuild is None else _known_orders(run, rebuild)
    sessions = to_sessions(
        events, run.settings.sessions, zone=zone, buckets=buckets, known_orders=known
    )
    if rebuild is not None:
        sessions = with_known_causes(sessions, rebuild.sent(rebuild.streams))
    sessions = kept(sessions)  # searched for bots, then written
    try:
        # An ordinary action comes first: with adaptive execution, a checkpoint made of kept rows
        # loses what was observed below them.
        row_count(sessions)
        bots = find_bots(run, sessions)
        written = _write(run, sessions if bots is None else bots.drop_sessions(sessions), rebuild)
        write_bot_tags(run, bots, rebuild)
    finally:  # a notebook's session lives on
        release(sessions)
    account = Account(**{**read.get, **written}, all_events=rebuild is None)
    if bots is not None:
        account = account.with_more_bots(bots.event_count)
    check_account(run, account)
    return account


def _events_of(run: Run, rebuild: StreamsToRebuild | None) -> DataFrame:
    """Usable events of the streams to rebuild, each from its `from_at` on; all for null."""
    events = events_by_agent(run)
    if rebuild is None:
        return events
    days = F.col("occurred_on") >= F.lit(rebuild.first_day)
    mine = events.filter(days).join(rebuild.starts, "stream_id")
    return mine.filter("occurred_at >= from_at").drop("from_at")


def _known_orders(run: Run, rebuild: StreamsToRebuild) -> DataFrame:
    """Orders of these streams in the sessions that stay."""
    sessions = run.warehouse.read(SESSIONS).select(
        "stream_id", "started_at", "order_numbers", "order_contents"
    )
    stay = sessions.join(rebuild.starts, "stream_id").filter("started_at < from_at")
    return to_known_orders(stay)


def _counted(events: DataFrame, counts: Observation) -> DataFrame:
    """The events that enter sessions; meanwhile all events are counted by where they go."""
    is_bot, is_consented = F.col("is_bot"), F.col("is_consented")
    is_over = F.col("is_over_the_cap")
    return events.observe(
        counts,
        F.count(F.lit(1)).alias("events"),
        F.count_if(is_bot).alias("bots"),
        F.count_if(~is_bot & ~is_consented).alias("without_consent"),
        F.count_if(~is_bot & is_consented & is_over).alias("over_the_cap"),
    ).filter(~is_bot & is_consented & ~is_over)


def _write(run: Run, sessions: DataFrame, rebuild: StreamsToRebuild | None) -> dict[str, int]:
    """Write sessions and keep those of other streams; give `sessions` and `in_sessions`."""
    written = Observation("desirelines sessions written")
    in_sessions = F.coalesce(F.sum("event_count"), F.lit(0)).alias("in_sessions")
    sessions = sessions.observe(written, F.count(F.lit(1)).alias("sessions"), in_sessions)
    if rebuild is None:
        run.warehouse.replace_all(sessions, SESSIONS)
        return dict(written.get)
    # Whole periods of the layout are replaced, so that no file is searched for rows.
    first_day = period_start(run.warehouse.period(SESSIONS), rebuild.first_day)
    standing = run.warehouse.read(SESSIONS).filter(F.col("period_on") >= F.lit(first_day))
    starts = rebuild.starts
    is_same_stream = standing["stream_id"] == starts["stream_id"]
    is_rebuilt = is_same_stream & (standing["started_at"] >= starts["from_at"])
    others = standing.join(starts, is_rebuilt, "left_anti").drop("period_on")
    run.warehouse.replace_where(
        others.unionByName(sessions), SESSIONS, on_or_after("period_on", first_day)
    )
    return dict(written.get)


def with_cap(run: Run, events: DataFrame, rebuild: StreamsToRebuild | None) -> DataFrame:
    """Add `is_over_the_cap`: true for a stream's events beyond the number that is allowed.

    Events count in their total order. How many a stream has is known from its sightings in
    `identity_links`; only streams over the cap are sorted.
    """
    max_events = run.settings.sessions.most_events_of_a_stream
    if run.warehouse.row_count(EVENTS) <= max_events:
        return events.withColumn("is_over_the_cap", F.lit(False))
    links = run.warehouse.read(IDENTITY_LINKS).filter(F.col("key") == F.col("other_key"))
    if rebuild is not None:
        links = links.join(rebuild.starts, links["key"] == F.col("stream_id"), "left_semi")
    heavy = links.groupBy(F.col("key").alias("stream_id")).agg(F.sum("link_count").alias("_count"))
    heavy = heavy.filter(F.col("_count") > max_events).select("stream_id")
    count = row_count(heavy)
    if not count:
        return events.withColumn("is_over_the_cap", F.lit(False))
    heavy = checkpointed(heavy)
    run.progress.say(
        f"{count:,} streams have more than {max_events:,} events: their later events are left "
        "out of sessions"
    )
    kept = events.sparkSession.createDataFrame([], "stream_id string, _kept long")
    if rebuild is not None:
        standing = standing_sessions(run, "event_count")
        before = standing.join(F.broadcast(heavy), "stream_id").join(rebuild.starts, "stream_id")
        kept_sessions = before.filter("started_at < from_at").groupBy("stream_id")
        kept = kept_sessions.agg(F.sum("event_count").alias("_kept"))
    counts_in = ~F.col("is_bot") & F.col("is_consented")
    place = Window.partitionBy("stream_id", counts_in).orderBy(*event_order())
    large = events.join(F.broadcast(heavy), "stream_id", "left_semi").withColumn(
        "_place", F.row_number().over(place)
    )
    large = large.join(F.broadcast(kept), "stream_id", "left")
    over = F.col("_place") + F.coalesce("_kept", F.lit(0)) > max_events
    large = large.withColumn("is_over_the_cap", over).drop("_place", "_kept")
    small = events.join(F.broadcast(heavy), "stream_id", "left_anti").withColumn(
        "is_over_the_cap", F.lit(False)
    )
    return small.unionByName(large)


def check_account(run: Run, account: Account) -> None:
    """Check that the sessions' account adds up, and that the share of bots is allowed.

    Raises:
        GateError: it does not add up, or too many events are of bots.
    """
    if not account.adds_up:
        raise GateError(
            f"build-sessions: events do not add up: {account}. Nothing is published. This is a "
            "defect: please report it with these numbers."
        )
    max_share = run.settings.bots.most_share
    if account.bots > max_share * account.events:
        raise GateError(
            f"build-sessions: {account.bots:,} of {account.events:,} events are of bots, more than "
            f"bots.most_share ({max_share:.0%}). Nothing is published. Look at `stream_tags`; "
            "if it is right, raise bots.most_share, or set keep_bots in the source's mapping."
        )
