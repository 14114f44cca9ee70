"""The rule segments of a run, and what their conditions are evaluated on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import reduce
from itertools import chain

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from desirelines.catalogue import LABELS
from desirelines.rules.answers import is_true, to_answers
from desirelines.rules.columns import RuleInputs
from desirelines.rules.facts import (
    Asked,
    asked_of,
    needs_events,
    session_facts,
    to_category_facts,
)
from desirelines.rules.percentiles import percentiles_of
from desirelines.run.context import Run
from desirelines.settings.rule_conditions import (
    AgreesTo,
    IsKnown,
    LabelIn,
    Percentile,
    Test,
    as_written,
    each_test,
    in_words,
    nodes_of,
)
from desirelines.settings.segment_rules import Rule, RuleEntry, read_rules, vocabulary_of
from desirelines.settings.segments import own_features
from desirelines.tables import FEATURES, PERSON_LABELS
from desirelines.views.events import events_of_people, with_agreement
from desirelines.views.features import features_in_use, features_of
from desirelines.views.parameters import RunParameter, parameter_of
from desirelines.views.rule_paths import path_facts
from desirelines.views.sessions import sessions_of_people


def rules_of(run: Run) -> tuple[Rule, ...]:
    """The rule segments: people with too little data, then those of the settings."""
    return (run.settings.apart_rule, *run.settings.rules)


def all_tests(rules: tuple[Rule, ...]) -> tuple[Test, ...]:
    """The tests of all rules."""
    return tuple(chain.from_iterable(each_test(rule.condition) for rule in rules))


def feature_numbers(run: Run) -> dict[str, str]:
    """Spark SQL of every feature in use that is no column of `features`, by name."""
    columns = set(FEATURES.column_names)
    return {f.name: f.sql for f in features_in_use(run) if f.name not in columns}


def rule_people(run: Run, asked: Mapping[Asked, str], tests: tuple[Test, ...]) -> DataFrame:
    """Everybody's features as of the run's date, with the columns that the tests need beside them.

    Cost: sessions, events and consent are read only if a test looks at them, once for all tests.
    """
    people = features_of(run)
    labels = _labels_in(tests)
    if labels:
        rows = run.warehouse.read(PERSON_LABELS).filter(F.col("as_of") == F.lit(run.as_of))
        people = people.join(rows.select("person_id", *labels), "person_id", "left")
    agreed = {test.purpose: name for test, name in asked.items() if isinstance(test, AgreesTo)}
    if agreed:
        people = with_agreement(run, people, agreed)
    if len(agreed) == len(asked):
        return people
    sessions = sessions_of_people(run)
    funnels = {funnel.name: funnel for funnel in run.settings.paths.funnels}
    parts = path_facts(sessions, asked, funnels, run.window.end)
    parts += session_facts(
        sessions,
        asked,
        end=run.window.end,
        as_of=run.as_of,
        zone=run.settings.site.time_zone,
    )
    if needs_events(asked):
        parts.append(to_category_facts(events_of_people(run), asked, end=run.window.end))
    return reduce(lambda rows, part: rows.join(part, "person_id", "left"), parts, people)


def _labels_in(tests: tuple[Test, ...]) -> list[str]:
    """The labels that the tests look at."""
    names = {test.label for test in tests if isinstance(test, LabelIn)}
    names |= {test.column for test in tests if isinstance(test, IsKnown)}
    return sorted(names & {label.name for label in LABELS})


def rules_json(rules: tuple[Rule, ...]) -> str:
    """For `run_parameters`: each rule's segment, condition and the texts of its nodes, in order."""
    return json.dumps(
        [
            {
                "segment_id": r.segment_id,
                "when": as_written(r.condition),
                "nodes": [in_words(n) for n in nodes_of(r.condition)],
            }
            for r in rules
        ]
    )


def rules_of_run(run: Run, run_id: str) -> tuple[Rule, ...]:
    """The rules as a run had them, without names; those that cannot be read any more are left out.

    A rule that names a feature which the settings no longer have is one.
    """
    stored = json.loads(parameter_of(run, run_id, RunParameter.RULES) or "[]")
    entries = tuple(
        RuleEntry(segment=rule["segment_id"], name=rule["segment_id"], when=rule["when"])
        for rule in stored
        if "when" in rule
    )
    own, funnels = own_features(run.settings.features), run.settings.paths.funnel_lengths
    vocabulary = vocabulary_of(entries, own, {}, funnels, run.settings.purposes)
    return read_rules(entries, vocabulary)[0]


def percentiles_of_run(
    run: Run, run_id: str, rules: tuple[Rule, ...]
) -> dict[Percentile, float | None]:
    """The values that a run had for the percentiles of rules; null where it had none."""
    stored = json.loads(parameter_of(run, run_id, RunParameter.RULE_PERCENTILES) or "{}")
    return {p: stored.get(p.name) for p in percentiles_of(all_tests(rules))}


def members_by_rules(
    run: Run, rules: tuple[Rule, ...], percentiles: Mapping[Percentile, float | None]
) -> DataFrame:
    """Members by rules on the features as of the run's date: person_id, segment_id."""
    tests = all_tests(rules)
    asked = asked_of(tests)
    inputs = RuleInputs(run.window.end, feature_numbers(run), percentiles, asked)
    answers = to_answers(rule_people(run, asked, tests), rules, inputs)
    holds = (F.when(is_true(number), F.lit(rule.segment_id)) for number, rule in enumerate(rules))
    segments = F.array_compact(F.array(*holds)) if rules else F.array().cast("array<string>")
    return answers.select("person_id", F.explode(segments).alias("segment_id"))
