"""Assign people to segments by features and a model; name and profile the segments. All staged."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from desirelines.catalogue.words import Trait
from desirelines.frames.keep import kept, release
from desirelines.history.membership_changes import to_changes
from desirelines.io.tables.driver_rows import DriverRows
from desirelines.rules.answers import is_true, to_answers
from desirelines.rules.columns import RuleInputs
from desirelines.rules.facts import asked_of
from desirelines.rules.percentiles import percentiles_of, publishable, resolved
from desirelines.run.context import Run
from desirelines.run.execute import StageReport
from desirelines.segments.distance_evidence import to_evidence
from desirelines.segments.membership import to_memberships
from desirelines.segments.profile import to_comparisons, to_profiles
from desirelines.segments.scorecard import REACHABLE
from desirelines.settings.run_ids import NO_BASE
from desirelines.settings.saved import to_saved
from desirelines.settings.segment_rules import Rule
from desirelines.stages.expiry import forget_old_evidence
from desirelines.stages.parameters import save_run_parameters
from desirelines.stages.segment_counts import MEASURES, Memberships, PublishedSums, published_sums
from desirelines.stages.segment_definitions import new_definitions
from desirelines.stages.segment_scorecards import scorecards
from desirelines.tables import (
    SEGMENT_CHANGES,
    SEGMENT_COVERAGE,
    SEGMENT_DEFINITIONS,
    SEGMENT_EVIDENCE,
    SEGMENT_MOVES,
    SEGMENT_OVERLAP,
    SEGMENT_PROFILES,
    SEGMENT_SCORECARD,
    SEGMENT_SIZES,
    Table,
)
from desirelines.views.features import features_in_use, features_of
from desirelines.views.members import members_after
from desirelines.views.models import Model, expected_segments, model_of, own_model, take_assigned
from desirelines.views.parameters import RunParameter
from desirelines.views.rules import (
    all_tests,
    feature_numbers,
    percentiles_of_run,
    rule_people,
    rules_json,
    rules_of,
)


def assign_segments(run: Run) -> StageReport:
    """Features and the model → changes against the base run, profiles, sizes and moves of segments.

    Also their definitions, overlaps and scorecards, and the evidence for each member.
    """
    base, _ = run.ledger.base_of(run.run_id, run.as_of)
    model = own_model(run)
    before = members_after(run, base)
    assigned = take_assigned(run, model)  # memberships and evidence are made from it
    rules = rules_of(run)
    answers = kept(_rule_answers(run, rules))  # memberships and evidence are made from it
    now = kept(
        to_memberships(
            answers,
            assigned,
            model.segment_of_cluster,
            {rule.segment_id: is_true(number) for number, rule in enumerate(rules)},
            primary=[rule.segment_id for rule in rules if rule.is_primary],
        )
    )
    try:
        changes = _written_changes(run, before, now)
        ids = _segment_ids(run, model)
        base_model = None if base == NO_BASE else model_of(run, base)
        expected = None if base_model is None else expected_segments(run, base_model)
        sums = published_sums(
            run,
            ids,
            Memberships(before, now, changes, answers),
            main=[s for s in ids if s not in {r.segment_id for r in rules if not r.is_primary}],
            rules=rules,
            expected=expected,
            base_run_id=base,
        )
        comparisons = kept(_comparisons(run, now, sums))  # written, and named by
        traits = _traits(comparisons)
        rows: list[tuple[DataFrame | DriverRows, Table]] = [
            (to_profiles(comparisons), SEGMENT_PROFILES),
            (new_definitions(run, model, traits), SEGMENT_DEFINITIONS),
            (
                to_evidence(answers, assigned, model.segment_of_cluster, run_id=run.run_id),
                SEGMENT_EVIDENCE,
            ),
            (sums.sizes, SEGMENT_SIZES),
            (sums.moves, SEGMENT_MOVES),
            (sums.overlaps, SEGMENT_OVERLAP),
            (sums.coverage, SEGMENT_COVERAGE),
            (scorecards(run, sums, traits), SEGMENT_SCORECARD),
        ]
        run.warehouse.replace_run_of(rows, run.run_id)
        release(comparisons)
    finally:
        release(now, assigned, answers)
    forget_old_evidence(run)
    # Without the number of changes: with the sizes, it would reveal those of small groups.
    note = f"segments, with changes against {'the empty beginning' if base == NO_BASE else base}"
    return StageReport(
        len(ids), note, inputs={"base_run_id": base}, outputs={MEASURES: sums.measures}
    )


def _written_changes(run: Run, before: DataFrame, now: DataFrame) -> DataFrame:
    """Write this run's changes; give them as the table has them.

    Read back rather than kept in memory: a first run has as many changes as memberships.
    """
    changes = to_changes(before, now, run_id=run.run_id, as_of=run.as_of)
    run.warehouse.replace_run(changes, SEGMENT_CHANGES, run.run_id)
    return run.warehouse.read(SEGMENT_CHANGES).filter(F.col("run_id") == run.run_id)


def _rule_answers(run: Run, rules: tuple[Rule, ...]) -> DataFrame:
    """Every person's answers to every node of the rules.

    Saves what the bits stand for, the percentiles that the rules compare with, and the settings.
    """
    tests = all_tests(rules)
    percentiles = resolved(features_of(run), percentiles_of(tests), feature_numbers(run))
    values = {percentile: found.value for percentile, found in percentiles.items()}
    if run.is_replay:
        saved = percentiles_of_run(run, run.run_id, rules)
        values |= {p: value for p, value in saved.items() if value is not None}
    save_run_parameters(
        run,
        {
            RunParameter.RULES: rules_json(rules),
            RunParameter.RULE_PERCENTILES: publishable(percentiles) if percentiles else None,
            RunParameter.SETTINGS: to_saved(run.settings),
        },
    )
    asked = asked_of(tests)
    inputs = RuleInputs(run.window.end, feature_numbers(run), values, asked)
    return to_answers(rule_people(run, asked, tests), rules, inputs)


def _comparisons(run: Run, now: DataFrame, sums: PublishedSums) -> DataFrame:
    """The features of every segment beside the rest, and whether its members can be reached."""
    return to_comparisons(
        features_of(run),
        now,
        (*features_in_use(run), REACHABLE),
        run_id=run.run_id,
        apart=[r.segment_id for r in rules_of(run) if r.is_primary],
        withheld_sizes=sums.withheld_sizes,
    )


def _traits(comparisons: DataFrame) -> dict[str, dict[str, Trait]]:
    """The features of every segment beside the rest, and the share of reachable people."""
    traits: dict[str, dict[str, Trait]] = {}
    numbers = ("mean", "median", "rest_mean", "effect", "known_share")
    for row in comparisons.select("segment_id", "feature", *numbers).collect():
        of_segment = traits.setdefault(row["segment_id"], {})
        of_segment[row["feature"]] = Trait(*(row[n] for n in numbers))
    return traits


def _segment_ids(run: Run, model: Model) -> list[str]:
    """Segments of this run: its clusters and those of rules."""
    return sorted(model.segment_of_cluster.values()) + [r.segment_id for r in rules_of(run)]
