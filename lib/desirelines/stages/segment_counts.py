"""Count sizes of segments and moves between them in one pass, and suppress small groups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from desirelines.history.membership_changes import to_moves
from desirelines.history.publishable import Counted, Move, publishable_sizes_and_moves
from desirelines.run.context import Run
from desirelines.segments.profile import to_counts
from desirelines.tables import SEGMENT_SIZES
from desirelines.views.rules import rules_of


@dataclass(frozen=True, slots=True)
class PublishedSums:
    """What is published: rows of both tables, and the segments whose sizes are withheld."""

    sizes: list[dict[str, Any]]
    moves: list[dict[str, Any]]
    withheld_sizes: frozenset[str]


def published_sums(
    run: Run,
    segments: list[str],
    *,
    before: DataFrame,
    now: DataFrame,
    changes: DataFrame,
    expected: DataFrame | None,
    base_run_id: str,
) -> PublishedSums:
    """Count sizes and moves against the base run, and give what can be published of them.

    `segments` are all segments of the run, also empty ones. `before` and `now` are the members
    after the base run and after this one, `changes` are this run's, `expected` is that of
    `history.membership_changes.to_moves`. Cost: one execution.
    """
    counted, crossings = _counted(
        segments, to_moves(before, now, expected), to_counts(now, changes)
    )
    published = run.warehouse.rows(SEGMENT_SIZES, where={"run_id": [base_run_id]})
    sizes_before = {r["segment_id"]: r["people_count"] for r in published}
    overlapping = {rule.segment_id for rule in rules_of(run) if not rule.is_primary}
    sizes, shown_moves = publishable_sizes_and_moves(
        counted, crossings, sizes_before, main=[s for s in segments if s not in overlapping]
    )
    name = {"run_id": run.run_id}
    return PublishedSums(
        [name | s for s in sizes],
        [name | {"base_run_id": base_run_id} | m for m in shown_moves],
        frozenset(s["segment_id"] for s in sizes if s["people_count"] is None),
    )


def _counted(
    segments: list[str], moves: DataFrame, counts: DataFrame
) -> tuple[dict[str, Counted], list[Move]]:
    """Collect the counts of every segment and the moves, in one execution."""
    moves = moves.select(
        "from_segment_id",
        "to_segment_id",
        "people_count",
        F.col("model_count").alias("entered"),
        F.lit(0).cast("long").alias("gone"),
    )
    counts = counts.select(
        F.lit(None).cast("string").alias("from_segment_id"),
        F.col("segment_id").alias("to_segment_id"),
        "people_count",
        "entered",
        "gone",
    )
    rows = moves.unionByName(counts).collect()
    of_segment = {r["to_segment_id"]: r for r in rows if r["from_segment_id"] is None}
    counted = {
        s: Counted(of_segment[s]["people_count"], of_segment[s]["entered"], of_segment[s]["gone"])
        if s in of_segment
        else Counted(0, 0, 0)
        for s in segments
    }
    crossings = [
        Move(r["from_segment_id"], r["to_segment_id"], r["people_count"], r["entered"])
        for r in rows
        if r["from_segment_id"] is not None
    ]
    return counted, crossings
