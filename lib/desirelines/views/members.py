"""Who is in which segment after a run, and what each segment is called, from the published changes."""

from __future__ import annotations

from dataclasses import dataclass

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from desirelines.history.membership_changes import ENTERED, to_members
from desirelines.io.tables.store import empty_like
from desirelines.run.context import Run
from desirelines.settings.run_ids import NO_BASE
from desirelines.tables import SEGMENT_CHANGES, SEGMENT_DEFINITIONS, SEGMENT_MEMBERS, SEGMENT_SIZES


@dataclass(frozen=True, slots=True)
class SegmentSize:
    """A segment of a run, from `segment_sizes`; a count is null where it is withheld.

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
    rows = run.warehouse.read(SEGMENT_SIZES).filter(F.col("run_id") == run_id)
    largest_first = rows.orderBy(F.col("people_count").desc_nulls_last(), "segment_id")
    return tuple(
        SegmentSize(
            row["segment_id"],
            names.get(row["segment_id"]),
            people=row["people_count"],
            share=row["share"],
            entered=row["entered_count"],
            left=row["left_count"],
        )
        for row in largest_first.collect()
    )


def members_after(run: Run, run_id: str) -> DataFrame:
    """Members after a run, published or staged; nobody before the first. Cost grows with the runs since the standing table.

    The standing table is taken as it is when it stands for the run, and as the beginning when it stands for an earlier run
    of the run's chain.
    """
    if run_id == NO_BASE:
        return empty_like(run.spark, SEGMENT_MEMBERS)
    standing = run.warehouse.read(SEGMENT_MEMBERS)
    stands_for = members_stand_for(standing)
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
    return to_members(changes, places, run_id=run_id)


def _chain_to(run: Run, run_id: str) -> list[str]:
    """The published runs up to this one, in order; a run outside the chain comes after the run it was compared with."""
    chain = [s.run_id for s in run.ledger.published()]
    if run_id in chain:
        return chain[: chain.index(run_id) + 1]
    base = run.ledger.inputs_of(run_id, "assign-segments").get("base_run_id", NO_BASE)
    return [*(chain[: chain.index(base) + 1] if base in chain else []), run_id]


def members_stand_for(members: DataFrame) -> str | None:
    """The run that rows of `segment_members` are the result of; null when there is no row."""
    row = members.agg(F.max("run_id")).collect()[0]
    return None if row[0] is None else str(row[0])


def definitions_of(run: Run, run_id: str) -> DataFrame:
    """The version of each of a run's segments that held in the run: segment_id, kind, name, definition, origin, derived_from.

    A name that a person gave is the name.
    """
    until = [s.run_id for s in run.ledger.ended()]
    until = until[: until.index(run_id) + 1] if run_id in until else [*until, run_id]
    told = F.struct(
        "kind", F.coalesce("alias", "name").alias("name"), "definition", "origin", "derived_from"
    )
    rows = run.warehouse.read(SEGMENT_DEFINITIONS).filter(F.col("run_id").isin(until))
    newest = rows.groupBy("segment_id").agg(F.max_by(told, "version").alias("d"))
    mine = run.warehouse.read(SEGMENT_SIZES).filter(F.col("run_id") == run_id).select("segment_id")
    return mine.join(newest, "segment_id").select("segment_id", "d.*").orderBy("kind", "segment_id")


def segment_names(run: Run, run_id: str) -> dict[str, str]:
    """Names of all segments as of a run."""
    return {row["segment_id"]: row["name"] for row in definitions_of(run, run_id).collect()}
