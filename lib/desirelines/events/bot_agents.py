"""Events whose user agent says that no person is behind them.

They are marked, never dropped from `events`. Only these events are a bot's: the same stream may be
a person's before and after.
"""

from __future__ import annotations

from functools import reduce
from operator import or_

from crawleruseragents import CRAWLER_USER_AGENTS_DATA
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

OF_APPS = ("okhttp", "axios")
"""Libraries with which apps send the clicks of people, too: Shop/3.2 (Android 13) okhttp/4.9.

They are a bot's only where the agent begins with them, as it does without the name of an app.
"""
NAMED = "|".join(
    f"^{pattern}" if (pattern := entry["pattern"]) in OF_APPS else pattern
    for entry in CRAWLER_USER_AGENTS_DATA
)
"""Bots known by name: the patterns of the crawler-user-agents list."""

UNLISTED = (
    r"(?i)(^(java|ruby|undici|python-urllib3|guzzlehttp|postmanruntime|insomnia|faraday"
    r"|rest-client|unirest|httpie)\b"
    r"|kube-probe|health-?check|synthetics?\b|uptime"
    r"|selenium|prerender|reactornetty)"
)
"""Libraries, health checks and monitors that the list lacks."""

NAMELESS = (
    r"(?i)((?<![a-z])bot\b|[a-z](?<!\bcu)bot/|crawl|spider(?!man)|slurp|monitor(ing)?\b(?! \d))"
)
"""Words by which unlisted bots name themselves.

"bot" inside a word is not enough: CUBOT is a brand of phones. "Monitor 55" is a device.
"""


def is_bot_agent(user_agent: Column) -> Column:
    """True when the agent names itself a bot. A null agent counts as a person, so never null."""
    patterns = (NAMELESS, UNLISTED, NAMED)
    return F.coalesce(reduce(or_, map(user_agent.rlike, patterns)), F.lit(False))


def to_bot_agents(events: DataFrame) -> DataFrame:
    """One row per user agent of a bot: user_agent.

    The 1,500 patterns are tried once per agent, not once per event: there are few agents.
    """
    # The condition uses the count because Spark pushes a filter on the grouping column alone below
    # the aggregation, where it runs on every event.
    agents = events.groupBy("user_agent").agg(F.count("*").alias("_events"))
    is_bot = F.when(F.col("_events") > 0, is_bot_agent(F.col("user_agent")))
    return agents.filter(is_bot).select("user_agent")


def with_bot_agent(events: DataFrame, agents: DataFrame | None) -> DataFrame:
    """Add `is_bot_agent`: whether the event's user agent is one of these; never null.

    `agents` come from `to_bot_agents`; null where there are none.
    """
    if agents is None:
        return events.withColumn("is_bot_agent", F.lit(False))
    marked = agents.withColumn("is_bot_agent", F.lit(True))
    joined = events.join(F.broadcast(marked), "user_agent", "left")
    return joined.withColumn("is_bot_agent", F.coalesce("is_bot_agent", F.lit(False)))


def to_agent_tags(events: DataFrame) -> DataFrame:
    """One row per stream with events of a bot's agent, as `stream_tags`.

    Shape: stream_id, reason, from_at, until_at, session_key, event_count. A person's events may lie
    between from_at and until_at: `is_bot_agent` says which events are meant.
    """
    return (
        events.filter("is_bot_agent")
        .groupBy("stream_id")
        .agg(
            F.min("occurred_at").alias("from_at"),
            F.max("occurred_at").alias("until_at"),
            F.count("*").alias("event_count"),
        )
        .withColumns({"reason": F.lit("bot_agent"), "session_key": F.lit(None).cast("string")})
    )
