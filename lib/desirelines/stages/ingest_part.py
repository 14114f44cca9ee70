"""A batch of one source on its way to the tables; parts of several sources are written together."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import reduce

from pyspark.sql import DataFrame

from desirelines.stages.ingest_terms import Batch, Terms


@dataclass(frozen=True, slots=True)
class Rows:
    """A batch's rows.

    Attributes:
        mapped: in the event model.
        count: number of rows that the source gave, counted on reading.
        mapped_of: the mapped rows again, at least those with the given `row_hash`.
        undecodable: number of rows with bytes that are not in the encoding of their file.
        afresh: the rows to be counted by another execution. A count is that of the first one, even
            if it failed halfway.
    """

    mapped: DataFrame
    count: Callable[[], int]
    mapped_of: Callable[[DataFrame], DataFrame]
    undecodable: Callable[[], int] = lambda: 0
    afresh: Callable[[], Rows] | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A batch with its terms and rows."""

    terms: Terms
    batch: Batch
    rows: Rows

    @property
    def source_name(self) -> str:
        """The name of its source."""
        return self.terms.source.name

    def afresh(self) -> Part:
        """The part, its rows to be counted by another execution."""
        return self if self.rows.afresh is None else replace(self, rows=self.rows.afresh())


@dataclass(frozen=True, slots=True)
class Once:
    """The name and number under which a group of parts is written once to each table.

    A commit whose answer is lost is tried again by Delta, which knows it by these. Another try of
    a part has another attempt, and so another name.
    """

    writer: str
    number: int


def once(parts: Iterable[Part]) -> Once:
    """The name and number of a group: those of its first part."""
    first = min(parts, key=lambda part: part.source_name)
    attempt = "" if first.terms.attempt == 1 else f":{first.terms.attempt}"
    return Once(f"{first.source_name}:{first.batch.query_id}{attempt}", first.batch.number)


def union(frames: Iterable[DataFrame]) -> DataFrame:
    """The rows of all of them; columns by name."""
    return reduce(DataFrame.unionByName, frames)
