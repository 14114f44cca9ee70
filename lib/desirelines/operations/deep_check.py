"""`check --deep`: what is wrong inside the tables, told from every row of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from pyspark.sql import Row
from pyspark.sql import functions as F

from desirelines.errors import GateError
from desirelines.events.repeated_ids import to_repeated_ids, to_repeats
from desirelines.io.tables.store import Warehouse
from desirelines.settings import Settings
from desirelines.tables import ALL, EVENTS, Table


class Note(str):
    """What a look found, when nothing is broken and yet somebody should look."""


def deep_looks(
    warehouse: Warehouse, settings: Settings, tell: Callable[[str], None]
) -> Iterator[tuple[str, Callable[[], str]]]:
    """The looks with what they look at, one after the other; a look raises GateError when something is broken.

    Keys of every table; of `events` the ids instead, by source: an id may be there twice where no batch could see it.
    """
    there = [t for t in ALL if warehouse.exists(t)]
    for table in there:
        if table is not EVENTS:
            tell(f"keys of {table.name}")
            yield f"keys of {table.name}", partial(_unique, warehouse, table)
    if EVENTS in there:
        tell("event ids")
        days = settings.ingest.late_days
        found = to_repeats(to_repeated_ids(warehouse.read(EVENTS), days)).collect()
        repeats = {row["source"]: row for row in found}
        for name in sorted({*repeats, *(s.name for s in settings.sources)}):
            yield f"event ids of {name}", partial(_repeated, repeats.get(name), days)


def _unique(warehouse: Warehouse, table: Table) -> str:
    rows = warehouse.read(table).groupBy(*table.key).count()
    row = rows.agg(
        F.coalesce(F.sum("count"), F.lit(0)).alias("rows"),
        F.count_if(F.col("count") > 1).alias("twice"),
    ).collect()[0]
    if row["twice"]:
        raise GateError(
            f"{row['twice']:,} keys ({', '.join(table.key)}) are there more than once. Desirelines writes each once: look for another "
            "writer in the table's history (DESCRIBE HISTORY), and restore or delete what it wrote."
        )
    return f"each of {row['rows']:,} rows has its own"


def _repeated(row: Row | None, days: float) -> str:
    if row is None:
        return "each belongs to one event"
    counted = {
        f"in more than one stream: {row['streams_count']:,}": row["streams_count"],
        f"twice in one stream, more than ingest.late_days ({days:g}) apart: {row['far_count']:,}": row[
            "far_count"
        ],
        f"twice in one stream, nearer: {row['near_count']:,}": row["near_count"],
    }
    told = (
        "; ".join(text for text, count in counted.items() if count)
        + f"; from {row['first_on']} to {row['last_on']}"
    )
    if row["near_count"]:
        raise GateError(
            f"{told}. Ingest writes no id twice so near: another writer did, or ingest.late_days was less. Nothing is merged."
        )
    return Note(
        f"{told}. They are counted as events of their own. If each is one event, mend the source's ids, or name another stream."
    )
