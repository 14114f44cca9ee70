"""Robots by the name that they give themselves."""

from crawleruseragents import CRAWLER_USER_AGENTS_DATA
from pyspark.sql import functions as F

from desirelines.events.bot_agents import is_bot_agent, to_bot_tags
from tests.support.tables import table


def test_robots_name_themselves_and_phones_of_the_brand_cubot_are_people(spark):
    agents = table(spark, """
        agent                                                                        | is_bot
        Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)      | true
        Mozilla/5.0 (Linux; Android 11; CUBOT X50) AppleWebKit/537.36                | false
        Mozilla/5.0 (Windows NT 10.0) Chrome/120.0                                    | false
        Mozilla/5.0 (Linux; Android 9; CUBOT/X19) Chrome/80.0                         | false
        Mozilla/5.0 (Linux; Android 9; CUBOT X19) (compatible; Googlebot/2.1)         | true
        Mozilla/5.0 (compatible; NeverHeardOfBot/0.1)                                 | true
        python-requests/2.31                                                         | true
                                                                                     | false
    """)  # fmt: skip
    got = agents.withColumn("got", is_bot_agent(F.col("agent"))).collect()
    assert [r["got"] for r in got] == [r["is_bot"] for r in got]


def test_every_robot_that_the_list_gives_an_example_of_is_found(spark):
    agents = sorted({agent for entry in CRAWLER_USER_AGENTS_DATA for agent in entry["instances"]})
    rows = spark.createDataFrame([(agent,) for agent in agents], "agent string")
    missed = rows.filter(~is_bot_agent(F.col("agent"))).collect()
    assert len(agents) > 1000
    assert [r["agent"] for r in missed] == []


def test_a_stream_is_tagged_from_its_first_event_with_a_robots_agent(spark):
    used = table(spark, """
        stream_id | occurred_at         | user_agent
        a         | 2026-03-01 10:00:00 | Mozilla/5.0
        a         | 2026-03-01 10:02:00 | curl/8.0
        a         | 2026-03-01 10:01:00 | Googlebot/2.1
        b         | 2026-03-01 10:00:00 | Mozilla/5.0
        c         | 2026-03-01 10:00:00 |
    """)  # fmt: skip
    got = to_bot_tags(used).withColumn("from_at", F.date_format("from_at", "HH:mm"))
    assert [tuple(r) for r in got.select("stream_id", "reason", "from_at").collect()] == [
        ("a", "bot_agent", "10:01")
    ]


def test_the_list_of_robots_is_tried_once_an_agent_not_once_an_event(spark, capsys):
    used = table(spark, "stream_id | user_agent | occurred_at\na | Mozilla/5.0 | 2026-03-01 10:00")
    to_bot_tags(used).explain()
    plan = capsys.readouterr().out.splitlines()
    tried = [n for n, line in enumerate(plan) if "RLIKE" in line]
    grouped = [n for n, line in enumerate(plan) if "HashAggregate(keys=[user_agent" in line]
    assert tried
    assert all(any(n < g for g in grouped) for n in tried), (
        "a plan reads from its end: the filter stands above the grouping"
    )
