"""Members of segments after a run, from the published changes, and names of segments."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from desirelines.history.freshness import NOT_PUBLISHED, Freshness, freshness
from desirelines.history.membership_changes import ENTERED, to_members
from desirelines.io.tables.rows import empty_like
from desirelines.io.tables.store import Warehouse
from desirelines.run.context import Run
from desirelines.settings.run_ids import NO_BASE
from desirelines.tables import (
    SEGMENT_CHANGES,
    SEGMENT_DEFINITIONS,
    SEGMENT_MEMBERS,
    SEGMENT_SIZES,
    TOO_LITTLE_DATA,
)


@dataclass(frozen=True, slots=True)
class SegmentSize:
    """A segment of a run, from `segment_sizes`; a withheld count is null.

    Attributes:
        people: people in it.
        share: people in it / people of the run.
        entered: people who came in since the base run.
        left: people who left since the base run.
    """

    segment_id: str
    name: str | None
    people: int | None
    share: float | None
    entered: int | None
    left: int | None


def segment_sizes(run: Run, run_id: str) -> tuple[SegmentSize, ...]:
    """The segments of a run, the largest first, those of withheld size last."""
    names = segment_names(run, run_id)
    sizes = tuple(
        SegmentSize(
            row["segment_id"],
            names.get(row["segment_id"]),
            people=row["people_count"],
            share=row["share"],
            entered=row["entered_count"],
            left=row["left_count"],
        )
        for row in run.warehouse.rows(SEGMENT_SIZES, where={"run_id": [run_id]})
    )
    return tuple(sorted(sizes, key=lambda s: (s.people is None, -(s.people or 0), s.segment_id)))


def members_after(run: Run, run_id: str) -> DataFrame:
    """Members after a run, published or staged; nobody before the first run.

    If `segment_members` holds the members after this run, it is given as it is. If it holds those
    after an earlier run of the chain, the changes since are applied. Cost: grows with those runs.
    """
    if run_id == NO_BASE:
        return empty_like(run.spark, SEGMENT_MEMBERS)
    standing = run.warehouse.read(SEGMENT_MEMBERS)
    stands_for = members_stand_for(run.warehouse)
    if stands_for == run_id:
        return standing
    chain = _chain_to(run, run_id)
    changes = run.warehouse.read(SEGMENT_CHANGES)
    if stands_for in chain:
        chain = chain[chain.index(stands_for) :]
        begin = standing.withColumns(
            {"change": F.lit(ENTERED), "effective_on": F.col("since_on")}
        ).select(changes.columns)
        changes = changes.filter(F.col("run_id").isin(chain[1:])).unionByName(begin)
    places = run.spark.createDataFrame(
        [(r, n) for n, r in enumerate(chain)], "run_id string, place long"
    )
    return to_members(changes, places, run_id=run_id, fresh=freshness_of(run, run_id))


def freshness_of(run: Run, run_id: str) -> Freshness:
    """How fresh the members after a run are; of a run that is not published it is not known."""
    state = next((s for s in run.ledger.published() if s.run_id == run_id), None)
    if state is None:
        return NOT_PUBLISHED
    hours = run.settings.segments.fresh_hours
    return freshness(state.recorded_at, state.as_of, fresh_hours=hours)


def _chain_to(run: Run, run_id: str) -> list[str]:
    """The published runs up to this one, in order.

    A run outside the chain comes after its base run.
    """
    chain = [s.run_id for s in run.ledger.published()]
    if run_id in chain:
        return chain[: chain.index(run_id) + 1]
    base = run.ledger.inputs_of(run_id, "assign-segments").get("base_run_id", NO_BASE)
    return [*(chain[: chain.index(base) + 1] if base in chain else []), run_id]


def members_stand_for(warehouse: Warehouse) -> str | None:
    """The run whose members `segment_members` holds, in every row; null if it has no row."""
    bounds = warehouse.bounds(SEGMENT_MEMBERS, "run_id")
    return None if bounds is None else str(bounds[1])


def definitions_of(run: Run, run_id: str) -> list[dict[str, Any]]:
    """The definition of each of a run's segments, in the version as of that run.

    Shape: segment_id, kind, name, definition, origin, derived_from; by kind and segment_id. A name
    given by a person replaces the automatic one.
    """
    until = [s.run_id for s in run.ledger.ended()]
    until = until[: until.index(run_id) + 1] if run_id in until else [*until, run_id]
    newest = definition_rows(run, until)
    mine = {r["segment_id"] for r in run.warehouse.rows(SEGMENT_SIZES, where={"run_id": [run_id]})}
    shown = ("segment_id", "kind", "name", "definition", "origin", "derived_from")
    definitions = [
        {c: row[c] for c in shown} | {"name": row["alias"] or row["name"]}
        for segment_id, row in newest.items()
        if segment_id in mine
    ]
    return sorted(definitions, key=lambda row: (row["kind"], row["segment_id"]))


def definition_rows(run: Run, run_ids: Collection[str]) -> dict[str, dict[str, Any]]:
    """The newest version of every segment's definition among those of the runs, by segment."""
    versions = run.warehouse.rows(SEGMENT_DEFINITIONS, "version", where={"run_id": run_ids})
    return {row["segment_id"]: row for row in versions}


def main_segments(definitions: Iterable[Mapping[str, Any]]) -> list[str]:
    """The segments that divide everybody: clusters, and people with too little data."""
    return [
        d["segment_id"]
        for d in definitions
        if d["kind"] == "cluster" or d["segment_id"] == TOO_LITTLE_DATA
    ]


def segment_names(run: Run, run_id: str) -> dict[str, str]:
    """Names of all segments of a run, as of that run."""
    return {row["segment_id"]: row["name"] for row in definitions_of(run, run_id)}
