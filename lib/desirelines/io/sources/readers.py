"""Read a source's files as raw rows, and compare its schema with a mapping."""

from __future__ import annotations

import re
from contextlib import suppress
from functools import reduce
from operator import or_

from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql import types as T

from desirelines.characters import UNDECODABLE
from desirelines.io.sources.csv_header import BROKEN, csv_schema, has_names_of_ours, layout_of
from desirelines.io.sources.nanoseconds import with_nanoseconds
from desirelines.io.sources.nested_folders import lookup_of
from desirelines.io.sources.swallowed_rows import swallows_rows
from desirelines.io.sources.unreadable import is_about_a_file
from desirelines.settings import Source, column_path, json_path, json_path_of, name_parts

ROW, FILE, SPLIT = "_desirelines_row", "_desirelines_file", "_desirelines_split"
"""A source's row, its file, and where the part of the file begins that one task reads.

Sources have columns called _row and _file, but none called so.
"""
WIDE = 200
"""A row with more columns than this is wide: hashed as one text, and computed once."""


def as_raw(
    source_rows: DataFrame, source: Source, file_name: Column, file_place: Column
) -> DataFrame:
    """Raw rows: row, raw, row_hash, is_broken, file_name, file_place (with `lines`: line_no, line).

    The source's row is the struct `ROW` where there is one, else all columns. `raw` is the text
    that was read where Spark has not parsed it; else null, and `row` holds everything. `row_hash`
    is a hash of the whole row.
    """
    rows = source_rows if ROW in source_rows.columns else with_row(source_rows)
    whole = F.col(ROW)
    if source.format == "json":
        row, raw, broken = _parsed(F.make_valid_utf8(whole["value"]))
        row_hash = F.xxhash64(raw)
    else:
        kind = rows.select(ROW).schema[ROW].dataType
        row, raw = whole, whole[BROKEN] if source.format == "csv" else F.lit(None).cast("string")
        broken = raw.isNotNull()
        if source.format == "csv":
            broken |= swallows_rows(whole, kind, source)
        row_hash = F.xxhash64(raw, *_hashed(kind))
    rows = rows.select(
        row.alias("row"),
        raw.alias("raw"),
        row_hash.alias("row_hash"),
        broken.alias("is_broken"),
        file_name.alias("file_name"),
        file_place.alias("file_place"),
    )
    if source.lines is None:
        return rows
    if source.format == "json":
        elements = F.try_variant_get("row", json_path(source.lines), "array<variant>")
    else:
        elements = F.col(f"row.{column_path(source.lines)}")
    lines = rows.select("*", F.posexplode_outer(elements).alias("line_no", "line"))
    *beside, _ = name_parts(source.lines)
    if source.format != "json" or not beside:
        return lines
    # An event about one product has its facts where another event has the list of products.
    holder = F.try_variant_get("row", json_path_of(beside), "variant")
    return lines.withColumn("line", F.coalesce("line", F.when(F.col("line_no").isNull(), holder)))


def _parsed(text: Column) -> tuple[Column, Column, Column]:
    """A line of JSON as a variant, its text, and whether it is not one object."""
    row = F.try_parse_json(text)
    # Spark parses the first object of a line and leaves the rest; an array shows that there is
    # more. Few lines have two such signs, and the others need not be parsed twice.
    in_array = F.try_parse_json(F.concat(F.lit("["), text, F.lit("]")))
    broken = (
        row.isNull()
        | (F.schema_of_variant(row).startswith("OBJECT") == F.lit(False))
        | (text.rlike(r"\}[^{}\"]*+\{") & ~_is_one_object(in_array))
    )
    return row, text, broken


def is_undecodable(raw: DataFrame, source: Source) -> Column:
    """True for a raw row of a text file with U+FFFD, which stands for bytes not in its encoding."""
    if source.format == "json":
        texts = [F.col("raw")]
    elif source.format == "csv" and not is_wide(raw):
        row = raw.schema["row"].dataType
        assert isinstance(row, T.StructType)
        texts = [F.col("row")[f.name] for f in row.fields if isinstance(f.dataType, T.StringType)]
    else:
        return F.lit(False)
    found = (F.coalesce(F.contains(text, F.lit(UNDECODABLE)), F.lit(False)) for text in texts)
    return reduce(or_, found, F.lit(False))


def _is_one_object(in_array: Column) -> Column:
    """Whether an array that was made of a line has one element."""
    second = F.try_variant_get(in_array, "$[1]", "variant")
    return in_array.isNotNull() & second.isNull()


def is_wide(raw: DataFrame) -> bool:
    """Whether raw rows have so many columns that planning costs more than their rows.

    At each look for kept rows, Spark normalises the columns of a relation one by one, and lists
    all of them for each: with five thousand columns half a second, some thirty times a batch.
    """
    row = raw.schema["row"].dataType
    return isinstance(row, T.StructType) and len(row.fields) > WIDE


