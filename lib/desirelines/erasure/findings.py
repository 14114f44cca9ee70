"""What a scan found: by file the places that hold something sought, and what was not readable."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

MASK = "***"
"""Stands for a part of a path, or a column's name, that holds something sought."""


@dataclass(frozen=True, slots=True, order=True)
class Hit:
    """Something sought in a place of a file. What it is stays unsaid.

    Attributes:
        place: such as bytes, unescaped text, column person_id, footer, file name.
        request: number of its request.
        kind: key, or the type of the identifier.
        is_short: whether it is an identifier that is looked for as a whole value alone, as 7 is:
            it may be somebody else's, or no identifier at all.
    """

    place: str
    request: int
    kind: str
    is_short: bool = False


@dataclass(frozen=True, slots=True)
class ScannedFile:
    """One file as it was scanned.

    Attributes:
        path: relative to the scanned folder, with `/`; parts that hold something sought are masked.
        number: its place in the order of all files, which tells files with equal masks apart.
        size: bytes.
        sha256: digest of its bytes as hex digits; empty where they could not be read.
        hits: in order, each once.
        is_readable: whether everything in it was read.
        why: what was not readable; empty else.
    """

    path: str
    number: int
    size: int
    sha256: str
    hits: tuple[Hit, ...]
    is_readable: bool = True
    why: str = ""

    @property
    def is_clean(self) -> bool:
        """Whether it was read and holds nothing sought."""
        return self.is_readable and not self.hits


@dataclass(frozen=True, slots=True)
class Scan:
    """The result of a scan.

    Attributes:
        files: every file and every folder without files, in the order of their names.
        ways_off: ways of reading that were switched off; a scan without all of them is never clean.
    """

    files: tuple[ScannedFile, ...]
    ways_off: frozenset[str] = frozenset()

    @property
    def is_clean(self) -> bool:
        """Whether every file was read in every way and none holds anything sought."""
        return not self.ways_off and all(file.is_clean for file in self.files)

    @property
    def unclean(self) -> tuple[ScannedFile, ...]:
        """The files that hold something sought or could not be read."""
        return tuple(file for file in self.files if not file.is_clean)

    @property
    def requests(self) -> frozenset[int]:
        """Numbers of the requests of which something was found."""
        return frozenset(hit.request for file in self.files for hit in file.hits)

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)

    def without(self, folder: str) -> Scan:
        """The same scan without the files below a folder, which is relative as their paths are."""
        inside = folder + "/"
        kept = (f for f in self.files if not f.path.startswith(inside))
        return Scan(tuple(kept), self.ways_off)

    def below(self, folder: str) -> tuple[ScannedFile, ...]:
        """The files below a folder, with paths from there."""
        inside = folder + "/"
        return tuple(
            replace(f, path=f.path.removeprefix(inside))
            for f in self.files
            if f.path.startswith(inside)
        )


def in_order(files: Iterable[ScannedFile], ways_off: frozenset[str]) -> Scan:
    """The scan of these files."""
    return Scan(tuple(sorted(files, key=lambda file: file.number)), ways_off)
