"""Read some rows of anything that can be a source, before there is a mapping."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from py4j.protocol import Py4JJavaError
from pyspark.errors import AnalysisException, PySparkException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from desirelines.errors import EmptyInputError, SourceError, delimiter_in
from desirelines.io.sources.nanoseconds import to_times, with_nanoseconds
from desirelines.io.sources.nested_folders import lookup_of
from desirelines.io.sources.symlinks import check_links
from desirelines.io.sources.unreadable import named_file

SUFFIXES = {
    ".csv": "csv",
    ".json": "json",
    ".jsonl": "json",
    ".ndjson": "json",
    ".parquet": "parquet",
}


@dataclass(frozen=True, slots=True)
class Sample:
    """Some rows of a source without a mapping.

    Attributes:
        format: its format, as in a mapping.
        delimiter: what separates the values of its CSV files; null for commas.
        rows: its first rows as texts by dotted path, without lists.
    """

    format: str
    delimiter: str | None
    rows: list[dict[str, str | None]]


def look(spark: SparkSession, where: str, rows: int) -> Sample:
    """The first rows of a path or table.

    Raises:
        SourceError: there is nothing, or it cannot be a source.
        EmptyInputError: it has no rows.
    """
    if not is_table(where):
        check_links(where, "init --from")
    format_ = "delta" if is_table(where) else _format_of(where)
    try:
        table, delimiter = _read(spark, where, format_)
        texts = table.limit(rows).collect()
    except AnalysisException as error:
        raise SourceError(
            f"{where} cannot be read as {format_} ({error.getCondition()})."
        ) from None
    except (PySparkException, Py4JJavaError) as error:
        name = named_file(error)
        raise SourceError(
            f"{where} cannot be read as {format_}: its files are of another format, or broken"
            f"{f' (such as {name})' if name else ''}."
        ) from None
    flat_rows = [dict(_flat(_parsed(r[0]))) for r in texts]
    flat_rows = [row for row in flat_rows if row]
    if not flat_rows:
        raise EmptyInputError(f"{where} has no row to guess from.")
    return Sample(format_, delimiter, flat_rows)


def is_table(where: str) -> bool:
    """Whether a name means a table: no such path exists, and it looks like catalog.schema.name."""
    return (
        not Path(where).exists()
        and "/" not in where
        and all(p.isidentifier() for p in where.split("."))
        and "." in where
    )


def _format_of(where: str) -> str:
    place = Path(where)
    if not place.exists():
        raise SourceError(
            f"there is nothing at {where}. Give a file, a folder, or a table as "
            "catalog.schema.name."
        )
    if (place / "_delta_log").is_dir():
        return "delta"
    files = (
        [place]
        if place.is_file()
        else sorted(p for p in place.rglob("*") if p.is_file() and p.name[0] not in "._")
    )
    formats = [SUFFIXES[s] for f in files for s in reversed(f.suffixes) if s in SUFFIXES]
    if not formats:
        raise SourceError(
            f"{where} is not a Delta table and holds no {', '.join(SUFFIXES)} file. Give another "
            "path."
        )
    return formats[0]


def _read(spark: SparkSession, where: str, format_: str) -> tuple[DataFrame, str | None]:
    """Each row as a text of JSON, and what separates the values of its CSV files."""
    lookup = {} if is_table(where) or format_ == "delta" else lookup_of(where, "init --from")
    if format_ == "json":
        return spark.read.options(**lookup).text(where), None
    if is_table(where):
        return _as_json(spark.read.table(where)), None
    options = {"header": "true", "multiLine": "true", "escape": '"'} if format_ == "csv" else {}
    reader = spark.read.format(format_).options(**options, **lookup)
    rows = reader.load(where)
    delimiter = delimiter_in(rows.columns) if format_ == "csv" else None
    if delimiter is not None:
        rows = reader.option("sep", delimiter).load(where)
    if format_ == "parquet":
        rows = to_times(rows, with_nanoseconds(rows.schema, where))
    return _as_json(rows), delimiter


def _as_json(rows: DataFrame) -> DataFrame:
    return rows.select(F.to_json(F.struct("*")))


def _parsed(text: str) -> dict[str, Any]:
    try:
        row = json.loads(text, parse_float=str, parse_int=str)
    except ValueError:
        return {}
    return row if isinstance(row, dict) else {}


def _flat(row: dict[str, Any], above: str = "") -> Iterator[tuple[str, str | None]]:
    for name, value in row.items():
        if "." in name or isinstance(value, list):
            continue  # a dot would mean a nested field; a list has no single value
        if isinstance(value, dict):
            yield from _flat(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", None if value is None else str(value)
