"""Compare two runs: who moved where, how far shares and features drifted, and why people moved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from desirelines.columns.small_groups import hidden_parts
from desirelines.errors import SettingsError, did_you_mean
from desirelines.frames.keep import kept, release
from desirelines.history.causes import Counterfactuals, to_causes, to_regrouped
from desirelines.history.drift import LEAST_PEOPLE, published_drift
from desirelines.history.feature_drift import cuts_of, feature_drift, to_bins
from desirelines.history.membership_changes import to_moves
from desirelines.history.publishable import Counted, Move, publishable_sizes_and_moves
from desirelines.io.tables.ledger import State
from desirelines.io.tables.rows import listed
from desirelines.run.context import Run
from desirelines.settings.rule_conditions import AgreesTo
from desirelines.tables import (
    CONSENTS,
    IDENTITY_MAP,
    SEGMENT_SIZES,
    STREAM_OWNERS,
)
from desirelines.views.features import features_in_use, features_of, people_count
from desirelines.views.identities import open_identities
from desirelines.views.members import definitions_of, main_segments, members_after
from desirelines.views.models import expected_segments, model_of
from desirelines.views.rules import all_tests, members_by_rules, percentiles_of_run, rules_of_run
from desirelines.views.runs import nothing_published, runs_until


@dataclass(frozen=True, slots=True)
class Migration:
    """People by main segment in the earlier and in the later run."""

    from_segment_id: str
    to_segment_id: str
    people: int


@dataclass(frozen=True, slots=True)
class Cause:
    """People who entered or left a segment for one cause; null where withheld."""

    segment_id: str
    name: str | None
    change: str
    cause: str
    people: int | None


@dataclass(frozen=True, slots=True)
class FeatureDrift:
    """How far a feature of everybody moved: population stability index over tenths of then."""

    feature: str
    psi: float | None


@dataclass(frozen=True, slots=True)
class RunDiff:
    """Two runs compared. Numbers that could tell of fewer than ten people are withheld.

    Attributes:
        psi: population stability index of the main segments' shares; null for few people.
        ari: adjusted Rand index of the main segments of people in both runs; null for few people.
        migrations: the migration matrix, with `new` and `gone`.
        causes: why people entered and left; every change has one cause.
        features: the features, those that moved most first; none where the features of one of
            the dates are not there any more, or are of few people.
    """

    before: str
    now: str
    before_as_of: date | None
    now_as_of: date | None
    psi: float | None
    ari: float | None
    migrations: tuple[Migration, ...]
    causes: tuple[Cause, ...]
    features: tuple[FeatureDrift, ...]


def diff(run: Run, before_id: str, now_id: str) -> RunDiff:
    """Compare an earlier run with a later one.

    Raises:
        EmptyInputError: no run was published yet.
        SettingsError: one of them did not end, or the later one is given first.
    """
    before, now = _in_order(run, before_id, now_id)
    then, today = run.of(before.run_id, before.as_of), run.of(now.run_id, now.as_of)
    old = kept(members_after(run, before.run_id))
    new = kept(members_after(run, now.run_id))
    try:
        moves = _moves(old, new)
        causes = _causes(then, today, old, new)
        drift = published_drift({(m.from_segment, m.to_segment): m.people for m in moves})
        return RunDiff(
            before.run_id,
            now.run_id,
            before.as_of,
            now.as_of,
            drift["psi"],
            drift["ari"],
            _migrations(then, today, moves),
            causes,
            _features(then, today),
        )
    finally:
        release(old, new)


def _in_order(run: Run, before_id: str, now_id: str) -> tuple[State, State]:
    ended = {state.run_id: state for state in run.ledger.ended()}
    if not ended:
        raise nothing_published(run)
    unknown = [run_id for run_id in (before_id, now_id) if run_id not in ended]
    if unknown:
        near = did_you_mean(unknown[0], ended)
        raise SettingsError([f"no run '{unknown[0]}' has ended{near}; see `desirelines history`"])
    places = list(ended)
    if places.index(before_id) >= places.index(now_id):
        raise SettingsError([f"give the earlier run first: {now_id} ended before {before_id}"])
    return ended[before_id], ended[now_id]


def _moves(old: DataFrame, new: DataFrame) -> list[Move]:
    rows = to_moves(old, new, None).collect()
    return [
        Move(r["from_segment_id"], r["to_segment_id"], r["people_count"], r["model_count"])
        for r in rows
    ]


def _migrations(then: Run, today: Run, moves: Sequence[Move]) -> tuple[Migration, ...]:
    """The moves that may be shown, by the rule for runs in sequence."""
    of_move = {(m.from_segment, m.to_segment): m.people for m in moves}
    main = main_segments(definitions_of(today, today.run_id))
    counted = {}
    for segment in main:
        people = sum(n for (_, to), n in of_move.items() if to == segment)
        was = sum(n for (old, _), n in of_move.items() if old == segment)
        stayed = of_move.get((segment, segment), 0)
        counted[segment] = Counted(people, people - stayed, was - stayed)
    sizes = then.warehouse.rows(SEGMENT_SIZES, where={"run_id": [then.run_id]})
    published = {row["segment_id"]: row["people_count"] for row in sizes}
    _, shown = publishable_sizes_and_moves(counted, moves, published, main=main)
    return tuple(
        Migration(row["from_segment_id"], row["to_segment_id"], row["people_count"])
        for row in shown
    )


def _causes(then: Run, today: Run, old: DataFrame, new: DataFrame) -> tuple[Cause, ...]:
    between = sorted(
        {*runs_until(today, today.run_id)} - {*runs_until(then, then.run_id)} | {today.run_id}
    )
    runs = listed(today.spark, between, "run_id")
    definitions = [*definitions_of(then, then.run_id), *definitions_of(today, today.run_id)]
    changes = to_causes(
        old,
        new,
        _counterfactuals(then, today),
        clusters={d["segment_id"] for d in definitions if d["kind"] == "cluster"},
        regrouped=to_regrouped(
            today.warehouse.read(IDENTITY_MAP), today.warehouse.read(STREAM_OWNERS), old, runs
        ),
        stated=_stated(today, runs, _purposes(then, today)),
    )
    counts: dict[tuple[str, str], dict[str, int]] = {}
    grouped = changes.groupBy("segment_id", "change", "cause").agg(F.count("*").alias("n"))
    for row in grouped.collect():
        counts.setdefault((row["segment_id"], row["change"]), {})[row["cause"]] = row["n"]
    names = {d["segment_id"]: d["name"] for d in definitions}
    return tuple(
        Cause(segment, names.get(segment), change, cause, None if cause in hidden else people)
        for (segment, change), of_causes in sorted(counts.items())
        for hidden in [hidden_parts(of_causes)]
        for cause, people in sorted(of_causes.items())
    )


def _counterfactuals(then: Run, today: Run) -> Counterfactuals:
    """Where the earlier model, rules and cuts would put the people of today."""
    model = model_of(then, then.run_id)
    rules, earlier = rules_of_run(today, today.run_id), rules_of_run(then, then.run_id)
    cuts = percentiles_of_run(then, then.run_id, (*rules, *earlier))
    nobody = "person_id string, expected_segment_id string"
    return Counterfactuals(
        by_model=today.spark.createDataFrame([], nobody)
        if model is None
        else expected_segments(today, model),
        by_cuts=members_by_rules(today, rules, cuts),
        by_rules=members_by_rules(today, earlier, cuts),
    )


def _purposes(then: Run, today: Run) -> set[str]:
    """The purposes whose consent decides: that of the tables, and those that rules name."""
    rules = (*rules_of_run(then, then.run_id), *rules_of_run(today, today.run_id))
    asked = {test.purpose for test in all_tests(rules) if isinstance(test, AgreesTo)}
    return {today.settings.consent.purpose, *asked}


def _stated(run: Run, runs: DataFrame, purposes: set[str]) -> DataFrame:
    """People for one of whose identifiers consent to a purpose was stated in the runs."""
    if not run.warehouse.exists(CONSENTS):
        return run.spark.createDataFrame([], "person_id string")
    stated = run.warehouse.read(CONSENTS).join(F.broadcast(runs), "run_id", "left_semi")
    keys = stated.filter(F.col("purpose").isin(*sorted(purposes))).select("key").distinct()
    owners = open_identities(run).select("key", "person_id")
    return keys.join(owners, "key", "left").select(
        F.coalesce("person_id", "key").alias("person_id")
    )


def _features(then: Run, today: Run) -> tuple[FeatureDrift, ...]:
    """The drift of the features that both runs have, of all people of each; none for few."""
    if min(people_count(then), people_count(today)) < LEAST_PEOPLE:
        return ()
    of_then = {f.name for f in features_in_use(then)}
    catalogue = [f for f in features_in_use(today) if f.name in of_then]
    cuts = cuts_of(features_of(then), catalogue)
    before = to_bins(features_of(then), catalogue, cuts).collect()
    now = to_bins(features_of(today), catalogue, cuts).collect()
    drift = feature_drift(before, now)
    in_order = sorted(drift, key=lambda name: (-(drift[name] or 0.0), name))
    return tuple(FeatureDrift(n, _rounded(drift[n])) for n in in_order)


def _rounded(psi: float | None) -> float | None:
    return None if psi is None else round(psi, 2)
