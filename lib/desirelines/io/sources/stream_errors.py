"""What it means for a source when its stream fails, without words of Spark that quote data."""

from __future__ import annotations

import re

from desirelines.errors import SourceError
from desirelines.settings import Source

_CONDITION = re.compile(r"\[([A-Z][A-Z0-9_]+(?:\.[A-Z0-9_]+)*)\]")
_EXCEPTION = re.compile(r"\b(?:[a-z]\w*\.)+([A-Z]\w*(?:Exception|Error))\b")
_OF_STREAM = ("STREAM_FAILED", "FOREACH_BATCH_USER_FUNCTION_ERROR")
"""Conditions that say no more than that a stream failed."""


def as_source_error(source: Source, error: Exception) -> SourceError:
    """The error of a stream that failed by itself, not in what was done with its rows."""
    if "Wrong basePath" in str(error):
        return SourceError(
            f"source '{source.name}': a batch of it was begun from files in another place than "
            "its `path` names now, and not finished. Set `path` back for one `desirelines "
            "ingest-events`, or read the source again: `desirelines ingest-events --resync "
            f"{source.name}`"
        )
    what = (
        "its table has other columns than before, was made anew, or lost commits that were not yet "
        "read"
        if source.format == "delta"
        else "its files were moved or deleted while they were read"
    )
    return SourceError(
        f"source '{source.name}': its stream cannot go on from where it stopped "
        f"({condition_of(error)}): {what}, or the checkpoint in the warehouse is damaged. Nothing "
        f"new was read. Read the source again: `desirelines ingest-events --resync {source.name}`; "
        "events that are already there count as duplicates."
    )


def condition_of(error: Exception) -> str:
    """The kind of an error of Spark: the first condition it names, else a class of an exception."""
    text = str(error)
    named = [name for name in _CONDITION.findall(text) if name not in _OF_STREAM]
    classes = _EXCEPTION.findall(text)
    return next(iter([*named, *classes]), type(error).__name__)
