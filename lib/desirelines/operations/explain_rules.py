"""Why a person is in a rule segment or not, condition by condition, and what would change it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from desirelines.rules.answers import TRUE_NODES, UNKNOWN_NODES
from desirelines.rules.smallest_change import smallest_change
from desirelines.run.context import Run
from desirelines.settings.rule_conditions import (
    Compare,
    Condition,
    IsKnown,
    LabelIn,
    Leaf,
    Moment,
    in_words,
    nodes_of,
)
from desirelines.settings.segment_rules import Rule
from desirelines.tables import FEATURES, PERSON_LABELS, SEGMENT_EVIDENCE
from desirelines.views.parameters import RunParameter, parameter_of
from desirelines.views.rules import feature_numbers, rules_of

WORDS = {True: "true", False: "false", None: "unknown"}


@dataclass(frozen=True, slots=True)
class ConditionAnswer:
    """A condition of a rule, its answer for a person, and the value it looked at where it is one.

    Attributes:
        answer: true, false or unknown.
        value: the value of the feature or the label; null where there is none, and for conditions
            over sessions and events.
    """

    condition: str
    answer: str
    value: str | None


@dataclass(frozen=True, slots=True)
class RuleReason:
    """The answer of a rule for a person.

    Attributes:
        conditions: the conditions of the rule, from left to right.
        change: what would have to be different for a member not to be one, or for another person to
            be one: the fewest conditions, each with the answer it would need. Empty where the
            rule was edited since.
    """

    segment_id: str
    name: str
    is_member: bool
    conditions: tuple[ConditionAnswer, ...]
    change: tuple[str, ...]


def rule_reasons(run: Run, person: str) -> tuple[RuleReason, ...]:
    """The rules of a published run for a person; none where the evidence has expired."""
    stored = parameter_of(run, run.run_id, RunParameter.RULES)
    evidence = [
        row
        for row in run.warehouse.find(SEGMENT_EVIDENCE, "person_id", person)
        if row["run_id"] == run.run_id
    ]
    if stored is None or not evidence:
        return ()
    rules = {rule.segment_id: rule for rule in rules_of(run)}
    values = _values_of(run, person)
    reasons = []
    for number, of_rule in enumerate(json.loads(stored)):
        rule = rules.get(of_rule["segment_id"])
        if rule is None:
            continue
        true, unknown = evidence[0][TRUE_NODES][number], evidence[0][UNKNOWN_NODES][number]
        answers = [
            None if unknown >> place & 1 else bool(true >> place & 1)
            for place in range(len(of_rule["nodes"]))
        ]
        reasons.append(_reason(rule, of_rule["nodes"], answers, values))
    return tuple(reasons)


def _reason(
    rule: Rule, texts: list[str], answers: list[bool | None], values: dict[str, Any]
) -> RuleReason:
    nodes = list(nodes_of(rule.condition))
    is_member = answers[0] is True
    if texts != [in_words(node) for node in nodes]:
        # The rule was edited since the run: its answers are told by the texts of then.
        of_then = zip(texts, answers, strict=True)
        conditions = tuple(ConditionAnswer(text, WORDS[answer], None) for text, answer in of_then)
        return RuleReason(rule.segment_id, rule.name, is_member, conditions, ())
    conditions = tuple(
        ConditionAnswer(text, WORDS[answer], _value(node, values))
        for text, answer, node in zip(texts, answers, nodes, strict=True)
        if isinstance(node, Leaf)
    )
    change = smallest_change(rule.condition, answers, is_in=not is_member)
    return RuleReason(
        rule.segment_id,
        rule.name,
        is_member,
        conditions,
        tuple(
            f"{texts[place]}: {WORDS[answers[place]]} now, {WORDS[needed]} needed"
            for place, needed in sorted(change.items())
        ),
    )


def _values_of(run: Run, person: str) -> dict[str, Any]:
    """The person's features and labels as of the run's date."""
    values: dict[str, Any] = {}
    for table in (FEATURES, PERSON_LABELS):
        rows = run.warehouse.find(table, "person_id", person)
        values |= next((row for row in rows if row["as_of"] == run.as_of), {})
    own = dict(zip(values.get("own_names") or (), values.get("own_values") or (), strict=False))
    return values | {name: own.get(name) for name in feature_numbers(run)}


def _value(node: Condition, values: dict[str, Any]) -> str | None:
    if not isinstance(node, Leaf):
        return None
    match node.test:
        case Compare() | IsKnown() | Moment():
            value = values.get(node.test.column)
        case LabelIn():
            value = values.get(node.test.label)
        case _:
            return None
    if isinstance(value, datetime):
        return str(value.replace(tzinfo=None))
    return f"{value:g}" if isinstance(value, int | float) else value
