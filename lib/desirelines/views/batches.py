"""Which batches of the sources are new since a stage last ran."""

from __future__ import annotations

from dataclasses import dataclass

from desirelines.run.context import Run
from desirelines.tables import ROW_ACCOUNTS


@dataclass(frozen=True, slots=True)
class NewBatches:
    """New batches: their names in the tables, and the runs that ingested them."""

    names: list[str]
    runs: list[str]


def newest_batches(run: Run) -> dict[str, int]:
    """The newest batch of every stream of batches: query, number."""
    newest: dict[str, int] = {}
    for row in run.warehouse.rows(ROW_ACCOUNTS):
        query, number = row["ingest_batch"].split(":")
        newest[query] = max(int(number), newest.get(query, 0))
    return newest


def new_batches(run: Run, seen: dict[str, int]) -> NewBatches:
    """Batches that are not among the seen ones."""
    new = []
    for row in run.warehouse.rows(ROW_ACCOUNTS):
        query, number = row["ingest_batch"].split(":")
        if int(number) > seen.get(query, -1):
            new.append(row)
    return NewBatches(sorted({r["ingest_batch"] for r in new}), sorted({r["run_id"] for r in new}))
