"""Who is in which segment after a run, read from the published changes; and mending what a crash left between two commits."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from desirelines.errors import GateError
from desirelines.history.changes import ENTERED, to_members
from desirelines.io.warehouse import empty_like
from desirelines.job import Job
from desirelines.settings.run_ids import NO_BASE
from desirelines.tables import SEGMENT_CHANGES, SEGMENT_DEFINITIONS, SEGMENT_MEMBERS, SEGMENT_SIZES


def members_after(job: Job, run_id: str) -> DataFrame:
    """Members after a run, published or staged; nobody before the first. Cost grows with the runs since the standing table.

    The standing table is taken as it is when it stands for the run, and as the beginning when it stands for an earlier run
    of the run's chain.
    """
    if run_id == NO_BASE:
        return empty_like(job.spark, SEGMENT_MEMBERS)
    standing = job.warehouse.read(SEGMENT_MEMBERS)
    stands_for = _stands_for(standing)
    if stands_for == run_id:
        return standing
    chain = _chain_to(job, run_id)
    changes = job.warehouse.read(SEGMENT_CHANGES)
    if stands_for in chain:
        chain = chain[chain.index(stands_for) :]
        begin = standing.withColumns({"change": F.lit(ENTERED), "effective_on": F.col("since_on")}).select(
            changes.columns
        )
        changes = changes.filter(F.col("run_id").isin(chain[1:])).unionByName(begin)
    places = job.spark.createDataFrame([(r, n) for n, r in enumerate(chain)], "run_id string, place long")
    return to_members(changes, places, run_id=run_id)


def _chain_to(job: Job, run_id: str) -> list[str]:
    """The published runs up to this one, in order; a run outside the chain comes after the run it was compared with."""
    chain = [s.run_id for s in job.ledger.published()]
    if run_id in chain:
        return chain[: chain.index(run_id) + 1]
    base = job.ledger.inputs_of(run_id, "assign-segments").get("base_run_id", NO_BASE)
    return [*(chain[: chain.index(base) + 1] if base in chain else []), run_id]


def repair_members(job: Job) -> None:
    """Make `segment_members` stand for the newest published run; nothing happens when it does already.

    Raises:
        GateError: it stands for a run that the ledger does not know as published, so the ledger lost a state.
    """
    chain = [s.run_id for s in job.ledger.published()]
    if not chain:
        return
    stands_for = _stands_for(job.warehouse.read(SEGMENT_MEMBERS))
    if stands_for is not None and stands_for not in chain:
        raise GateError(
            f"segment_members stands for run {stands_for}, which `runs` does not know as published. Nothing was changed: the members "
            "would go back to an older run. `desirelines check` says more."
        )
    if stands_for != chain[-1]:
        job.warehouse.replace_all(members_after(job, chain[-1]), SEGMENT_MEMBERS)


def _stands_for(members: DataFrame) -> str | None:
    row = members.agg(F.max("run_id")).collect()[0]
    return None if row[0] is None else str(row[0])


def definitions_of(job: Job, run_id: str) -> DataFrame:
    """The version of each of a run's segments that held in the run: segment_id, kind, name, definition, origin, derived_from.

    A name that a person gave is the name.
    """
    until = [s.run_id for s in job.ledger.ended()]
    until = until[: until.index(run_id) + 1] if run_id in until else [*until, run_id]
    told = F.struct("kind", F.coalesce("alias", "name").alias("name"), "definition", "origin", "derived_from")
    rows = job.warehouse.read(SEGMENT_DEFINITIONS).filter(F.col("run_id").isin(until))
    newest = rows.groupBy("segment_id").agg(F.max_by(told, "version").alias("d"))
    mine = job.warehouse.read(SEGMENT_SIZES).filter(F.col("run_id") == run_id).select("segment_id")
    return mine.join(newest, "segment_id").select("segment_id", "d.*").orderBy("kind", "segment_id")


def segment_names(job: Job, run_id: str) -> dict[str, str]:
    """Names of all segments as of a run."""
    return {row["segment_id"]: row["name"] for row in definitions_of(job, run_id).collect()}
