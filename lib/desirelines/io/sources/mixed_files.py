"""Read files of one folder whose columns differ: each kind by its own schema, merged by name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from functools import reduce

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql import types as T

from desirelines.io.sources.csv_header import BROKEN
from desirelines.io.sources.inspect import without
from desirelines.io.sources.nanoseconds import to_times
from desirelines.io.sources.readers import (
    FILE,
    SPLIT,
    absent_paths,
    escaped,
    is_pattern,
    options_of,
    reader_of,
    static_schema,
)
from desirelines.io.tables.addresses import quoted
from desirelines.settings import Source

_DIFFERENT = (
    "CSV header does not conform",
    "Number of column in CSV header is not equal",
    "PARQUET_COLUMN_DATA_TYPE_MISMATCH",
)
"""Messages of Spark's readers about a file that does not fit the given schema."""


def differ_in_columns(error: Exception) -> bool:
    """Whether a job failed because a file does not have the expected columns."""
    return any(words in str(error) for words in _DIFFERENT)


def read_files(
    spark: SparkSession, source: Source, files: list[str], schema: T.StructType, folder: str
) -> DataFrame:
    """Rows of some files of a folder, all read by one schema; of no files, none with `FILE`."""
    if not files:
        none = {FILE: F.lit(None).cast("string"), SPLIT: F.lit(None).cast("long")}
        return spark.createDataFrame([], schema).withColumns(none)
    reader = (
        spark.read.format(reader_of(source)).options(**options_of(source, schema)).schema(schema)
    )
    if not is_pattern(folder):
        reader = reader.option("basePath", folder)  # for partition columns in folder names
    return to_times(reader.load([escaped(file) for file in files]), schema)


def read_by_kind(
    spark: SparkSession, source: Source, files: list[str], folder: str, tell: Callable[[str], None]
) -> DataFrame:
    """Rows of files that differ in their columns, with the columns of all files.

    A column is null where its file lacks it; differing types are widened. Costs a small job per
    file, and is used only where one schema did not fit all files.

    Raises:
        SourceError: some files lack columns that no event can be made without.
    """
    usual = static_schema(spark, source)
    if not files:
        return read_files(spark, source, files, usual, folder)
    kinds: dict[str, tuple[T.StructType, list[str]]] = {}
    for file in files:
        schema = static_schema(spark, source.model_copy(update={"path": escaped(file)}))
        kinds.setdefault(schema.json(), (schema, []))[1].append(file)
    _tell_kinds(source, usual, list(kinds.values()), tell)
    types: dict[str, set[str]] = defaultdict(set)
    for schema, _ in kinds.values():
        for field in schema.fields:
            types[field.name].add(field.dataType.simpleString())
    # Where texts meet numbers, Spark would cast the texts, and fail on the first that is not a
    # number.
    as_text = {name for name, of_name in types.items() if len(of_name) > 1 and "string" in of_name}
    frames = []
    for schema, paths in kinds.values():
        read_by = (
            T.StructType([*schema.fields, T.StructField(BROKEN, T.StringType())])
            if source.format == "csv"
            else schema
        )
        rows = read_files(spark, source, paths, read_by, folder)
        file_part = rows.metadataColumn("_metadata")  # a file may have a column of this name
        frames.append(
            rows.select(
                *(
                    F.col(quoted(n)).cast("string").alias(n) if n in as_text else F.col(quoted(n))
                    for n in rows.columns
                ),
                file_part["file_name"].alias(FILE),
                file_part["file_block_start"].alias(SPLIT),
            )
        )
    every = reduce(lambda one, other: one.unionByName(other, allowMissingColumns=True), frames)
    in_no_file = {
        f.name: F.lit(None).cast(f.dataType) for f in usual.fields if f.name not in every.columns
    }
    return every.withColumns(in_no_file)


def _tell_kinds(
    source: Source,
    usual: T.StructType,
    kinds: list[tuple[T.StructType, list[str]]],
    tell: Callable[[str], None],
) -> None:
    usually_absent = set(absent_paths(usual, source))
    file_counts: dict[str, int] = defaultdict(int)
    for schema, paths in kinds:
        absent = [p for p in absent_paths(schema, source) if p not in usually_absent]
        if absent:
            without(source, absent)
            file_counts[f"without {', '.join(absent)}; read as null"] += len(paths)
        new = [n for n in schema.fieldNames() if n not in usual.fieldNames()]
        if new:
            file_counts[f"with {', '.join(new)}, which is in no mapping; not read"] += len(paths)
        others = {f.name: f.dataType for f in usual.fields}
        wider = [f.name for f in schema.fields if f.name in others and f.dataType != others[f.name]]
        if wider:
            file_counts[f"with another type of {', '.join(wider)}"] += len(paths)
    for what, count in file_counts.items():
        tell(f"{source.name}: {count} file{'s' * (count > 1)} {what}")
