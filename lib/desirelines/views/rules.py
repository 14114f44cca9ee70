"""The rule segments of a run, and what their conditions are evaluated on."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from itertools import chain

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from desirelines.rules.columns import RuleInputs, rule_columns
from desirelines.rules.facts import Asked, asked_of, needs_events, to_category_facts, to_facts
from desirelines.run.context import Run
from desirelines.settings.rule_conditions import LabelIn, Percentile, Test, each_test
from desirelines.settings.segment_rules import Rule
from desirelines.tables import FEATURES, PERSON_LABELS
from desirelines.views.events import events_of_people
from desirelines.views.features import features_in_use, features_of
from desirelines.views.sessions import sessions_of_people


def rules_of(run: Run) -> tuple[Rule, ...]:
    """The rule segments: people with too little data, then those of the settings."""
    return (run.settings.apart_rule, *run.settings.rules)


def tests_in(rules: tuple[Rule, ...]) -> tuple[Test, ...]:
    """The tests of all rules."""
    return tuple(chain.from_iterable(each_test(rule.condition) for rule in rules))


def feature_numbers(run: Run) -> dict[str, str]:
    """Spark SQL of every feature in use that is no column of `features`, by name."""
    columns = set(FEATURES.column_names)
    return {f.name: f.sql for f in features_in_use(run) if f.name not in columns}


def rule_people(run: Run, asked: Mapping[Asked, str], tests: tuple[Test, ...]) -> DataFrame:
    """Everybody's features as of the run's date, with the columns that the tests need beside them.

    Cost: sessions and events are read only if a test looks at them, once for all tests.
    """
    people = features_of(run)
    if any(isinstance(test, LabelIn) for test in tests):
        labels = run.warehouse.read(PERSON_LABELS).filter(F.col("as_of") == F.lit(run.as_of))
        names = sorted({test.label for test in tests if isinstance(test, LabelIn)})
        people = people.join(labels.select("person_id", *names), "person_id", "left")
    if not asked:
        return people
    facts = to_facts(
        sessions_of_people(run),
        dict(asked),
        end=run.window.end,
        as_of=run.as_of,
        zone=run.settings.site.time_zone,
    )
    parts = [facts]
    if needs_events(asked):
        parts.append(to_category_facts(events_of_people(run), dict(asked), end=run.window.end))
    return reduce(lambda rows, part: rows.join(part, "person_id", "left"), parts, people)


def rule_conditions(
    run: Run, rules: tuple[Rule, ...], percentiles: Mapping[Percentile, float | None]
) -> dict[str, Column]:
    """The condition of every rule, over `rule_people`."""
    asked = asked_of(tests_in(rules))
    inputs = RuleInputs(run.window.end, feature_numbers(run), percentiles, asked)
    return rule_columns(rules, inputs)
