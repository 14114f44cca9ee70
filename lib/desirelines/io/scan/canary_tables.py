"""Delta tables with canaries, written by Spark as real tables are, but with statistics on."""

from __future__ import annotations

import json
from collections.abc import Callable

from pyspark.sql import SparkSession

from desirelines.erasure.canaries import IDENTIFIER, Canary
from desirelines.erasure.needles import KEY, Sought
from desirelines.io.tables.addresses import absolute, quoted
from desirelines.io.tables.dml import delete_number_statement

_SAID = "delta.checkpointInterval"
_MARKS, _CHANGES = "delta.enableDeletionVectors", "delta.enableChangeDataFeed"


def plant_tables(spark: SparkSession, folder: str, new: Callable[[str], Sought]) -> list[Canary]:
    """Write the tables below the folder; the canaries in them."""
    name, key, raw = new(IDENTIFIER), new(KEY), new(IDENTIFIER)
    quarantined = json.dumps({"row": json.dumps({"e-mail": raw.value})})
    rows = [(name.value, key.value, quarantined, 1), ("zoe", "f" * 32, "{}", 2)]
    _write(spark, folder + "/stats", rows, {_SAID: "1"})
    _write(spark, folder + "/stats", rows[1:], {})
    marked, changed = new(KEY), new(KEY)
    for table, option, sought in (("marked", _MARKS, marked), ("changed", _CHANGES, changed)):
        rows = [("", sought.value, "", 1), ("", "f" * 32, "", 2)]
        _write(spark, f"{folder}/{table}", rows, {option: "true"})
        _delete_first(spark, f"{folder}/{table}")
    return [
        Canary("data file of a table", "stats/part-*.parquet", key),
        Canary("quarantined text", "stats/part-*.parquet", raw),
        Canary("statistics in the log", "stats/_delta_log/*.json", name),
        Canary("statistics in a version checksum", "stats/_delta_log/*.crc", key),
        Canary("checkpoint", "stats/_delta_log/*.checkpoint.parquet", name),
        Canary("row that a deletion vector marks", "marked/part-*.parquet", marked),
        Canary("change data", "changed/_change_data/*.parquet", changed),
    ]


def _write(
    spark: SparkSession,
    place: str,
    rows: list[tuple[str, str, str, int]],
    properties: dict[str, str],
) -> None:
    frame = spark.createDataFrame(rows, "name string, person_id string, raw string, n int")
    writer = frame.coalesce(1).write.format("delta").mode("append")
    writer.options(**properties).save(place)


def _delete_first(spark: SparkSession, place: str) -> None:
    """Delete by a column that names nobody: what is left is the files' doing."""
    spark.sql(delete_number_statement(f"delta.{quoted(absolute(place))}", quoted("n"), 1))
