"""Rules from texts, evaluated on tables of a test."""

from datetime import UTC, datetime

from pyspark.sql import functions as F

from desirelines.rules.answers import TRUE_NODES, UNKNOWN_NODES, to_answers
from desirelines.rules.columns import RuleInputs
from desirelines.rules.facts import asked_of, needs_events, session_facts, to_category_facts
from desirelines.settings import Settings
from desirelines.settings.rule_conditions import each_test

END = datetime(2026, 3, 2, tzinfo=UTC)  # a Monday
AS_OF = END.date()


def rules_from(**conditions):
    """Rules by their ids."""
    entries = [{"segment": i, "name": i, "when": when} for i, when in conditions.items()]
    return Settings.model_validate({"segments": {"rules": entries}}).rules


def answers(features, rules, *, sessions=None, events=None, percentiles=None, zone="UTC", end=END):
    """The answer of every rule for every person of `features`: {person: {segment: answer}}."""
    tests = [test for rule in rules for test in each_test(rule.condition)]
    asked = asked_of(tests)
    people = features
    if sessions is not None:
        for facts in session_facts(sessions, asked, end=end, as_of=end.date(), zone=zone):
            people = people.join(facts, "person_id", "left")
    if needs_events(asked):
        people = people.join(to_category_facts(events, asked, end=end), "person_id", "left")
    if "bucket" not in people.columns:
        people = people.withColumn("bucket", F.lit(0))
    rows = to_answers(people, rules, RuleInputs(end, {}, percentiles or {}, asked)).collect()
    return {
        r["person_id"]: {
            rule.segment_id: None if unknown & 1 else bool(true & 1)
            for rule, true, unknown in zip(rules, r[TRUE_NODES], r[UNKNOWN_NODES], strict=True)
        }
        for r in rows
    }


def observed_for(spark, people):
    """Features of people who were first seen so many days before the end: {person: days}."""
    rows = spark.createDataFrame(
        [(p, float(d)) for p, d in people.items()], "person_id string, tenure_days double"
    )
    return rows.withColumn("bucket", F.lit(0))
