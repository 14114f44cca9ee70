"""Find bots by the rhythm of their clicks, in sessions before they are written."""

from __future__ import annotations

from dataclasses import dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from desirelines.frames.keep import checkpointed
from desirelines.run.context import Run
from desirelines.sessions.bot_rhythm import to_bot_rhythm_tags
from desirelines.tables import STREAM_TAGS


@dataclass(frozen=True, slots=True)
class Bots:
    """Bots among sessions.

    Attributes:
        tags: rows of `stream_tags`.
        since: streams and the start of the first session that shows a bot: stream_id, bot_from.
        event_count: events of the sessions from there on.
    """

    tags: DataFrame
    since: DataFrame
    event_count: int

    def drop_sessions(self, sessions: DataFrame) -> DataFrame:
        """Drop the sessions of these streams from the first one on that shows a bot."""
        return sessions.join(F.broadcast(self.since), _is_bot(sessions, self.since), "left_anti")


def find_bots(run: Run, sessions: DataFrame) -> Bots | None:
    """Search sessions for bots; null when there are none, or bots are not to be left out.

    Streams of sources that keep bots are not searched. The sessions are read several times, so the
    caller keeps them until the tags are written.
    """
    settings = run.settings.bots
    if not settings.leave_out:
        return None
    keep_bots = [source.name for source in run.settings.sources if source.keep_bots]
    searched = sessions.filter(~F.col("source").isin(keep_bots)) if keep_bots else sessions
    tags = checkpointed(
        to_bot_rhythm_tags(
            searched,
            rate_clicks=settings.rate_clicks,
            rate_seconds=settings.rate_seconds,
            even_gaps=settings.even_gaps,
        )
    )
    since = tags.groupBy("stream_id").agg(F.min("from_at").alias("bot_from"))
    of_bots = sessions.join(F.broadcast(since), _is_bot(sessions, since))
    count = of_bots.agg(F.sum("event_count")).collect()[0][0]
    if count is None:  # a bot has the session that shows it
        return None
    sources = searched.groupBy("stream_id").agg(F.min("source").alias("source"))
    rows = tags.join(sources, "stream_id").withColumn("run_id", F.lit(run.run_id))
    return Bots(rows, since, int(count))


def write_bot_tags(run: Run, bots: Bots) -> None:
    """Add the tags to `stream_tags`; a tag that is there already stays."""
    run.warehouse.merge(bots.tags, STREAM_TAGS)


def _is_bot(sessions: DataFrame, since: DataFrame) -> Column:
    return (sessions["stream_id"] == since["stream_id"]) & (
        sessions["started_at"] >= since["bot_from"]
    )
