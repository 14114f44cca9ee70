"""Rules about funnels: who got how far, who may still get further, and who was not seen."""

import pytest
from pyspark.sql import functions as F

from desirelines.rules.answers import to_answers
from desirelines.rules.columns import RuleInputs
from desirelines.rules.facts import asked_of
from desirelines.rules.toggles import node_answer
from desirelines.settings import Settings
from desirelines.settings.rule_conditions import each_test
from desirelines.views.rule_paths import path_facts
from tests.support.rules import END
from tests.support.tables import sessions

FUNNEL = {"name": "checkout", "steps": ["cart", "pay", "done"], "window_hours": 24}
SESSIONS = """
    person_id | session_id | started_at          | l:steps        | ln:step_offsets
    ann       | s1         | 2026-02-20T10:00:00 | cart pay done  | 0 60000 120000
    ben       | s2         | 2026-02-20T10:00:00 | cart pay       | 0 60000
    cat       | s3         | 2026-02-20T10:00:00 | cart           | 0
    cat       | s4         | 2026-02-20T16:00:00 | pay            | 0
    dan       | s5         | 2026-03-01T20:00:00 | cart           | 0
    eva       | s6         | 2026-02-20T10:00:00 | home           | 0
"""
"""dan's cart is four hours old at the end, so the day of the funnel is not over."""
SEEN_FOR = {"ann": 100, "ben": 100, "cat": 100, "dan": 100, "eva": 100, "new": 3}
"""Days since the people were first seen; the new one has no session in the table."""


def answers(spark, when, unit="person"):
    settings = Settings.model_validate(
        {
            "paths": {"funnels": [FUNNEL | {"unit": unit}]},
            "segments": {"rules": [{"segment": "one", "name": "One", "when": when}]},
        }
    )
    asked = asked_of(each_test(settings.rules[0].condition))
    people = spark.createDataFrame(
        [(p, float(days)) for p, days in SEEN_FOR.items()], "person_id string, tenure_days double"
    )
    funnels = {funnel.name: funnel for funnel in settings.paths.funnels}
    for facts in path_facts(sessions(spark, SESSIONS), asked, funnels, END):
        people = people.join(facts, "person_id", "left")
    people = people.withColumn("bucket", F.lit(0))
    bits = to_answers(people, settings.rules, RuleInputs(END, {}, {}, asked))
    answer = node_answer(0, 0)
    words = F.when(answer, "T").when(~answer, "F").otherwise("U")
    rows = bits.select("person_id", words.alias("answer")).collect()
    return "".join(row["answer"] for row in sorted(rows, key=lambda r: list(SEEN_FOR).index(r[0])))


@pytest.mark.parametrize(
    ("when", "unit", "expected"),  # ann, ben, cat, dan, eva, new
    [
        ("reached step 1 of funnel checkout", "person", "TTTTFF"),
        ("reached step 2 of funnel checkout", "person", "TTTUFF"),
        ("reached step 3 of funnel checkout", "person", "TFFUFF"),
        ("reached step 2 of funnel checkout", "session", "TTFUFF"),  # cat paid in another visit
        ("reached step 2 of funnel checkout in 30 days", "person", "TTTUFU"),
        ("reached step 2 of funnel checkout in 5 days", "person", "FFFUFU"),
        ("stopped at step 2 of funnel checkout", "person", "FTTUFF"),
        ("stopped at step 1 of funnel checkout", "person", "FFFUFF"),
        ("stopped at step 3 of funnel checkout", "person", "TFFUFF"),
    ],
)
def test_how_far_people_got_and_whether_that_is_final(spark, when, unit, expected):
    assert answers(spark, when, unit) == expected
