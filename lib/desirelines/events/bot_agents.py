"""Streams whose user agent says that no person is behind them.

They are tagged, never dropped from `events`.
"""

from __future__ import annotations

from crawleruseragents import CRAWLER_USER_AGENTS_DATA
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

NAMED = "|".join(entry["pattern"] for entry in CRAWLER_USER_AGENTS_DATA)
"""Bots known by name: the patterns of the crawler-user-agents list."""

NAMELESS = r"(?i)(\bbot\b|[a-z](?<!\bcu)bot/|crawl|spider|slurp|monitor(ing)?\b)"
"""Words by which unlisted bots name themselves.

"bot" inside a word is not enough: CUBOT is a brand of phones.
"""


def is_bot_agent(user_agent: Column) -> Column:
    """True when the agent names itself a bot. A null agent counts as a person, so never null."""
    return F.coalesce(user_agent.rlike(NAMELESS) | user_agent.rlike(NAMED), F.lit(False))


def to_bot_tags(used: DataFrame) -> DataFrame:
    """One row per stream that shows a bot's agent: stream_id, reason, from_at.

    The 1,500 patterns are tried once per agent, not once per event: there are few agents.
    """
    # The condition uses the count because Spark pushes a filter on the grouping column alone below
    # the aggregation, where it runs on every event.
    agents = used.groupBy("user_agent").agg(F.count("*").alias("_events"))
    agents = agents.filter(F.when(F.col("_events") > 0, is_bot_agent(F.col("user_agent")))).select(
        "user_agent"
    )
    bots = used.select("stream_id", "user_agent", "occurred_at").join(
        F.broadcast(agents), "user_agent"
    )
    return (
        bots.groupBy("stream_id")
        .agg(F.min("occurred_at").alias("from_at"))
        .withColumn("reason", F.lit("bot_agent"))
    )
