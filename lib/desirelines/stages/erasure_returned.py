"""People who were erased and are in the tables again: after a backup was restored, or by a copy."""

from __future__ import annotations

from pyspark.sql import functions as F

from desirelines.columns.keys import INNER_PAD, OUTER_PAD, keyed_digest, secret_pads
from desirelines.events.fates import suppressed_at
from desirelines.run.context import Run
from desirelines.stages.erasure_rows import people_tables
from desirelines.tables import SUPPRESSIONS

KEYS = ("stream_id", "user_key", "key", "other_key", "person_id")
"""Columns that hold keys of identifiers, in any table with people."""


def returned_keys(run: Run) -> dict[str, list[str]]:
    """Suppressed keys that stand in tables, by table; empty where all is well.

    Cost: reads the key columns of every table with people, and makes one token for each key.
    """
    if not run.warehouse.row_count(SUPPRESSIONS):
        return {}
    tokens = F.broadcast(suppressed_at(run.warehouse.read(SUPPRESSIONS), run.read_at))
    pads = secret_pads(run.spark, run.suppression_secret)
    found = {}
    for table in people_tables(run):
        columns = [c for c in KEYS if c in table.column_names]
        if not columns:
            continue
        rows = run.warehouse.read(table)
        keys = rows.select(F.explode(F.array(*columns)).alias("key"))
        distinct = keys.filter(F.col("key").isNotNull()).distinct().crossJoin(pads)
        tokened = distinct.withColumn("token", keyed_digest(F.col("key")))
        back = tokened.drop(INNER_PAD, OUTER_PAD).join(tokens, "token", "left_semi")
        if here := sorted(row["key"] for row in back.select("key").collect()):
            found[table.name] = here
    return found
