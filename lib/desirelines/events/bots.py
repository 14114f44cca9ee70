"""Streams whose user agent says that no person is behind them. They are tagged, never dropped from `events`."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

# "bot" inside a word is not enough: CUBOT is a brand of phones. A null agent is a person's.
BOT_AGENT = r"(?i)(\bbot\b|[a-z]bot/|crawl|spider|slurp|headlesschrome|python-requests|curl/|wget/|monitor(ing)?\b)"


def is_bot_agent(user_agent: Column) -> Column:
    """True when the agent names itself a robot; never null."""
    return F.coalesce(user_agent.rlike(BOT_AGENT) & ~user_agent.rlike(r"(?i)cubot[ /;]"), F.lit(False))


def to_bot_tags(used: DataFrame) -> DataFrame:
    """One row per stream that shows a bot's agent: stream_id, reason, from_at."""
    bots = used.filter(is_bot_agent(F.col("user_agent")))
    return bots.groupBy("stream_id").agg(F.min("occurred_at").alias("from_at")).withColumn("reason", F.lit("bot_agent"))
