"""Marks: they replace an identifier in a masked row by its type and key.

A cell holds several marks where a mapping names its column more than once.
"""

from __future__ import annotations

import re

from pyspark.sql import Column
from pyspark.sql import functions as F

SESSION_TYPE = "session"
"""Key type of a source's session id, which identifies a person as well as a cookie does."""


def mark_of(keys: list[tuple[str, str]]) -> Column:
    """The marks of a cell: `key:type:key` for each identifier type and its column of keys.

    Null where the cell held no identifier.
    """
    marks = F.concat_ws(
        " ", *(F.concat(F.lit(f"key:{id_type}:"), F.col(key)) for id_type, key in keys)
    )
    return F.when(marks != "", marks)


def marked_key(id_type: str, cell: Column) -> Column:
    """The key of this type among a cell's marks; null when there is none."""
    key = F.regexp_extract(
        cell.cast("string"), rf"(?:^| )key:{re.escape(id_type)}:([0-9a-f]{{32}})(?: |\z)", 1
    )
    return F.when(key != "", key)
