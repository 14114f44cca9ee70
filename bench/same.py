"""`python -m bench.same A B`: whether two warehouses hold the same rows, run ids and times apart.

For a change that must not change a table: run the same sources and settings before and after it,
with the same secrets, and compare. Exit status: 0 the same, 1 a table differs, 2 there is nothing
to compare.
"""

from __future__ import annotations

import sys
from pathlib import Path

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql import types as T

from desirelines.io.spark.session import spark_session
from desirelines.io.tables.ledger import LEASE
from desirelines.tables import ALL, RUNS, WAREHOUSE_FACTS, Table

TIMES = {
    "recorded_at", "lease_until", "read_at", "decided_at", "tagged_at", "expires_on", "ingested_at",
    "computed_at", "expires_at", "seconds",
}  # fmt: skip
"""Columns that say when a command ran, or for how long."""
OF_THE_LAYOUT = {"period_on"}
"""Columns that say in which file a row lies."""
OF_THE_PROGRAM = {
    RUNS.name: {"inputs", "outputs", "gates", "config_hash", "code_version", "suppression_version"},
    WAREHOUSE_FACTS.name: set(),
}
"""Columns that say by which program and over which versions of tables a run was made."""
ELSEWHERE = {"mlflow_run_id"}
"""Names that another system gives."""
SHOWN = 3


def differences(spark: SparkSession, one: Path, other: Path) -> list[str]:
    """A line for each table whose rows are not the same in both warehouses; none when all are."""
    return [line for table in ALL if (line := _difference(spark, table, one, other)) is not None]


def _difference(spark: SparkSession, table: Table, one: Path, other: Path) -> str | None:
    is_there = [(place / table.name / "_delta_log").is_dir() for place in (one, other)]
    if not any(is_there):
        return None
    if not all(is_there):
        return f"{table.name}: only in {one if is_there[0] else other}"
    first, second = (_comparable(spark, table, place) for place in (one, other))
    gone, new = first.exceptAll(second), second.exceptAll(first)
    counts = gone.count(), new.count()
    if counts == (0, 0):
        return None
    examples = [row[0] for rows in (gone, new) for row in rows.limit(SHOWN).collect()]
    return (
        f"{table.name}: {counts[0]:,} rows only in the first, {counts[1]:,} only in the second"
        + ("".join(f"\n    {text[:300]}" for text in examples))
    )


def _comparable(spark: SparkSession, table: Table, place: Path) -> DataFrame:
    """Every row as one text, without times, and with run ids by their order."""
    left_out = TIMES | ELSEWHERE | OF_THE_LAYOUT | OF_THE_PROGRAM.get(table.name, set())
    columns = [c for c in table.column_names if c not in left_out]
    rows = spark.read.format("delta").load(str(place / table.name)).select(*columns)
    if table == RUNS:  # who held the warehouse is no result, and a lock on this machine leaves none
        rows = rows.filter(F.col("phase") != LEASE)
    names = _run_names(spark, place)
    by_order = [
        _renamed(F.col(field.name), field.dataType, names).alias(field.name)
        for field in rows.schema
    ]
    return rows.select(F.to_json(F.struct(*by_order), {"ignoreNullFields": "false"}).alias("row"))


def _run_names(spark: SparkSession, place: Path) -> dict[str, str]:
    """Run ids, and a name for each by the order in which the runs began."""
    runs = spark.read.format("delta").load(str(place / RUNS.name))
    began = runs.groupBy("run_id").agg(F.min("recorded_at").alias("at")).orderBy("at", "run_id")
    return {row["run_id"]: f"run{n}" for n, row in enumerate(began.collect())}


def _renamed(column: Column, kind: T.DataType, names: dict[str, str]) -> Column:
    if isinstance(kind, T.ArrayType) and isinstance(kind.elementType, T.StringType):
        return F.transform(column, lambda text: _text(text, names))
    return _text(column, names) if isinstance(kind, T.StringType) else column


def _text(column: Column, names: dict[str, str]) -> Column:
    """A text with run ids by their order, and batches by their number: a stream's id is random."""
    for run_id, name in names.items():
        column = F.replace(column, F.lit(run_id), F.lit(name))
    return F.regexp_replace(column, r"^[0-9a-f]{8}-[0-9a-f-]{27}:(\d+)$", "batch:$1")


def main(arguments: list[str]) -> int:
    """Compare two folders of tables; give the exit status."""
    places = [Path(argument).resolve() for argument in arguments]
    if len(places) != 2 or not all((place / RUNS.name).is_dir() for place in places):
        sys.stderr.write(f"{__doc__}\nGive two folders that hold the tables of a warehouse.\n")
        return 2
    spark, _ = spark_session()
    found = differences(spark, *places)
    sys.stdout.write("\n".join(found) + "\n" if found else "The same rows in every table.\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
