"""Robots that their clicks give away: tagged, and their sessions taken out again."""

from __future__ import annotations

from pyspark.sql import functions as F

from desirelines.run.context import Run
from desirelines.sessions.bot_rhythm import to_bot_rhythm_tags
from desirelines.stages.sessions_increment import StreamsToRebuild
from desirelines.tables import SESSIONS, STREAM_TAGS


def take_robots_out(run: Run, touched: StreamsToRebuild | None) -> int:
    """Tag the streams whose new sessions show a robot, and delete their sessions from the first such on; give their events.

    New are those that were cut anew: of touched streams, or all. Streams of sources that keep robots are not looked at.
    """
    bots = run.settings.bots
    kept = [s.name for s in run.settings.sources if s.keep_bots]
    if not bots.leave_out:
        return 0
    sessions = run.warehouse.read(SESSIONS)
    if touched is not None:
        sessions = sessions.filter(F.col("started_on") >= F.lit(touched.first_day)).join(
            touched.starts, "stream_id"
        )
        sessions = sessions.filter("started_at >= from_at")
    looked_at = sessions.filter(~F.col("source").isin(kept)) if kept else sessions
    tags = to_bot_rhythm_tags(
        looked_at,
        rate_clicks=bots.rate_clicks,
        rate_seconds=bots.rate_seconds,
        even_gaps=bots.even_gaps,
    ).localCheckpoint()  # the sessions it is made from are about to go
    if tags.isEmpty():
        return 0
    sources = looked_at.groupBy("stream_id").agg(F.min("source").alias("source"))
    run.warehouse.merge(
        tags.join(sources, "stream_id").withColumn("run_id", F.lit(run.run_id)), STREAM_TAGS
    )
    first = tags.groupBy("stream_id").agg(F.min("from_at").alias("_from"))
    going = sessions.join(F.broadcast(first), "stream_id").filter("started_at >= _from")
    going = going.select("session_id", "event_count").localCheckpoint()
    run.warehouse.delete(going.select("session_id"), SESSIONS)
    return int(going.agg(F.coalesce(F.sum("event_count"), F.lit(0))).collect()[0][0])
