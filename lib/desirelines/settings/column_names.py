"""Names of a source's columns as a mapping writes them: a dot leads into a nested column."""

from __future__ import annotations

import re
from collections.abc import Iterable

_PART = re.compile(r"`([^`]+)`(?:\.|\Z)|([^.`]*)(?:\.|\Z)")


def name_parts(name: str) -> tuple[str, ...]:
    """The parts of a dotted name. A part in backticks is one name, whatever dots it has."""
    if "`" not in name:
        return tuple(name.split("."))
    parts, place = [], 0
    while place < len(name):
        part = _PART.match(name, place)
        if part is None:
            return tuple(name.split("."))  # backticks that are part of a name
        parts.append(part[1] or part[2])
        place = part.end()
    return tuple(parts)


def plain_name(name: str) -> str:
    """A dotted name without backticks."""
    return ".".join(name_parts(name))


def json_path(name: str) -> str:
    """A dotted name as a JSON path; a part may contain one kind of quotes."""
    return json_path_of(name_parts(name))


def json_path_of(parts: Iterable[str]) -> str:
    """The JSON path to a place, by its parts."""
    return "$" + "".join(f"['{part}']" if '"' in part else f'["{part}"]' for part in parts)


def column_path(name: str) -> str:
    """A dotted name as the name of a Spark column; any characters are allowed."""
    return column_path_of(name_parts(name))


def column_path_of(parts: Iterable[str]) -> str:
    """The name of a Spark column, by its parts."""
    return ".".join("`" + part.replace("`", "``") + "`" for part in parts)
