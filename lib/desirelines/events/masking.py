"""Mask a row for quarantine: mapped columns only, each identifier replaced by its type and key.

Columns that no mapping names are left out, including their names, because nobody declared what they
hold. A column that a Spark expression of the mapping reads is kept unchanged, unless the mapping
also names it as an identifier.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql import types as T

from desirelines.events.identifier_columns import key_column
from desirelines.events.marks import SESSION_TYPE, mark_of
from desirelines.events.parse import page_path
from desirelines.events.raw_fields import ALIAS_KEY, LINE_NUMBER, RAW, is_told_broken, raw_text
from desirelines.events.row_expressions import LINE, ROW
from desirelines.settings import (
    Source,
    ValueColumn,
    column_path,
    json_path,
    json_path_of,
    name_parts,
)

_OF_STRUCT = re.compile(r"\b(row|line)\s*\.\s*((?:`[^`]+`|\w+)(?:\s*\.\s*(?:`[^`]+`|\w+))*)")
_OF_VARIANT = re.compile(r"\b(row|line)\s*,\s*'\$\.?([^'\[]*)")
Path = tuple[str, ...]


def masked_text(mapped: DataFrame, source: Source, login_type: str) -> Column:
    """The text that quarantine keeps of a row of `mapped`.

    A row that could not be parsed gives its unmasked text, which its digest needs. Of an array
    whose elements are rows, it holds the row's own line only. `mapped` must hold the identifiers'
    keys.
    """
    marks = _identifiers(source, login_type)
    kept = {path for path in _kept(source) if not any(_meet(path, mark) for mark in marks)}
    kept = {
        path
        for path in kept
        if not any(path != other and path[: len(other)] == other for other in kept)
    }
    is_variant = source.format == "json"
    row_type = None if is_variant else mapped.schema[ROW].dataType
    # Absent columns are left out, because a null would not show that they are absent. The row's
    # type says which are there; a variant has no such type, so all paths are tried.
    leaves = {p: _value(p, source) for p in kept if is_variant or _is_in(row_type, p, source)}
    page = source.columns.page
    if page is not None and page.column is not None and (path := _path(page.column)) in leaves:
        uses = [p for p in _kept(source) if p == path]
        if len(uses) == 1:  # the query string is not in `events` either
            leaves[path] = page_path(leaves[path].cast("string"))
    leaves |= {path: mark_of(keys) for path, keys in marks.items()}
    of_line = {p[1:]: c for p, c in leaves.items() if source.lines and p[0] == LINE}
    of_row = {p: c for p, c in leaves.items() if not (source.lines and p[0] == LINE)}
    if source.lines is not None:
        own_line = F.array(_tree(of_line) if of_line else F.lit("").alias("nothing"))
        of_row[_path(source.lines)] = F.when(F.col(LINE_NUMBER).isNotNull(), own_line)
        *beside, _ = _path(source.lines)
        if is_variant and beside:  # a row without lines has such values beside their place
            for inside, column in of_line.items():
                path = (*beside, *inside)
                if not any(_meet(path, other) for other in of_row):
                    value = column if (LINE, *inside) in marks else _value(path, source)
                    of_row[path] = F.when(F.col(LINE_NUMBER).isNull(), value)
    return F.when(is_told_broken(source), raw_text(source)).otherwise(F.to_json(_tree(of_row)))


def _identifiers(source: Source, login_type: str) -> dict[Path, list[tuple[str, str]]]:
    """The places of identifiers, each with its types and columns of keys."""
    identifiers = [(n, t, key_column(t)) for t, i in source.ids.items() for n in i.names]
    if source.alias is not None:
        identifiers += [(name, login_type, ALIAS_KEY) for name in source.alias.names]
    session = source.columns.session_key
    if session is not None and session.column is not None:
        identifiers.append((session.column, SESSION_TYPE, "session_key"))
    marks: dict[Path, list[tuple[str, str]]] = {}
    for column, id_type, key in identifiers:
        marks.setdefault(_path(column), []).append((id_type, key))
    return marks


def _kept(source: Source) -> Iterator[Path]:
    """The places of the mapping's other values; a place may come several times."""
    for value in source.values.values():
        yield from (_path(name) for name in value.names)
        if isinstance(value, ValueColumn):
            yield from _read_by(value.sql or "")
    yield from (_path(name) for name in source.properties)


def _read_by(sql: str) -> Iterator[Path]:
    """The places that an expression reads, as far as its text names them."""
    for holder, rest in (*_OF_STRUCT.findall(sql), *_OF_VARIANT.findall(sql)):
        path = tuple(p.strip() for p in name_parts(rest.strip()) if p.strip())
        if path:
            yield (LINE, *path) if holder == LINE else path


def _path(dotted: str) -> Path:
    return name_parts(dotted)


def _meet(one: Path, other: Path) -> bool:
    """Whether one place equals, contains or is inside the other."""
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]


def _value(path: Path, source: Source) -> Column:
    """The value at a place, in the source's own type."""
    is_of_line = source.lines is not None and path[0] == LINE
    inside = path[1:] if is_of_line else path
    if source.format == "json":
        holder = F.try_parse_json(F.col(RAW))
        if is_of_line and source.lines is not None:
            lines = F.try_variant_get(holder, json_path(source.lines), "array<variant>")
            holder = F.get(lines, F.col(LINE_NUMBER))
        return F.try_variant_get(holder, json_path_of(inside), "variant")
    value = F.col(ROW)
    if is_of_line and source.lines is not None:
        value = F.get(
            F.col(f"{ROW}.{column_path(source.lines)}"),
            F.col(LINE_NUMBER),
        )
    for part in inside:
        value = value.getField(part)
    return value


def _is_in(row: T.DataType | None, path: Path, source: Source) -> bool:
    here = row
    parts = path
    if source.lines is not None and path[0] == LINE:
        parts = (*name_parts(source.lines), *path[1:])
    for part in parts:
        here = here.elementType if isinstance(here, T.ArrayType) else here
        if not isinstance(here, T.StructType) or part not in here.fieldNames():
            return False
        here = here[part].dataType
    return True


def _tree(leaves: dict[Path, Column]) -> Column:
    """A struct of the leaves, nested as their places are."""
    inner: dict[str, dict[Path, Column]] = {}
    fields: dict[str, Column] = {}
    for path, column in sorted(leaves.items()):
        if len(path) == 1:
            fields[path[0]] = column
        else:
            inner.setdefault(path[0], {})[path[1:]] = column
    fields |= {name: _tree(below) for name, below in inner.items() if name not in fields}
    return F.struct(*(column.alias(name) for name, column in sorted(fields.items())))
