"""Streams whose user agent says that no person is behind them. They are tagged, never dropped from `events`."""

from __future__ import annotations

from crawleruseragents import CRAWLER_USER_AGENTS_DATA
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

NAMED = "|".join(entry["pattern"] for entry in CRAWLER_USER_AGENTS_DATA)
"""Robots known by name: the patterns of the crawler-user-agents list."""

NAMELESS = r"(?i)(\bbot\b|[a-z](?<!\bcu)bot/|crawl|spider|slurp|monitor(ing)?\b)"
"""Words by which robots that no list knows call themselves. "bot" inside a word is not enough: CUBOT is a brand of phones."""


def is_bot_agent(user_agent: Column) -> Column:
    """True when the agent names itself a robot; a null agent is a person's, so never null."""
    return F.coalesce(user_agent.rlike(NAMELESS) | user_agent.rlike(NAMED), F.lit(False))


def to_bot_tags(used: DataFrame) -> DataFrame:
    """One row per stream that shows a bot's agent: stream_id, reason, from_at.

    Fifteen hundred patterns are tried once an agent, not once an event: agents are few.
    """
    # The count stands in the condition because a filter on the grouping column alone is pushed below it, to every event.
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
