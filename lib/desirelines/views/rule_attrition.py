"""How people drop out of rules condition by condition, from the evidence of a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_

from pyspark.sql import Column
from pyspark.sql import functions as F

from desirelines.columns.small_groups import is_small, publishable_count
from desirelines.rules.toggles import node_answer, steps_of
from desirelines.run.context import Run
from desirelines.settings.rule_conditions import in_words, nodes_of
from desirelines.settings.segment_rules import Rule
from desirelines.tables import SEGMENT_EVIDENCE
from desirelines.views.rules import rules_of_run

EVERYBODY = "everybody"


@dataclass(frozen=True, slots=True)
class ConditionCount:
    """A condition of a rule; withheld counts are null.

    Attributes:
        number: of the node, for `--without`.
        people: people for whom it is true.
        unknown: people for whom it is unknown.
        left: people for whom it and all steps before it are true; null for parts of a step, too.
    """

    number: int
    condition: str
    people: int | None
    unknown: int | None
    left: int | None


def attritions(run: Run, run_id: str) -> dict[str, tuple[ConditionCount, ...]]:
    """The steps of every rule of a run, by segment; empty where the evidence is gone.

    One execution.
    """
    rules = rules_of_run(run, run_id)
    if not rules or not run.warehouse.exists(SEGMENT_EVIDENCE):
        return {}
    asked: dict[str, Column] = {}
    for place, rule in enumerate(rules):
        asked |= condition_columns(place, rule)
    counts = evidence_counts(run, run_id, asked)
    if not counts[EVERYBODY]:
        return {}
    return {
        rule.segment_id: tuple(
            condition
            for condition in conditions_of(place, rule, counts)
            if condition.number in steps_of(rule.condition)
        )
        for place, rule in enumerate(rules)
    }


def condition_columns(place: int, rule: Rule) -> dict[str, Column]:
    """What is counted of a rule, by name; `place` is its place among the run's rules."""
    answers = [node_answer(place, number) for number, _ in enumerate(nodes_of(rule.condition))]
    steps = steps_of(rule.condition)
    return {
        **{f"{place}_true_{n}": answer for n, answer in enumerate(answers)},
        **{f"{place}_unknown_{n}": answer.isNull() for n, answer in enumerate(answers)},
        **{
            f"{place}_left_{step}": reduce(and_, [answers[s] for s in steps[: number + 1]])
            for number, step in enumerate(steps)
        },
    }


def evidence_counts(run: Run, run_id: str, columns: Mapping[str, Column]) -> dict[str, int]:
    """People for whom each column is true, and everybody. One execution."""
    evidence = run.warehouse.read(SEGMENT_EVIDENCE).filter(F.col("run_id") == run_id)
    counted = [F.count_if(column).alias(name) for name, column in columns.items()]
    row = evidence.agg(F.count("*").alias(EVERYBODY), *counted).collect()[0]
    return dict(row.asDict())


def conditions_of(place: int, rule: Rule, counts: Mapping[str, int]) -> tuple[ConditionCount, ...]:
    """The conditions of a rule with their publishable counts."""
    everybody = counts[EVERYBODY]
    steps = steps_of(rule.condition)
    left = publishable_steps([everybody, *(counts[f"{place}_left_{s}"] for s in steps)])[1:]
    return tuple(
        ConditionCount(
            number,
            in_words(node),
            publishable_count(counts[f"{place}_true_{number}"], everybody),
            publishable_count(counts[f"{place}_unknown_{number}"], everybody),
            left[steps.index(number)] if number in steps else None,
        )
        for number, node in enumerate(nodes_of(rule.condition))
    )


def publishable_steps(steps: Sequence[int]) -> list[int | None]:
    """Counts of which each is a part of the one before; null where one or the rest is small.

    The last one are the members, whose number is published: one that is nearly the same is
    withheld, so that the difference is not read from it.
    """
    everybody, members = steps[0], steps[-1]
    is_known = publishable_count(members, everybody) is not None
    counts: list[int | None] = []
    last: int | None = None
    for place, count in enumerate(steps):
        is_end = place in (0, len(steps) - 1)
        is_shown = not is_small(count) and (last is None or not is_small(last - count))
        if is_shown and is_known and not is_end and is_small(count - members):
            is_shown = False
        counts.append(count if is_shown else None)
        last = count if is_shown else last
    return counts
