"""Reading and writing `warehouse_facts`: what was settled when the warehouse was begun."""

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
"""What Delta raises when another command created the table, or wrote its facts, in the same moment."""


def known_facts(warehouse: Warehouse) -> dict[str, set[str]]:
    """What is settled, by name; a name with two values was written by somebody else, and fits nothing."""
    if not warehouse.exists(WAREHOUSE_FACTS):
        return {}
    known: dict[str, set[str]] = {}
    for row in warehouse.read(WAREHOUSE_FACTS).select("name", "value").collect():
        known.setdefault(row["name"], set()).add(row["value"])
    return known


def some_identifiers(warehouse: Warehouse, most: int) -> list[Row]:
    """Some raw values that the warehouse keeps, with their keys; none where it keeps none."""
    return (
        warehouse.read(IDENTIFIERS).limit(most).collect() if warehouse.exists(IDENTIFIERS) else []
    )


def write_facts(
    warehouse: Warehouse, facts: dict[str, str], *, run_id: str, recorded_at: datetime
) -> None:
    """Write facts whose names are not there yet. Of two commands that begin at once the second leaves the first's facts."""
    rows = warehouse.spark.createDataFrame(
        [(name, value, run_id, recorded_at) for name, value in facts.items()],
        WAREHOUSE_FACTS.schema,
    )
    for tries_left in reversed(range(TRIES)):
        try:
            # First, for a MERGE that has to create its table appends instead, and nobody's facts would stop it.
            warehouse.create(WAREHOUSE_FACTS)
            warehouse.merge(rows, WAREHOUSE_FACTS)
            return
        except CONFLICTS:
            if not tries_left:
                raise