def with_row(source_rows: DataFrame, **beside: Column) -> DataFrame:
    """A source's columns as one struct, `ROW`, with the columns `beside` it."""
    return source_rows.select(
        F.struct("*").alias(ROW), *(column.alias(name) for name, column in beside.items())
    )


def _hashed(row: T.DataType) -> list[Column]:
    """The inputs of a row's hash: its values, nested ones as text, and which of them are null.

    The hash function skips nulls, so their places are inputs too. Each column adds two terms to the
    plan; thousands would take minutes to plan and compile. So a wide row is hashed as one text,
    which costs a microsecond per value and shows where the nulls are.
    """
    assert isinstance(row, T.StructType)
    if len(row.fields) > WIDE:
        return [F.to_json(F.col(ROW))]
    nested = (T.StructType, T.ArrayType, T.MapType, T.VariantType)
    columns = [F.col(ROW)[f.name] for f in row.fields if f.name != BROKEN]
    kinds = [f.dataType for f in row.fields if f.name != BROKEN]
    values = [
        F.to_json(F.struct(c)) if isinstance(k, nested) else c
        for c, k in zip(columns, kinds, strict=True)
    ]
    return [*values, *(c.isNull() for c in columns)]


def reader_of(source: Source) -> str:
    """Spark's name of the reader; JSON is read as text and parsed here."""
    return "text" if source.format == "json" else source.format


def options_of(source: Source, schema: T.StructType) -> dict[str, str]:
    """Options of the reader for files of this schema."""
    if source.format != "csv":
        return {}
    return {
        **layout_of(source),
        "header": "true",
        # Spark compares the names with those of each file, which it cannot do with names of ours.
        "enforceSchema": "true" if has_names_of_ours(schema) else "false",
        "mode": "PERMISSIVE",
        "columnNameOfCorruptRecord": BROKEN,
    }


def static_schema(spark: SparkSession, source: Source) -> T.StructType:
    """Columns of the source; for a folder, those of the first of its files that can be read."""
    if source.table:
        return spark.read.table(source.table).schema
    path = source.path or ""
    try:
        return _schema_at(spark, source, path)
    except (PySparkException, Py4JJavaError) as error:
        if source.format == "delta" or not is_about_a_file(error):
            raise
        for file in _files_at(spark, path):
            with suppress(PySparkException, Py4JJavaError):
                return _schema_at(spark, source, escaped(file), base=path)
        raise


def _schema_at(
    spark: SparkSession, source: Source, path: str, *, base: str | None = None
) -> T.StructType:
    """Columns of what is at a path, with those in names of folders below `base`."""
    # Files of a Delta table are named by its log, wherever they lie.
    lookup = {} if source.format == "delta" else lookup_of(path)
    reader = spark.read.options(**lookup)
    if base is not None and not is_pattern(base):
        reader = reader.option("basePath", base)
    if source.format == "csv":
        return csv_schema(reader.options(**layout_of(source)), path)
    schema = reader.format(reader_of(source)).load(path).schema
    return with_nanoseconds(schema, path) if source.format == "parquet" else schema


def _files_at(spark: SparkSession, path: str) -> list[str]:
    """The files at a path, by name."""
    reader = spark.read.format("binaryFile").options(**lookup_of(path))
    found = reader.load(path).select("path").collect()
    return sorted(row["path"] for row in found)


def escaped(file: str) -> str:
    """A file's address as a pattern that fits only it."""
    return re.sub(r"([*?\[\]{}\\])", r"\\\1", file)


def is_pattern(path: str) -> bool:
    """Whether a path is a pattern, which may fit several files and folders."""
    return re.search(r"[*?\[{]", path) is not None


def read_schema(spark: SparkSession, source: Source) -> T.StructType:
    """Schema for the reader; for CSV with a column for rows that it cannot parse."""
    schema = static_schema(spark, source)
    return (
        T.StructType([*schema.fields, T.StructField(BROKEN, T.StringType())])
        if source.format == "csv"
        else schema
    )


def absent_paths(schema: T.StructType, source: Source) -> list[str]:
    """Mapped columns that a schema does not have; a JSON text has whatever it has."""
    if source.format == "json":
        return []
    return [p for p in mapped_paths(source) if not _has(schema, p, source)]


def mapped_paths(source: Source) -> list[str]:
    """Columns of the source that its mapping names, by their dotted paths."""
    values = [name for value in source.values.values() for name in value.names]
    identifiers = (*source.ids.values(), *([source.alias] if source.alias else []))
    ids = [name for identifier in identifiers for name in identifier.names]
    return list(
        dict.fromkeys(
            [*values, *ids, *source.properties, *([source.lines] if source.lines else [])]
        )
    )


def _has(schema: T.StructType, path: str, source: Source) -> bool:
    parts = list(name_parts(path))
    here: T.DataType = schema
    if source.lines and parts[0] == "line":
        parts = [*name_parts(source.lines), *parts[1:]]
    for part in parts:
        if isinstance(here, T.ArrayType):
            here = here.elementType
        if not isinstance(here, T.StructType) or part not in here.fieldNames():
            return False
        here = here[part].dataType
    return True
