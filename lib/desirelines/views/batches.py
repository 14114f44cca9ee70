"""Which batches of the sources are new since a stage last ran."""

from __future__ import annotations

from dataclasses import dataclass

from pyspark.sql import functions as F

from desirelines.run.context import Run
from desirelines.tables import ROW_ACCOUNTS


@dataclass(frozen=True, slots=True)
class NewBatches:
    """New batches: their names in the tables, and the runs that ingested them."""

    names: list[str]
    runs: list[str]


def newest_batches(run: Run) -> dict[str, int]:
    """The newest batch of every stream of batches: query, number."""
    query, number = F.split("ingest_batch", ":")[0], F.split("ingest_batch", ":")[1].cast("long")
    rows = (
        run.warehouse.read(ROW_ACCOUNTS)
        .groupBy(query.alias("query"))
        .agg(F.max(number).alias("n"))
        .collect()
    )
    return {r["query"]: int(r["n"]) for r in rows}


def new_batches(run: Run, seen: dict[str, int]) -> NewBatches:
    """Batches that are not among the seen ones."""
    rows = run.warehouse.read(ROW_ACCOUNTS).select("run_id", "ingest_batch").distinct().collect()
    new = []
    for row in rows:
        query, number = row["ingest_batch"].split(":")
        if int(number) > seen.get(query, -1):
            new.append(row)
    return NewBatches(sorted({r["ingest_batch"] for r in new}), sorted({r["run_id"] for r in new}))
