"""Count sizes, moves and overlaps of segments in one pass, and suppress small groups."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from desirelines.history.drift import published_drift
from desirelines.history.membership_changes import to_moves
from desirelines.history.publishable import Counted, Move, publishable_sizes_and_moves
from desirelines.rules.answers import UNKNOWN_NODES
from desirelines.rules.toggles import is_left_out
from desirelines.run.context import Run
from desirelines.segments.overlap import to_overlaps
from desirelines.segments.profile import to_counts
from desirelines.segments.publishable_overlap import publishable_coverage, publishable_overlaps
from desirelines.settings.segment_rules import Rule
from desirelines.tables import SEGMENT_SIZES, TOO_LITTLE_DATA

SEGMENT, MOVE, OVERLAP = "segment", "move", "overlap"
UNKNOWN, LEFT_OUT = "unknown", "left out"
"""What a row of the counts is about."""
MEASURES = "measures"
"""Key in the outputs of assign-segments: how far the run is from its base."""


@dataclass(frozen=True, slots=True)
class Memberships:
    """Members after the base run and after this one, this run's changes, and everybody's answers.

    Each is read more than once.
    """

    before: DataFrame
    now: DataFrame
    changes: DataFrame
    answers: DataFrame


@dataclass(frozen=True, slots=True)
class PublishedSums:
    """What is published: rows of four tables. And what is not: the counts behind them.

    Attributes:
        withheld_sizes: segments whose sizes are withheld.
        people: members of every segment.
        unknown: people for whom a rule's answer is unknown, or of whom too little is known to be in
            a cluster; null where withheld.
        everybody: people of the run.
        measures: how far the run is from its base, for the checks before publication.
    """

    sizes: list[dict[str, Any]]
    moves: list[dict[str, Any]]
    overlaps: list[dict[str, Any]]
    coverage: list[dict[str, Any]]
    withheld_sizes: frozenset[str]
    people: dict[str, int]
    unknown: dict[str, int | None]
    everybody: int
    measures: dict[str, float | None]


def published_sums(
    run: Run,
    segments: list[str],
    memberships: Memberships,
    *,
    main: Sequence[str],
    rules: Sequence[Rule],
    expected: DataFrame | None,
    base_run_id: str,
) -> PublishedSums:
    """Count sizes, moves and overlaps, and give what can be published of them.

    `segments` are all segments of the run, also empty ones; `main` are those that divide everybody;
    `rules` are those of the answers, in their order; `expected` is that of
    `history.membership_changes.to_moves`. Cost: one execution.
    """
    rows = _counted(memberships, expected, main, rules)
    left_out = {r["one"]: r["people_count"] for r in rows[LEFT_OUT]}
    counted = _sizes_in(rows[SEGMENT], segments, left_out)
    crossings = [Move(r["one"], r["other"], r["people_count"], r["more"]) for r in rows[MOVE]]
    published = run.warehouse.rows(SEGMENT_SIZES, where={"run_id": [base_run_id]})
    sizes, shown_moves = publishable_sizes_and_moves(
        counted,
        crossings,
        {r["segment_id"]: r["people_count"] for r in published},
        main=main,
    )
    withheld = frozenset(s["segment_id"] for s in sizes if s["people_count"] is None)
    people = {segment: counts.people for segment, counts in counted.items()}
    pairs = {(r["one"], r["other"]): r["people_count"] for r in rows[OVERLAP] if r["one"]}
    overlaps = publishable_overlaps(pairs, people, main=main, withheld_sizes=withheld)
    coverage = publishable_coverage(
        {r["number"]: r["people_count"] for r in rows[OVERLAP] if r["one"] is None}
    )
    of_rules = {rules[r["number"]].segment_id: r["people_count"] for r in rows[UNKNOWN]}
    too_few = None if TOO_LITTLE_DATA in withheld else people.get(TOO_LITTLE_DATA, 0)
    name = {"run_id": run.run_id}
    return PublishedSums(
        [name | s for s in sizes],
        [name | {"base_run_id": base_run_id} | m for m in shown_moves],
        [name | o for o in overlaps],
        [name | c for c in coverage],
        withheld,
        people,
        {s: of_rules.get(s, too_few) for s in segments},
        sum(people[s] for s in main),
        published_drift({(m.from_segment, m.to_segment): m.people for m in crossings}),
    )


def _counted(
    memberships: Memberships,
    expected: DataFrame | None,
    main: Collection[str],
    rules: Sequence[Rule],
) -> dict[str, list[Any]]:
    """Collect all counts in one execution, by what they are about."""
    now = memberships.now
    counts = to_counts(now, memberships.changes)
    branches = [
        _rows(SEGMENT, counts, one=F.col("segment_id"), more="entered", less="gone"),
        _rows(
            MOVE,
            to_moves(memberships.before, now, expected),
            one=F.col("from_segment_id"),
            other=F.col("to_segment_id"),
            more="model_count",
        ),
        _rows(
            OVERLAP,
            to_overlaps(now, main),
            one=F.col("segment_id"),
            other=F.col("other_segment_id"),
            number="rule_segments",
        ),
        _rows(UNKNOWN, _to_unknown(memberships.answers), number="rule"),
    ]
    if any(rule.purpose for rule in rules):
        left_out = _to_left_out(memberships.answers, rules)
        branches.append(_rows(LEFT_OUT, left_out, one=F.col("segment_id")))
    rows: dict[str, list[Any]] = {w: [] for w in (SEGMENT, MOVE, OVERLAP, UNKNOWN, LEFT_OUT)}
    all_rows = branches[0]
    for branch in branches[1:]:
        all_rows = all_rows.unionByName(branch)
    for row in all_rows.collect():
        rows[row["what"]].append(row)
    return rows


def _rows(
    what: str,
    counts: DataFrame,
    *,
    one: Column | None = None,
    other: Column | None = None,
    number: str = "",
    more: str = "",
    less: str = "",
) -> DataFrame:
    """The counts in the columns that all of them share."""

    def text(column: Column | None) -> Column:
        return F.lit(None).cast("string") if column is None else column

    def whole(column: str) -> Column:
        return (F.col(column) if column else F.lit(0)).cast("long")

    return counts.select(
        F.lit(what).alias("what"),
        text(one).alias("one"),
        text(other).alias("other"),
        whole(number).alias("number"),
        F.col("people_count"),
        whole(more).alias("more"),
        whole(less).alias("less"),
    )


def _to_unknown(answers: DataFrame) -> DataFrame:
    """One row per rule, by its place: rule, people_count for whom its answer is unknown."""
    of_rules = answers.select(F.posexplode(UNKNOWN_NODES).alias("rule", "unknown"))
    is_unknown = F.col("unknown").bitwiseAND(F.lit(1)) == 1
    return of_rules.groupBy("rule").agg(F.count_if(is_unknown).alias("people_count"))


def _to_left_out(answers: DataFrame, rules: Sequence[Rule]) -> DataFrame:
    """One row per rule with a purpose: segment_id, people_count of those who do not agree to it."""
    counts = (
        F.struct(
            F.lit(rule.segment_id).alias("segment_id"),
            F.count_if(is_left_out(rule.condition, number)).alias("people_count"),
        )
        for number, rule in enumerate(rules)
        if rule.purpose
    )
    return answers.agg(F.array(*counts).alias("_counts")).select(F.inline("_counts"))


def _sizes_in(
    rows: list[Any], segments: list[str], left_out: Mapping[str, int]
) -> dict[str, Counted]:
    of_segment = {r["one"]: (r["people_count"], r["more"], r["less"]) for r in rows}
    return {s: Counted(*of_segment.get(s, (0, 0, 0)), left_out.get(s)) for s in segments}
