"""Robots by the name that they give themselves."""

from crawleruseragents import CRAWLER_USER_AGENTS_DATA
from pyspark.sql import functions as F

from desirelines.events.bot_agents import (
    is_bot_agent,
    to_agent_tags,
    to_bot_agents,
    with_bot_agent,
)
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
        okhttp/4.9.3                                                                 | true
        Shop/3.2.1 (Android 13) okhttp/4.9.3                                         | false
        python-urllib3/2.0                                                           | true
        PostmanRuntime/7.36.0                                                        | true
        Java/17.0.2                                                                  | true
        Mozilla/5.0 (Linux; Android 13) JavaFX/17 Chrome/120.0                       | false
        ELB-HealthChecker/2.0                                                        | true
        kube-probe/1.28                                                              | true
        Datadog/Synthetics                                                           | true
        Mozilla/5.0 (Linux; Android 13; Monitor 55) Chrome/120.0                     | false
        Mozilla/5.0 (Windows NT 10.0) Spiderman/2 Chrome/120.0                       | false
        SiteMonitor/1.0                                                              | true
        acme_bot 2                                                                   | true
        Mozilla/5.0 selenium                                                         | true
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


def test_only_the_events_of_a_bots_agent_are_a_bots(spark):
    events = table(spark, """
        stream_id | occurred_at         | user_agent    | is_bot
        a         | 2026-03-01 10:00:00 | Mozilla/5.0   | false
        a         | 2026-03-01 10:01:00 | okhttp/4.9.2  | true
        a         | 2026-03-01 10:02:00 | Mozilla/5.0   | false
        a         | 2026-03-01 10:03:00 |               | false
        a         | 2026-03-01 10:04:00 | Googlebot/2.1 | true
        b         | 2026-03-01 10:00:00 | Mozilla/5.0   | false
        c         | 2026-03-01 10:00:00 |               | false
    """)  # fmt: skip
    marked = with_bot_agent(events, to_bot_agents(events))
    got = marked.orderBy("stream_id", "occurred_at").collect()
    assert [r["is_bot_agent"] for r in got] == [r["is_bot"] for r in got]
    assert {r["is_bot_agent"] for r in with_bot_agent(events, None).collect()} == {False}
    tags = to_agent_tags(marked).selectExpr(
        "stream_id", "reason", "session_key", "event_count",
        "date_format(from_at, 'HH:mm')", "date_format(until_at, 'HH:mm')",
    )  # fmt: skip
    assert [tuple(r) for r in tags.collect()] == [("a", "bot_agent", None, 2, "10:01", "10:04")]


def test_the_list_of_robots_is_tried_once_an_agent_not_once_an_event(spark, capsys):
    events = table(spark, "stream_id | user_agent\na | Mozilla/5.0")
    with_bot_agent(events, to_bot_agents(events)).explain()
    plan = capsys.readouterr().out.splitlines()
    tried = [n for n, line in enumerate(plan) if "RLIKE" in line]
    grouped = [n for n, line in enumerate(plan) if "HashAggregate(keys=[user_agent" in line]
    assert tried
    assert all(any(n < g for g in grouped) for n in tried), (
        "a plan reads from its end: the filter stands above the grouping"
    )
