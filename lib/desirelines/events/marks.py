"""Marks: what stands for an identifier in a masked row, its type and its key. Several in one cell where a mapping names it twice."""

from __future__ import annotations

import re

from pyspark.sql import Column
from pyspark.sql import functions as F

SESSION_TYPE = "session"
"""A source's session id tells a person as well as a cookie does, so it is kept as a key of this type."""


def mark_of(keys: list[tuple[str, str]]) -> Column:
    """The marks of a cell: `key:type:key`, for each identifier type and column of keys; null where no identifier stood."""
    marks = F.concat_ws(
        " ", *(F.concat(F.lit(f"key:{id_type}:"), F.col(key)) for id_type, key in keys)
    )
    return F.when(marks != "", marks)


def marked_key(id_type: str, cell: Column) -> Column:
    """The key of a type that a cell's marks give; null for none."""
    found = F.regexp_extract(
        cell.cast("string"), rf"(?:^| )key:{re.escape(id_type)}:([0-9a-f]{{32}})(?: |\z)", 1
    )
    return F.when(found != "", found)
