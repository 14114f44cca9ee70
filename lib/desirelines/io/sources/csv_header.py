"""The columns of CSV files, by their header, and the options that read its layout."""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import DataFrameReader
from pyspark.sql import types as T

from desirelines.columns.white_space import trimmed_text
from desirelines.settings import Source
from desirelines.settings.csv_layout import NO_QUOTE, TAB

_OURS = "name_of_ours"
BROKEN = "_desirelines_broken"
"""Column of the text of a row that Spark cannot parse. No source's column is called so."""


def layout_of(source: Source) -> dict[str, str]:
    """Options of the reader for the layout of a source's CSV files."""
    return {
        "multiLine": "true",
        "encoding": source.encoding,
        "sep": delimiter_of(source),
        "quote": "" if source.quote == NO_QUOTE else source.quote,
        "escape": source.escape,
    }


def delimiter_of(source: Source) -> str:
    """What separates the values of a source's CSV files."""
    return "\t" if source.delimiter == TAB else source.delimiter


def csv_schema(reader: DataFrameReader, path: str) -> T.StructType:
    """Columns of a CSV file, by its header.

    Spark numbers names that are there twice, whatever their case, and a header x0,x1 looks the same
    to us as x,x. Where it can be either, the line itself is read.
    """
    schema = reader.option("header", "true").csv(path).schema
    names = schema.fieldNames()
    if _can_be_numbered(names):
        line = reader.option("header", "false").csv(path).first()
        read = [] if line is None else [name or "" for name in line]
        names = read if len(read) == len(names) else names
    return with_plain_names(schema, names)


def _can_be_numbered(names: list[str]) -> bool:
    bases = [
        name.lower().removesuffix(str(number))
        for number, name in enumerate(names)
        if name.endswith(str(number))
    ]
    return len(set(bases)) < len(bases)


def with_plain_names(schema: T.StructType, header: Sequence[str]) -> T.StructType:
    """The columns of a CSV file under names that a mapping can use.

    They are the names of its header without white space around them. One without a name is `_c` and
    its number, from 0; of those with one name, whatever its case, all but the first have their
    number behind it. Columns whose name is not in the header are marked.
    """
    fields: list[T.StructField] = []
    for number, (field, written) in enumerate(zip(schema.fields, header, strict=True)):
        name = trimmed_text(written) or f"_c{number}"
        if name.lower() in {f.name.lower() for f in fields}:
            name = f"{name}{number}"
        is_ours = name != written or name == f"_c{number}"
        fields.append(T.StructField(name, field.dataType, True, {_OURS: True} if is_ours else {}))
    if len({f.name.lower() for f in fields}) < len(fields):
        return schema
    # Spark compares names whatever their case, so that one of two has no place in its header.
    is_twice = len({trimmed_text(name).lower() for name in header}) < len(header)
    if is_twice:
        fields = [T.StructField(f.name, f.dataType, True, {_OURS: True}) for f in fields]
    return T.StructType(fields)


def has_names_of_ours(schema: T.StructType) -> bool:
    """Whether a column has a name that is not in its file's header: files are read by position."""
    return any(field.metadata.get(_OURS) for field in schema.fields)
