"""Who is in which segment after a run, read from the published changes; and mending what a crash left between two commits."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from desirelines.history.changes import to_members
from desirelines.io.ledger import NO_BASE
from desirelines.io.warehouse import empty_like
from desirelines.job import Job
from desirelines.tables import SEGMENT_CHANGES, SEGMENT_DEFINITIONS, SEGMENT_MEMBERS, SEGMENT_SIZES


def members_after(job: Job, run_id: str) -> DataFrame:
    """Members after a published run; nobody before the first. The newest run's are read as they stand."""
    if run_id == NO_BASE:
        return empty_like(job.spark, SEGMENT_MEMBERS)
    standing = job.warehouse.read(SEGMENT_MEMBERS)
    if _stands_for(standing) == run_id:
        return standing
    chain = [s.run_id for s in job.ledger.published()]
    places = [(r, n) for n, r in enumerate(chain[: chain.index(run_id) + 1], start=1)]
    changes = job.warehouse.read(SEGMENT_CHANGES)
    return to_members(changes, job.spark.createDataFrame(places, "run_id string, place long"), run_id=run_id)


def repair_members(job: Job) -> None:
    """Make `segment_members` stand for the newest published run; nothing happens when it does already."""
    chain = job.ledger.published()
    if not chain:
        return
    newest = chain[-1].run_id
    if _stands_for(job.warehouse.read(SEGMENT_MEMBERS)) != newest:
        job.warehouse.replace_all(members_after(job, newest), SEGMENT_MEMBERS)


def _stands_for(members: DataFrame) -> str | None:
    row = members.agg(F.max("run_id")).collect()[0]
    return None if row[0] is None else str(row[0])


def definitions_of(job: Job, run_id: str) -> DataFrame:
    """The version of each of a run's segments that held in the run: segment_id, kind, name, definition, derived_from."""
    until = [s.run_id for s in job.ledger.ended()]
    until = until[: until.index(run_id) + 1] if run_id in until else [*until, run_id]
    told = F.struct("kind", "name", "definition", "derived_from")
    rows = job.warehouse.read(SEGMENT_DEFINITIONS).filter(F.col("run_id").isin(until))
    newest = rows.groupBy("segment_id").agg(F.max_by(told, "version").alias("d"))
    mine = job.warehouse.read(SEGMENT_SIZES).filter(F.col("run_id") == run_id).select("segment_id")
    return mine.join(newest, "segment_id").select("segment_id", "d.*").orderBy("kind", "segment_id")


def segment_names(job: Job, run_id: str) -> dict[str, str]:
    """Names of all segments as of a run."""
    return {row["segment_id"]: row["name"] for row in definitions_of(job, run_id).collect()}
