"""How people drop out of a rule segment condition by condition, and who would be in without some.

It is read from the evidence of the newest published run; no rule is computed again.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from pyspark.sql import functions as F

from desirelines.characters import shown
from desirelines.columns.small_groups import publishable_count
from desirelines.errors import SettingsError, did_you_mean
from desirelines.rules.toggles import without
from desirelines.run.context import Run
from desirelines.settings.rule_conditions import Leaf, in_words, nodes_of
from desirelines.settings.segment_rules import Rule
from desirelines.views.members import segment_names
from desirelines.views.rule_attrition import (
    EVERYBODY,
    ConditionCount,
    condition_columns,
    conditions_of,
    evidence_counts,
)
from desirelines.views.rules import rules_of_run
from desirelines.views.runs import computed_by, published_run


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
    changed = without(rule.condition, place, off)
    counts = evidence_counts(
        run,
        computed_by(run, published.run_id),
        condition_columns(place, rule)
        | {"without": F.lit(None).cast("boolean") if changed is None else changed},
    )
    everybody = counts[EVERYBODY]
    return Attrition(
        segment_id,
        segment_names(run, published.run_id).get(segment_id),
        published.run_id,
        everybody,
        publishable_count(counts[f"{place}_true_0"], everybody),
        conditions_of(place, rule, counts),
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
