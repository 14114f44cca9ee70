"""Rows of CSV files that a stray quote made part of another row's value."""

from __future__ import annotations

import re
from functools import reduce
from operator import or_

from pyspark.sql import Column
from pyspark.sql import functions as F
from pyspark.sql import types as T

from desirelines.io.sources.csv_header import BROKEN, delimiter_of
from desirelines.io.sources.nested_folders import columns_of_folders
from desirelines.settings import Source

_MOST_COLUMNS = 200
"""In rows with more columns nobody looks: each column is a term of the plan."""


def swallows_rows(row: Column, row_type: T.DataType, source: Source) -> Column:
    """True for a row with a value that holds the end of its line, and lines as long as a row.

    A quote that is not closed makes the reader take all up to the next one, or up to the end of the
    file, as one value. Such a value is in the column `n` of rows with `m` delimiters: its first
    line has `m - n` of them, its last one `n`, and those between them `m`. A text of several lines
    hardly ever has just these numbers.
    """
    assert isinstance(row_type, T.StructType)
    others = {BROKEN, *columns_of_folders(source.path)}
    texts = [
        f.name
        for f in row_type.fields
        if isinstance(f.dataType, T.StringType) and f.name not in others
    ]
    if not 2 <= len(texts) <= _MOST_COLUMNS:
        return F.lit(False)
    delimiter, last = re.escape(delimiter_of(source)), len(texts) - 1
    return reduce(
        or_,
        (
            F.coalesce(
                F.contains(row[name], F.lit("\n"))
                & row[name].rlike(_swallowed(delimiter, place, last)),
                F.lit(False),
            )
            for place, name in enumerate(texts)
        ),
    )


def _swallowed(delimiter: str, place: int, last: int) -> str:
    """Pattern of a value, in the column at `place` of 0 to `last`, that holds whole lines."""

    def line(delimiters: int) -> str:
        part = rf"(?:(?!{delimiter})[^\n])*+"
        return rf"{part}(?:{delimiter}{part}){{{delimiters}}}"

    whole = line(last)
    rest = rf"(?:{whole}\n)*+{line(place)}"
    if place == last:  # at the end of a file, nothing follows the last whole line
        rest = rf"(?:(?:{whole}\n)++|{rest})"
    return rf"\A{line(last - place)}\n{rest}\z"
