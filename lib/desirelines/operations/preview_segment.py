"""Preview rule segments of a file against the published features. Nothing is written."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from desirelines.columns.small_groups import publishable_count
from desirelines.frames.keep import kept, release
from desirelines.rules.answers import to_answers
from desirelines.rules.columns import RuleInputs
from desirelines.rules.facts import asked_of
from desirelines.rules.percentiles import percentiles_of, resolved
from desirelines.rules.toggles import node_answer
from desirelines.run.context import Run
from desirelines.settings.load import with_rule_file
from desirelines.settings.rule_conditions import in_words, nodes_of
from desirelines.settings.segment_rules import Rule
from desirelines.tables import SEGMENT_MEMBERS
from desirelines.views.features import features_of
from desirelines.views.identities import one_person
from desirelines.views.members import segment_names
from desirelines.views.rules import all_tests, feature_numbers, rule_people
from desirelines.views.runs import newest_published

ANSWERS = {True: "true", False: "false", None: "unknown"}


@dataclass(frozen=True, slots=True)
class NodeCount:
    """A node of a rule: how many people it is true for, and unknown; null where withheld."""

    condition: str
    people: int | None
    unknown: int | None


@dataclass(frozen=True, slots=True)
class Overlap:
    """People of the preview who are in another segment; null where withheld."""

    segment_id: str
    name: str | None
    people: int | None


@dataclass(frozen=True, slots=True)
class SegmentPreview:
    """Who would be in a rule segment, by the features of the newest published run.

    Attributes:
        of_people: people with features as of the run.
        people: members. Counts of fewer than SMALL_GROUP people, and of all but so few, are null.
        entering: members who are not in the published segment of this id.
        leaving: people in it who would not be.
        nodes: the rule, then its parts, each followed by its own.
    """

    segment_id: str
    name: str
    definition: str
    run_id: str
    as_of: str
    of_people: int
    people: int | None
    entering: int | None
    leaving: int | None
    nodes: tuple[NodeCount, ...]
    overlaps: tuple[Overlap, ...]


@dataclass(frozen=True, slots=True)
class NodeAnswer:
    """A node of a rule, and its answer for one person: true, false or unknown."""

    segment_id: str
    condition: str
    answer: str


def preview(run: Run, file: Path) -> tuple[SegmentPreview, ...]:
    """The rule segments of a file, as the next run would have them with today's features.

    Raises:
        SettingsError: a rule cannot be read; with file, line and column.
        EmptyInputError: no run was published.
    """
    run, rules, answers, nodes = _evaluated(run, file)
    members = run.warehouse.read(SEGMENT_MEMBERS).select("person_id", "segment_id")
    holds = [F.count_if(nodes[_name(rule, 0)]).alias(rule.segment_id) for rule in rules]
    try:
        counts = answers.agg(
            F.count("*").alias("everybody"),
            *(F.count_if(column).alias(f"true_{name}") for name, column in nodes.items()),
            *(F.count_if(column.isNull()).alias(f"null_{name}") for name, column in nodes.items()),
        ).collect()[0]
        by_segment = members.join(answers, "person_id").groupBy("segment_id")
        inside = by_segment.agg(F.count("*").alias("people_count"), *holds).collect()
    finally:
        release(answers)
    names = segment_names(run, run.run_id)
    of_segment = {row["segment_id"]: row.asDict() for row in inside}
    return tuple(_preview_of(run, rule, counts.asDict(), of_segment, names) for rule in rules)


def answers_for(run: Run, file: Path, person: str) -> tuple[NodeAnswer, ...]:
    """Every node of the rules in a file, with its answer for one person.

    Raises:
        SettingsError: a rule cannot be read; with file, line and column.
        EmptyInputError: no run was published.
    """
    run, rules, answers, nodes = _evaluated(run, file)
    try:
        me = one_person(run, person)
        rows = answers.join(me, "person_id").select(
            *(column.alias(name) for name, column in nodes.items())
        )
        found = rows.collect()
    finally:
        release(answers)
    row = found[0].asDict() if found else dict.fromkeys(nodes)
    return tuple(
        NodeAnswer(rule.segment_id, in_words(node), ANSWERS[row[_name(rule, place)]])
        for rule in rules
        for place, node in enumerate(nodes_of(rule.condition))
    )


def _evaluated(run: Run, file: Path) -> tuple[Run, tuple[Rule, ...], DataFrame, dict[str, Column]]:
    """The published run, the rules of the file, everybody's answers, a column for every node."""
    published = newest_published(run)
    run = run.of(published.run_id, published.as_of)
    settings, ids = with_rule_file(run.settings, file)
    all_rules = settings.rules
    tests = all_tests(all_rules)
    asked = asked_of(tests)
    numbers = feature_numbers(run)
    percentiles = resolved(features_of(run), percentiles_of(tests), numbers)
    inputs = RuleInputs(
        run.window.end, numbers, {p: r.value for p, r in percentiles.items()}, asked
    )
    mine = (rule for rule in all_rules if rule.segment_id in ids)
    rules = tuple(sorted(mine, key=lambda rule: ids.index(rule.segment_id)))
    nodes = {
        _name(rule, place): node_answer(all_rules.index(rule), place)
        for rule in rules
        for place, _ in enumerate(nodes_of(rule.condition))
    }
    answers = to_answers(rule_people(run, asked, tests), all_rules, inputs)
    return run, rules, kept(answers), nodes


def _name(rule: Rule, place: int) -> str:
    return f"{rule.segment_id}_{place}"


def _preview_of(
    run: Run,
    rule: Rule,
    counts: dict[str, int],
    of_segment: dict[str, dict[str, Any]],
    names: dict[str, str],
) -> SegmentPreview:
    everybody, people = counts["everybody"], counts[f"true_{_name(rule, 0)}"]
    before = of_segment.get(rule.segment_id, {"people_count": 0, rule.segment_id: 0})
    staying = before[rule.segment_id]
    return SegmentPreview(
        rule.segment_id,
        rule.name,
        rule.definition,
        run_id=run.run_id,
        as_of=str(run.as_of),
        of_people=everybody,
        people=publishable_count(people, everybody),
        entering=publishable_count(people - staying, people),
        leaving=publishable_count(before["people_count"] - staying, before["people_count"]),
        nodes=tuple(
            NodeCount(
                in_words(node),
                publishable_count(counts[f"true_{_name(rule, place)}"], everybody),
                publishable_count(counts[f"null_{_name(rule, place)}"], everybody),
            )
            for place, node in enumerate(nodes_of(rule.condition))
        ),
        overlaps=tuple(
            Overlap(segment, names.get(segment), publishable_count(row[rule.segment_id], people))
            for segment, row in sorted(of_segment.items())
            if segment != rule.segment_id
        ),
    )
