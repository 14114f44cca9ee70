"""Inspect a source: whether it can be read, and which of its mapped columns it has."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlparse

from py4j.protocol import Py4JJavaError
from pyspark.errors import AnalysisException, PySparkException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql import types as T

from desirelines.errors import SourceError
from desirelines.io.sources.csv_header import BROKEN
from desirelines.io.sources.delta_history import table_here
from desirelines.io.sources.file_names import check_names
from desirelines.io.sources.nanoseconds import to_times, with_nanoseconds
from desirelines.io.sources.nested_folders import lookup_of
from desirelines.io.sources.readers import (
    FILE,
    ROW,
    absent_paths,
    as_raw,
    is_pattern,
    mapped_paths,
    options_of,
    read_schema,
    reader_of,
    static_schema,
)
from desirelines.io.sources.symlinks import check_links, matches
from desirelines.io.sources.unreadable import is_about_a_file, named_file
from desirelines.io.tables.file_statistics import rows_in_files
from desirelines.settings import Identifier, Source, TimeColumn, ValueColumn, name_parts


@dataclass(frozen=True, slots=True)
class Found:
    """Top-level columns of a source, and mapped columns that it does not have.

    Both are empty for JSON, where columns vary by row.
    """

    columns: list[str]
    absent: list[str]


def look_at(spark: SparkSession, source: Source) -> Found:
    """Look at a source's columns.

    Raises:
        SourceError: it is not there or cannot be read, or a link in its folder leads out of it.
    """
    where = source.table or source.path or ""
    if source.path and not urlparse(source.path).scheme and not _is_there(Path(source.path)):
        raise SourceError(
            f"source '{source.name}': there is nothing at {source.path}. Fix `path` in its "
            "mapping, or pass --set sources.N.path=…"
        )
    check_links(source.path, f"source '{source.name}'")
    if source.format != "delta":
        check_names(source.path, f"source '{source.name}'")
        lookup_of(source.path, f"source '{source.name}'")
    try:
        schema = static_schema(spark, source)
    except AnalysisException as error:
        raise SourceError(
            f"source '{source.name}': {where} cannot be read as {source.format}: "
            f"{str(error).splitlines()[0]}"
        ) from None
    except (PySparkException, Py4JJavaError) as error:  # a reader fails on the content of a file
        name = named_file(error)
        raise SourceError(
            f"source '{source.name}': {where} cannot be read as {source.format}: its files are of "
            f"another format, or broken{f' (such as {name})' if name else ''}. Fix `format` or "
            "`path` in its mapping."
        ) from None
    absent = absent_paths(schema, with_whole_names(source, schema.fieldNames()))
    return Found([] if source.format == "json" else schema.fieldNames(), absent)


def check_source(spark: SparkSession, source: Source) -> list[str]:
    """Give the source's top-level columns, as `look_at`.

    Raises:
        SourceError: it is not there or cannot be read, or the mapping names columns it does not
            have.
    """
    content = look_at(spark, source)
    if content.absent:
        raise SourceError.missing_columns(
            source.name, source.table or source.path or "", content.absent, content.columns
        )
    return content.columns


def with_whole_names(source: Source, columns: list[str]) -> Source:
    """The mapping with backticks around each name that is, with its dots, the name of a column."""
    whole = {p for p in mapped_paths(source) if "." in p and p in columns}
    if not whole:
        return source

    def named(value: object) -> object:
        if isinstance(value, dict):
            return {k: v if k in ("value", "sql") else named(v) for k, v in value.items()}
        if isinstance(value, list):
            return [named(part) for part in value]
        return f"`{value}`" if value in whole else value

    mapping = source.model_dump(mode="json", exclude_unset=True)
    places = ("columns", "consents", "ids", "alias", "properties", "lines")
    return Source.model_validate(mapping | {k: named(mapping[k]) for k in places if k in mapping})


def without(source: Source, absent: list[str]) -> Source:
    """The mapping without columns that the source no longer has: their values are null from now on.

    Raises:
        SourceError: no event can be made without one of them.
    """
    columns = source.columns
    changed = {
        name: _left(value, absent)
        for name in type(columns).model_fields
        if (value := getattr(columns, name)) is not None and set(absent) & set(value.names)
    }
    consents = {
        purpose: value_left
        for purpose, value in source.consents.items()
        if (value_left := _left(value, absent)) is not None
    }
    ids = {t: left for t, i in source.ids.items() if (left := _left(i, absent)) is not None}
    stream = tuple(t for t in source.stream if t in ids)
    lost = {name for name, value in changed.items() if value is None}
    needed = sorted(lost & {"occurred_at", "event_name", *source.required})
    if needed or not stream or source.lines in absent:
        raise SourceError(
            f"source '{source.name}': {source.table or source.path} no longer has "
            f"{', '.join(absent)}, and no event can be made without "
            f"{', '.join(needed) or 'an identifier of its stream, or the lines of its rows'}. "
            "Nothing was read. Restore the column, or fix the mapping."
        )
    return source.model_copy(
        update={
            "columns": columns.model_copy(update=changed),
            "consents": consents,
            "ids": ids,
            "stream": stream,
            "properties": tuple(p for p in source.properties if p not in absent),
            "alias": None if source.alias is None else _left(source.alias, absent),
        }
    )


_Given = TypeVar("_Given", ValueColumn, TimeColumn, Identifier)


def _left(value: _Given, absent: list[str]) -> _Given | None:
    """The value from those of its columns that are left; null where it needs an absent one."""
    left = tuple(name for name in value.names if name not in absent)
    if left == value.names:
        return value
    if value.first_of is None or not left:
        return None
    return value.model_copy(update={"first_of": left})


def _is_there(path: Path) -> bool:
    """Whether there is something at a path, or something that fits it as a pattern."""
    return path.exists() or (is_pattern(str(path)) and any(matches(path)))


def sample(spark: SparkSession, source: Source, rows: int) -> DataFrame:
    """The first rows of what can be read, as raw rows; for `check`."""
    readable = _static(spark, source, ignoreCorruptFiles="true")
    return as_raw(
        readable.limit(rows),
        source,
        F.lit(None).cast("string"),
        F.lit(None).cast("long"),
    )


def is_empty(spark: SparkSession, source: Source) -> bool:
    """Whether the source has no row. Of a Delta table on this machine its log says it."""
    if table_here(spark, source) is not None and rows_in_files(Path(source.path or "")):
        return False
    try:
        return _static(spark, source).select(F.lit(1)).isEmpty()
    except (PySparkException, Py4JJavaError) as error:
        if is_about_a_file(error):
            return False
        raise


def _static(spark: SparkSession, source: Source, **options: str) -> DataFrame:
    if source.table:
        return spark.read.table(source.table)
    reader = spark.read.format(reader_of(source))
    if source.format != "delta":
        reader = reader.options(**options, **lookup_of(source.path))
    if source.format == "csv":
        schema = read_schema(spark, source)
        reader = reader.options(**options_of(source, schema)).schema(schema)
    rows = reader.load(source.path)
    if source.format == "parquet":
        return to_times(rows, with_nanoseconds(rows.schema, source.path or ""))
    return rows


def raw_of_texts(spark: SparkSession, source: Source, texts: DataFrame) -> DataFrame:
    """Raw rows from the texts that quarantine kept of them (raw, row_digest, is_masked).

    Such rows have no file: `file_name` is the row's digest, and `file_place` is 1 when it is
    masked, else 0.
    """
    places = F.col("row_digest").alias(FILE), F.col("is_masked").cast("long").alias("_place")
    if source.format == "json":
        row = F.struct(F.col("raw").alias("value"))
    else:
        schema = static_schema(spark, source)
        absent = [_from_root(p, source) for p in absent_paths(schema, source)]
        schema = _with_texts(schema, [*identifier_paths(source), *absent])
        row = F.from_json(
            "raw", T.StructType([*schema.fields, T.StructField(BROKEN, T.StringType())])
        )
    rows = texts.select(row.alias(ROW), *places)
    return as_raw(rows, source, F.col(FILE), F.col("_place"))


def identifier_paths(source: Source) -> list[tuple[str, ...]]:
    """Paths of identifiers in a source's rows, from the row's root."""
    session = source.columns.session_key
    identifiers = (*source.ids.values(), *([source.alias] if source.alias else []))
    columns = [name for identifier in identifiers for name in identifier.names]
    columns += [session.column] if session is not None and session.column is not None else []
    return [_from_root(c, source) for c in columns]


def _from_root(column: str, source: Source) -> tuple[str, ...]:
    parts = name_parts(column)
    return (
        (*name_parts(source.lines), *parts[1:])
        if source.lines is not None and parts[0] == "line"
        else parts
    )


def _with_texts(schema: T.StructType, paths: list[tuple[str, ...]]) -> T.StructType:
    """The schema with text at these paths, added where absent: a mark replaces even a number."""
    fields = {f.name: f.dataType for f in schema.fields} | {
        p[0]: T.StructType([]) for p in paths if p[0] not in schema.fieldNames()
    }
    below = {name: [p[1:] for p in paths if p[0] == name] for name in fields}
    return T.StructType(
        [T.StructField(name, _text_in(kind, below[name])) for name, kind in fields.items()]
    )


def _text_in(kind: T.DataType, below: list[tuple[str, ...]]) -> T.DataType:
    if () in below:
        return T.StringType()
    if below and isinstance(kind, T.StructType):
        return _with_texts(kind, below)
    if below and isinstance(kind, T.ArrayType):
        return T.ArrayType(_text_in(kind.elementType, below))
    return kind
