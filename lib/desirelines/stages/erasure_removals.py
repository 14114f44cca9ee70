"""Numbers that explain the totals of published runs after people were erased."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from desirelines.io.erasure_inbox import Case
from desirelines.io.tables.rows import listed
from desirelines.run.context import Run
from desirelines.tables import EVERYBODY, SEGMENT_CHANGES, SEGMENT_REMOVALS
from desirelines.views.history import published_chain, segment_history

Removals = tuple[tuple[str, str, int], ...]


def removals_with(run: Run, case: Case) -> Removals:
    """For each published run and segment, the members erased since, these people among them.

    Whole numbers, not steps: to write them twice changes nothing.
    """
    if not run.warehouse.exists(SEGMENT_CHANGES):
        return ()
    ids = listed(run.spark, case.ids, "person_id")
    stays = segment_history(run).join(F.broadcast(ids), "person_id", "left_semi")
    before = {
        (row["run_id"], row["segment_id"]): row["removed_count"]
        for row in run.warehouse.rows(SEGMENT_REMOVALS)
    }
    counts = to_members_by_run(stays, published_chain(run)).collect()
    return tuple(
        sorted(
            (r["run_id"], r["segment_id"], r["people"] + before.get((r[0], r[1]), 0))
            for r in counts
        )
    )


def to_members_by_run(stays: DataFrame, chain: DataFrame) -> DataFrame:
    """One row per run and segment with somebody in it: run_id, segment_id, people.

    `all` is for people with a main segment. `stays` are those of segment_history, `chain` holds
    run_id and place.
    """
    is_in = (F.col("place") >= F.col("from_sequence")) & (
        F.col("to_sequence").isNull() | (F.col("place") < F.col("to_sequence"))
    )
    names = F.array(F.col("segment_id"), F.when(F.col("is_primary"), F.lit(EVERYBODY)))
    inside = stays.join(F.broadcast(chain.select("place", F.col("run_id").alias("_run"))), is_in)
    named = inside.select("_run", "person_id", F.explode(F.array_compact(names)).alias("segment"))
    return named.groupBy(F.col("_run").alias("run_id"), F.col("segment").alias("segment_id")).agg(
        F.count_distinct("person_id").alias("people")
    )


def write_removals(run: Run, removals: Removals) -> None:
    """Write the numbers. Idempotent."""
    if removals:
        rows = run.spark.createDataFrame(removals, SEGMENT_REMOVALS.schema)
        run.warehouse.merge(rows, SEGMENT_REMOVALS, update=("removed_count",))
