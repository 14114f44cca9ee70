"""Read and write `warehouse_facts`, which are fixed when a warehouse is created."""

from __future__ import annotations

from datetime import datetime

from delta.exceptions import (
    ConcurrentAppendException,
    MetadataChangedException,
    ProtocolChangedException,
)
from pyspark.sql import Row

from desirelines.io.tables.store import Warehouse
from desirelines.tables import IDENTIFIERS, WAREHOUSE_FACTS

TRIES = 5
CONFLICTS = (ConcurrentAppendException, MetadataChangedException, ProtocolChangedException)
"""Delta's errors when another command creates the table or writes its facts at the same time."""


def known_facts(warehouse: Warehouse) -> dict[str, set[str]]:
    """The recorded values of each fact, by name.

    A name with two values was written by another program, and matches nothing.
    """
    facts: dict[str, set[str]] = {}
    for row in warehouse.rows(WAREHOUSE_FACTS):
        facts.setdefault(row["name"], set()).add(row["value"])
    return facts


def some_identifiers(warehouse: Warehouse, most: int) -> list[Row]:
    """Some raw values that the warehouse keeps, with their keys; none if it keeps none."""
    return (
        warehouse.read(IDENTIFIERS).limit(most).collect() if warehouse.exists(IDENTIFIERS) else []
    )


def write_facts(
    warehouse: Warehouse, facts: dict[str, str], *, run_id: str, recorded_at: datetime
) -> None:
    """Write facts whose names are not there yet.

    Of two commands that begin at once, the second keeps the first's facts.
    """
    rows = warehouse.spark.createDataFrame(
        [(name, value, run_id, recorded_at) for name, value in facts.items()],
        WAREHOUSE_FACTS.schema,
    )
    for tries_left in reversed(range(TRIES)):
        try:
            # Create the table first: a MERGE that creates its table appends instead, and would not
            # see another command's facts.
            warehouse.create(WAREHOUSE_FACTS)
            warehouse.merge(rows, WAREHOUSE_FACTS)
            return
        except CONFLICTS:
            if not tries_left:
                raise
