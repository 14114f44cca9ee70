"""What it means for a source when its stream fails, without words of Spark that quote data."""

from __future__ import annotations

from desirelines.errors import ResyncError
from desirelines.io.sources.unreadable import is_about_a_file, named_file
from desirelines.io.spark.errors import kind_of
from desirelines.settings import Source


def as_source_error(source: Source, error: Exception) -> ResyncError:
    """The error of a stream that failed by itself, not in what was done with its rows."""
    if "Wrong basePath" in str(error):
        return _stopped(
            source,
            "a batch of it was begun from files in another place than its `path` names now, and "
            "not finished. Set `path` back for one `desirelines ingest-events`, or read it again.",
        )
    what = (
        "its table has other columns than before, was made anew, or lost commits that were not yet "
        "read"
        if source.format == "delta"
        else "its files were moved or deleted while they were read"
    )
    return _stopped(
        source,
        f"its stream cannot go on from where it stopped ({kind_of(error)}): {what}, or the "
        "checkpoint in the warehouse is damaged.",
    )


def as_table_error(source: Source, error: Exception) -> ResyncError | None:
    """The error of a Delta source one of whose files cannot be read; None for other errors."""
    if not is_about_a_file(error):
        return None
    return _stopped(
        source,
        f"{named_file(error) or 'a file'} of its table cannot be read ({kind_of(error)}): it was "
        "vacuumed before it was read, or is broken. Restore it, or read the table as it is now.",
    )


def _stopped(source: Source, why: str) -> ResyncError:
    return ResyncError({source.name: why})
