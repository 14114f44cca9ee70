"""Delta sources that are ours: from these, rows of people are deleted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import unquote

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import types as T

from desirelines.io.sources.delta_history import address_of
from desirelines.io.tables.ddl import detail_statement
from desirelines.io.tables.dml import delete_statement
from desirelines.io.tables.maintenance import vacuum_at
from desirelines.settings import Source, column_path, name_parts

ColumnPath = tuple[str, ...]
STATISTICS, FIRST = "delta.dataSkippingStatsColumns", "delta.dataSkippingNumIndexedCols"
"""Properties that say which columns have statistics in the log: by name, or the first ones."""
DEFAULT_FIRST = 32
FORBIDDEN = {
    "delta.enableDeletionVectors": "deletion vectors, which leave deleted rows in their files",
    "delta.enableChangeDataFeed": "a change feed, which keeps deleted rows",
    "delta.appendOnly": "that rows are only appended",
}
"""Properties that no erasable source may have as true, and what they mean."""
_VIEW = "desirelines_gone_from_source"
_LISTED = re.compile(r"(?:[^,`]|`[^`]*`)+")


def rows_in(spark: SparkSession, source: Source) -> DataFrame:
    """The rows of a Delta source now."""
    return spark.read.format("delta").load(source.path)


def file_name(rows: DataFrame) -> Column:
    """The name of the file in which a row is; a source may have a column of the metadata's name."""
    return rows.metadataColumn("_metadata")["file_name"]


def files_of(rows: DataFrame) -> frozenset[str]:
    """Names of the files of the newest version."""
    return frozenset(unquote(file).rpartition("/")[2] for file in rows.inputFiles())


def hindrances(spark: SparkSession, source: Source, identifiers: list[str]) -> list[str]:
    """Why rows that are deleted from a source would leave identifiers in its files, in words.

    `identifiers` are dotted names of columns.
    """
    detail = spark.sql(detail_statement(address_of(source))).collect()[0]
    properties, layout = detail["properties"], detail["partitionColumns"]
    found = [
        f"{name} is true: it has {what}"
        for name, what in FORBIDDEN.items()
        if properties.get(name, "false").lower() == "true"
    ]
    wanted = {name: _path(name) for name in identifiers}
    in_layout = [n for n, path in wanted.items() if path in {_lower((c,)) for c in layout}]
    if in_layout:
        found.append(f"its folders are named by {', '.join(in_layout)}")
    paths = paths_with_statistics(rows_in(spark, source).schema, properties, layout)
    counted = [name for name, path in wanted.items() if path in paths]
    if counted:
        found.append(
            f"its log has statistics of {', '.join(counted)}: set {FIRST} = 0, or name other "
            f"columns in {STATISTICS}"
        )
    return found


def paths_with_statistics(
    schema: T.StructType, properties: Mapping[str, str], layout: list[str]
) -> set[ColumnPath]:
    """Paths of the columns, in lower case, of which new commits have statistics.

    Those that are named, with all that is below them; else the first ones, counted with nested
    ones. Columns of the layout have none.
    """
    columns = [f for f in schema.fields if f.name not in layout]
    leaves = [leaf for f in columns for leaf in _leaves((f.name,), f.dataType)]
    if STATISTICS in properties:
        named = [_path(name.strip()) for name in _LISTED.findall(properties[STATISTICS])]
        return {leaf for leaf in leaves if any(leaf[: len(n)] == n for n in named)}
    first = int(properties.get(FIRST, DEFAULT_FIRST))
    return set(leaves if first < 0 else leaves[:first])


def delete_combinations(
    spark: SparkSession, source: Source, combinations: DataFrame, places: Mapping[str, str]
) -> None:
    """Delete the rows with the values of a combination.

    `places` gives the dotted name in the rows for each column of `combinations`. The values are
    passed as data, so they never appear in the log.
    """
    paths = {column: column_path(name) for column, name in places.items()}
    combinations.createOrReplaceTempView(_VIEW)
    try:
        spark.sql(delete_statement(address_of(source), _VIEW, paths))
    finally:
        spark.catalog.dropTempView(_VIEW)


def vacuum_source(spark: SparkSession, source: Source, *, is_now: bool) -> None:
    """Delete the files that no version in the source's retention needs; `is_now`: the newest."""
    vacuum_at(spark, address_of(source), is_now=is_now)


def _leaves(path: ColumnPath, kind: T.DataType) -> Iterator[ColumnPath]:
    if isinstance(kind, T.StructType):
        for field in kind.fields:
            yield from _leaves((*path, field.name), field.dataType)
    else:
        yield _lower(path)


def _path(name: str) -> ColumnPath:
    return _lower(name_parts(name))


def _lower(path: ColumnPath) -> ColumnPath:
    return tuple(part.lower() for part in path)
