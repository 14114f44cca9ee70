"""Counts of visits by what they count, for one segment or everybody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from desirelines.report.data import ReportData
from desirelines.tables import SMALL_GROUP

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts and people by what is counted and its key; withheld ones are missing."""

    rows: Mapping[tuple[str, Key], tuple[int, int]]

    def visits(self, what: str, *key: str) -> int | None:
        """The count; null where it is withheld or there is none."""
        row = self.rows.get((what, key))
        return None if row is None else row[0]

    def people(self, what: str, *key: str) -> int:
        """The people of a count; 0 where it is withheld."""
        return self.rows.get((what, key), (0, 0))[1]

    def keys(self, what: str, *start: str) -> list[Key]:
        """The keys of a count that begin so, the most frequent first, then by name."""
        found = [k for w, k in self.rows if w == what and k[: len(start)] == start]
        return sorted(found, key=lambda k: (-self.rows[what, k][0], k))

    def steps_at(self, place: int) -> list[str]:
        """The steps at a place, the most frequent first."""
        return [key[1] for key in self.keys("place", str(place))]

    @property
    def all_visits(self) -> int | None:
        """All visits; null where they are withheld."""
        return self.visits("length", "1")


def counts_of(data: ReportData, segment_id: str) -> Counts:
    """The counts of a segment, or of everybody ('all'), of at least ten people."""
    rows = data.visits[data.visits["segment_id"] == segment_id]
    return Counts(
        {
            (str(what), tuple(str(k) for k in key)): (int(n), int(people))
            for what, key, n, people in zip(
                rows["what"], rows["key"], rows["n"], rows["people_count"], strict=True
            )
            if people >= SMALL_GROUP
        }
    )
