"""Why a person is in a rule segment or not, condition by condition, and what would change it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from desirelines.characters import shown
from desirelines.errors import SettingsError, did_you_mean
from desirelines.rules.answers import TRUE_NODES, UNKNOWN_NODES
from desirelines.rules.needed import Seen, needed
from desirelines.rules.smallest_change import smallest_change
from desirelines.run.context import Run
from desirelines.settings.rule_conditions import (
    Compare,
    Condition,
    IsKnown,
    LabelIn,
    Leaf,
    Moment,
    Percentile,
    Test,
    nodes_of,
)
from desirelines.settings.segment_rules import Rule
from desirelines.tables import FEATURES, PERSON_LABELS, SEGMENT_EVIDENCE
from desirelines.views.members import segment_names
from desirelines.views.rule_evidence import CountedEvent, events_for, values_for
from desirelines.views.rules import feature_numbers, percentiles_of_run, rules_of_run
from desirelines.views.runs import computed_by, published_run

WORDS = {True: "true", False: "false", None: "unknown"}
MOST_EVENTS = 20
"""So many events of a condition are shown, the newest."""


@dataclass(frozen=True, slots=True)
class ConditionAnswer:
    """A condition of a rule, its answer for a person, and what it looked at.

    Attributes:
        answer: true, false or unknown.
        value: the value of the feature, the time or the label, or the number counted; null where
            there is none, and for other conditions.
        events: the events that it counted, the newest ones; only where one rule is asked for.
    """

    condition: str
    answer: str
    value: str | None
    events: tuple[CountedEvent, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleReason:
    """The answer of a rule for a person.

    Attributes:
        conditions: the conditions of the rule, from left to right.
        change: what would have to be different for a member not to be one, or for another person to
            be one: the fewest conditions, each with its value now and the value it would need.
    """

    segment_id: str
    name: str
    is_member: bool
    conditions: tuple[ConditionAnswer, ...]
    change: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Looked:
    """What the tests of a rule looked at, and how a run resolved its percentiles."""

    values: Mapping[Test, Any]
    percentiles: Mapping[Percentile, float | None]
    events: Mapping[Test, tuple[CountedEvent, ...]] = field(default_factory=dict)


def rule_reasons(run: Run, person: str, *, only: str | None = None) -> tuple[RuleReason, ...]:
    """The rules of a run, as it had them, for a person; none where the evidence has expired.

    Those of a rollback are explained by the run whose members it published again. With `only`, one
    rule with the events behind its counts. Cost: without, no Spark job; with, the person's sessions
    and events are looked for.

    Raises:
        SettingsError: the run has no rule `only`.
    """
    run = run_of_evidence(run)
    evidence = [
        row
        for row in run.warehouse.find(SEGMENT_EVIDENCE, "person_id", person)
        if row["run_id"] == run.run_id
    ]
    rules = rules_of_run(run, run.run_id)
    ids = [rule.segment_id for rule in rules]
    if only is not None and only not in ids:
        raise SettingsError(
            [f"run {run.run_id} has no rule segment '{shown(only)}'{did_you_mean(only, ids)}"]
        )
    if not evidence:
        return ()
    names = segment_names(run, run.run_id)
    known = _known_values(run, person)
    reasons = []
    for number, rule in enumerate(rules):
        if only not in (None, rule.segment_id):
            continue
        true, unknown = evidence[0][TRUE_NODES][number], evidence[0][UNKNOWN_NODES][number]
        answers = [
            None if unknown >> place & 1 else bool(true >> place & 1)
            for place in range(len(tuple(nodes_of(rule.condition))))
        ]
        percentiles = percentiles_of_run(run, run.run_id, (rule,))
        looked = (
            _Looked(_values(rule, known), percentiles)
            if only is None
            else _Looked(values_for(run, rule, person), percentiles, events_for(run, rule, person))
        )
        name = names.get(rule.segment_id) or rule.segment_id
        reasons.append(_reason(rule, name, answers, looked))
    return tuple(reasons)


def run_of_evidence(run: Run) -> Run:
    """The run in whose rows the evidence of a run is, at its date."""
    computed = computed_by(run, run.run_id)
    if computed == run.run_id:
        return run
    return run.of(computed, published_run(run, computed).as_of)


def _reason(rule: Rule, name: str, answers: list[bool | None], looked: _Looked) -> RuleReason:
    nodes = list(nodes_of(rule.condition))
    is_member = answers[0] is True
    conditions = tuple(
        ConditionAnswer(
            node.text,
            WORDS[answer],
            _as_text(looked.values.get(node.test)),
            looked.events.get(node.test, ())[-MOST_EVENTS:],
        )
        for answer, node in zip(answers, nodes, strict=True)
        if isinstance(node, Leaf)
    )
    change = smallest_change(rule.condition, answers, is_in=not is_member)
    return RuleReason(
        rule.segment_id,
        name,
        is_member,
        conditions,
        tuple(
            _needed(nodes[place], answers[place], is_true, looked)
            for place, is_true in sorted(change.items())
        ),
    )


def _needed(node: Condition, answer: bool | None, is_true: bool, looked: _Looked) -> str:
    assert isinstance(node, Leaf)
    times = [event.occurred_at for event in looked.events.get(node.test, ())]
    seen = Seen(answer, looked.values.get(node.test), times)
    text = needed(node.test, seen, is_true=is_true, percentiles=looked.percentiles)
    return f"{node.text}: {text}"


def _known_values(run: Run, person: str) -> dict[str, Any]:
    """The person's features and labels as of the run's date."""
    values: dict[str, Any] = {}
    for table in (FEATURES, PERSON_LABELS):
        rows = run.warehouse.find(table, "person_id", person)
        values |= next((row for row in rows if row["as_of"] == run.as_of), {})
    own = dict(zip(values.get("own_names") or (), values.get("own_values") or (), strict=False))
    return values | {name: own.get(name) for name in feature_numbers(run)}


def _values(rule: Rule, known: Mapping[str, Any]) -> dict[Test, Any]:
    """The values that need no look at sessions and events."""
    values: dict[Test, Any] = {}
    for node in nodes_of(rule.condition):
        if not isinstance(node, Leaf):
            continue
        match node.test:
            case Compare() | IsKnown() | Moment():
                values[node.test] = known.get(node.test.column)
            case LabelIn():
                values[node.test] = known.get(node.test.label)
    return values


def _as_text(value: Any) -> str | None:
    if isinstance(value, datetime):
        return str(value.replace(tzinfo=None))
    return f"{value:g}" if isinstance(value, int | float) else value
