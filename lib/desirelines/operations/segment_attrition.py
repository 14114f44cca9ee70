"""How people drop out of a rule segment condition by condition, and who would be in without some.

It is read from the evidence of the newest published run; no rule is computed again.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import reduce
from operator import and_

from pyspark.sql import Column
from pyspark.sql import functions as F

from desirelines.characters import shown
from desirelines.columns.small_groups import is_small, publishable_count
from desirelines.errors import SettingsError, did_you_mean
from desirelines.rules.toggles import node_answer, steps_of, without
from desirelines.run.context import Run
from desirelines.settings.rule_conditions import Leaf, in_words, nodes_of
from desirelines.settings.segment_rules import Rule
from desirelines.tables import SEGMENT_EVIDENCE
from desirelines.views.members import segment_names
from desirelines.views.rules import rules_of_run
from desirelines.views.runs import published_run


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


@dataclass(frozen=True, slots=True)
class Attrition:
    """A rule segment of a run, from its evidence.

    Attributes:
        everybody: people of the run.
        members: people in it.
        without: conditions that were taken away.
        members_without: people who would be in it without them; null where withheld, and where no
            condition is left.
    """

    segment_id: str
    name: str | None
    run_id: str
    everybody: int
    members: int | None
    conditions: tuple[ConditionCount, ...]
    without: tuple[str, ...]
    members_without: int | None


def attrition(
    run: Run, segment_id: str, off: Collection[int] = (), run_id: str | None = None
) -> Attrition:
    """Count every condition of a rule, its steps, and its members without some conditions.

    Raises:
        EmptyInputError: no run was published yet.
        SettingsError: the run has no such rule segment, or the rule no such condition.
    """
    published = published_run(run, run_id)
    rules = rules_of_run(run, published.run_id)
    ids = [rule.segment_id for rule in rules]
    if segment_id not in ids:
        raise SettingsError(
            [
                f"run {published.run_id} has no rule segment '{shown(segment_id)}'"
                f"{did_you_mean(segment_id, ids)}"
            ]
        )
    place = ids.index(segment_id)
    rule = rules[place]
    nodes = list(nodes_of(rule.condition))
    _check(rule, off)
    steps = steps_of(rule.condition)
    answers = [node_answer(place, number) for number in range(len(nodes))]
    changed = without(rule.condition, place, off)
    counts = _counts(
        run,
        published.run_id,
        {
            **{f"true_{n}": answer for n, answer in enumerate(answers)},
            **{f"unknown_{n}": answer.isNull() for n, answer in enumerate(answers)},
            **{
                f"left_{step}": reduce(and_, [answers[s] for s in steps[: number + 1]])
                for number, step in enumerate(steps)
            },
            "without": F.lit(None).cast("boolean") if changed is None else changed,
        },
    )
    everybody = counts["everybody"]
    left = publishable_steps([everybody, *(counts[f"left_{step}"] for step in steps)])[1:]
    return Attrition(
        segment_id,
        segment_names(run, published.run_id).get(segment_id),
        published.run_id,
        everybody,
        publishable_count(counts["true_0"], everybody),
        tuple(
            ConditionCount(
                number,
                in_words(node),
                publishable_count(counts[f"true_{number}"], everybody),
                publishable_count(counts[f"unknown_{number}"], everybody),
                left[steps.index(number)] if number in steps else None,
            )
            for number, node in enumerate(nodes)
        ),
        tuple(in_words(nodes[number]) for number in sorted(off)),
        None if changed is None else publishable_count(counts["without"], everybody),
    )


def _check(rule: Rule, off: Collection[int]) -> None:
    nodes = list(nodes_of(rule.condition))
    for number in off:
        if not 0 <= number < len(nodes) or not isinstance(nodes[number], Leaf):
            leaves = [str(n) for n, node in enumerate(nodes) if isinstance(node, Leaf)]
            raise SettingsError(
                [
                    f"--without {number}: the conditions of {rule.segment_id} that can be taken "
                    f"away have the numbers {', '.join(leaves)}"
                ]
            )


def _counts(run: Run, run_id: str, columns: dict[str, Column]) -> dict[str, int]:
    """People for whom each column is true, and everybody. One execution."""
    evidence = run.warehouse.read(SEGMENT_EVIDENCE).filter(F.col("run_id") == run_id)
    counted = [F.count_if(column).alias(name) for name, column in columns.items()]
    row = evidence.agg(F.count("*").alias("everybody"), *counted).collect()[0]
    return dict(row.asDict())


def publishable_steps(steps: list[int]) -> list[int | None]:
    """Counts of which each is a part of the one before; null where one or the rest is small."""
    counts: list[int | None] = []
    last: int | None = None
    for count in steps:
        is_shown = not is_small(count) and (last is None or not is_small(last - count))
        counts.append(count if is_shown else None)
        last = count if is_shown else last
    return counts
