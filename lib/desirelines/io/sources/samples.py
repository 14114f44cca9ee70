"""A look at some rows of anything that can be a source, before there is a mapping."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from desirelines.errors import EmptyInputError, SourceError
from desirelines.io.sources.symlinks import check_links

SUFFIXES = {
    ".csv": "csv",
    ".json": "json",
    ".jsonl": "json",
    ".ndjson": "json",
    ".parquet": "parquet",
}


def look(spark: SparkSession, where: str, rows: int) -> tuple[str, list[dict[str, str | None]]]:
    """Format of a path or table, and its first rows: texts by dotted path; lists are left out.

    Raises:
        SourceError: there is nothing, or it is nothing that a source can be.
        EmptyInputError: it has no row.
    """
    if not is_table(where):
        check_links(where, "init --from")
    format_ = "delta" if is_table(where) else _format_of(where)
    try:
        texts = _texts(spark, where, format_).limit(rows).collect()
    except AnalysisException as error:
        raise SourceError(
            f"{where} cannot be read as {format_} ({error.getCondition()})."
        ) from None
    found = [dict(_flat(_parsed(r[0]))) for r in texts]
    found = [row for row in found if row]
    if not found:
        raise EmptyInputError(f"{where} has no row to guess from.")
    return format_, found


def is_table(where: str) -> bool:
    """Whether a name means a table of the catalog: no such path is there, and it looks like a name."""
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
            f"there is nothing at {where}. Give a file, a folder, or a table as catalog.schema.name."
        )
    if (place / "_delta_log").is_dir():
        return "delta"
    files = (
        [place]
        if place.is_file()
        else sorted(p for p in place.rglob("*") if p.is_file() and p.name[0] not in "._")
    )
    known = [SUFFIXES[s] for f in files for s in reversed(f.suffixes) if s in SUFFIXES]
    if not known:
        raise SourceError(f"{where} is no Delta table and holds no {', '.join(SUFFIXES)} file.")
    return known[0]


def _texts(spark: SparkSession, where: str, format_: str) -> DataFrame:
    if format_ == "json":
        return spark.read.text(where)
    if is_table(where):
        found = spark.read.table(where)
    else:
        options = {"header": "true", "multiLine": "true", "escape": '"'} if format_ == "csv" else {}
        found = spark.read.format(format_).options(**options).load(where)
    return found.select(F.to_json(F.struct("*")))


def _parsed(text: str) -> dict[str, Any]:
    try:
        row = json.loads(text, parse_float=str, parse_int=str)
    except ValueError:
        return {}
    return row if isinstance(row, dict) else {}


def _flat(row: dict[str, Any], above: str = "") -> Iterator[tuple[str, str | None]]:
    for name, value in row.items():
        if "." in name or isinstance(value, list):
            continue  # a dot reaches into a field; a list has no single value
        if isinstance(value, dict):
            yield from _flat(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", None if value is None else str(value)
