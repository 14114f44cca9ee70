"""Insert and update rows by key in a table that one driver writes."""

from __future__ import annotations

from functools import reduce

from pyspark.sql import DataFrame, Observation
from pyspark.sql import functions as F

from desirelines.frames.keep import checkpointed
from desirelines.io.tables.store import Warehouse
from desirelines.tables import Table

IS_UPDATE = "_is_update"


def upsert(
    warehouse: Warehouse,
    rows: DataFrame,
    table: Table,
    *,
    update: tuple[str, ...] = (),
    stamp: tuple[str, ...] = (),
    only_lower: bool = False,
) -> None:
    """Do as `Warehouse.merge` does, in a table that no other command writes at the same time.

    Rows that the table has already are left out first. New rows alone are appended, so that no
    file is searched or written again; without any, nothing is written.
    """
    with warehouse.alone(table):
        if not warehouse.exists(table):
            warehouse.append(rows, table)
            return
        counts = Observation(f"desirelines news for {table.name}")
        news = to_news(
            rows, warehouse.read(table), key=table.key, update=update, only_lower=only_lower
        )
        news = checkpointed(
            news.observe(
                counts,
                F.count(F.lit(1)).alias("rows"),
                F.count_if(F.col(IS_UPDATE)).alias("updates"),
            )
        )
        if counts.get["updates"]:
            warehouse.merge(
                news.drop(IS_UPDATE), table, update=update, stamp=stamp, only_lower=only_lower
            )
        elif counts.get["rows"]:
            warehouse.append(news.drop(IS_UPDATE), table)


def to_news(
    rows: DataFrame,
    present: DataFrame,
    *,
    key: tuple[str, ...],
    update: tuple[str, ...],
    only_lower: bool = False,
) -> DataFrame:
    """Keep rows whose key is new, and those that differ in an `update` column.

    Adds IS_UPDATE: the key is there. With `only_lower` only a lower value differs.
    """
    old = present.select(
        *(F.col(c).alias(f"_key_{c}") for c in key),
        *(F.col(c).alias(f"_old_{c}") for c in update),
        F.lit(True).alias(IS_UPDATE),
    )
    same_key = reduce(lambda a, b: a & b, (F.col(c).eqNullSafe(F.col(f"_key_{c}")) for c in key))
    both = rows.join(old, same_key, "left").withColumn(
        IS_UPDATE, F.coalesce(IS_UPDATE, F.lit(False))
    )
    differs = F.lit(False)
    for column in update:
        new_value, old_value = F.col(column), F.col(f"_old_{column}")
        is_other = new_value < old_value if only_lower else ~new_value.eqNullSafe(old_value)
        differs = differs | F.coalesce(is_other, F.lit(False))
    return both.filter(~F.col(IS_UPDATE) | differs).select(*rows.columns, IS_UPDATE)
