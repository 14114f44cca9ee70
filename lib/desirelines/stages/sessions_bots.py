"""Find bots by the rhythm of their clicks, in sessions before they are written."""

from __future__ import annotations

from dataclasses import dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from desirelines.frames.keep import checkpointed
from desirelines.io.tables.predicates import one_of
from desirelines.run.context import Run
from desirelines.sessions.bot_rhythm import RATE, RHYTHM, to_bot_rhythm_tags
from desirelines.stages.sessions_increment import StreamsToRebuild
from desirelines.tables import STREAM_TAGS


@dataclass(frozen=True, slots=True)
class Bots:
    """Bots among sessions.

    Attributes:
        tags: one row per session and reason.
        event_count: events of these sessions.
    """

    tags: DataFrame
    event_count: int

    def drop_sessions(self, sessions: DataFrame) -> DataFrame:
        """Drop the sessions that show a bot."""
        shown = self.tags.select("session_id").distinct()
        return sessions.join(F.broadcast(shown), "session_id", "left_anti")


def find_bots(run: Run, sessions: DataFrame) -> Bots | None:
    """Search sessions for bots; null when there are none, or bots are not to be left out.

    Sessions of sources that keep bots are not searched.
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
    # A session may show both reasons.
    shown = tags.dropDuplicates(["session_id"])
    count = shown.agg(F.sum("event_count")).collect()[0][0]
    return None if count is None else Bots(tags, int(count))


def write_bot_tags(run: Run, bots: Bots | None, rebuild: StreamsToRebuild | None) -> None:
    """Replace the tags of the rebuilt sessions, of all for null, by these.

    Tags of sessions that were not rebuilt stay.
    """
    if not run.settings.bots.leave_out:
        return
    if bots is None and not run.warehouse.row_count(STREAM_TAGS):
        return
    standing = run.warehouse.read(STREAM_TAGS).filter(F.col("reason").isin(RATE, RHYTHM))
    stale = standing
    if rebuild is not None:
        starts = rebuild.starts
        stale = standing.join(starts, _is_rebuilt(standing, starts), "left_semi")
    if bots is None and stale.isEmpty():
        return
    rows = _rows_of(run, bots) if bots is not None else standing.limit(0)
    if rebuild is not None:
        rows = rows.unionByName(
            standing.join(rebuild.starts, _is_rebuilt(standing, rebuild.starts), "left_anti")
        )
    run.warehouse.replace_where(rows, STREAM_TAGS, one_of("reason", (RATE, RHYTHM)))


def _rows_of(run: Run, bots: Bots) -> DataFrame:
    """The rows of `stream_tags`: sessions may begin in the same microsecond."""
    keys = ("stream_id", "reason", "from_at", "session_key")
    rows = bots.tags.groupBy(*keys).agg(
        F.max("until_at").alias("until_at"),
        F.sum("event_count").alias("event_count"),
        F.min("source").alias("source"),
    )
    return rows.withColumn("run_id", F.lit(run.run_id)).select(*STREAM_TAGS.column_names)


def _is_rebuilt(tags: DataFrame, starts: DataFrame) -> Column:
    """Whether the session of a tag is one of the rebuilt."""
    return (tags["stream_id"] == starts["stream_id"]) & (tags["from_at"] >= starts["from_at"])
