"""What happened to the files of a folder between two listings."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True, order=True)
class ListedFile:
    """A file with its size in bytes and the SHA-256 of its bytes as hex digits.

    The path may hold an identifier, so it is not shown before it is masked.
    """

    path: str = field(repr=False)
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class FileChanges:
    """Files by what happened to them. One that was written again is both removed and added."""

    removed: tuple[ListedFile, ...]
    added: tuple[ListedFile, ...]
    kept: tuple[ListedFile, ...]

    def masked(self, mask: Callable[[str], str]) -> FileChanges:
        """The same with paths as `mask` shows them."""
        return FileChanges(
            *(
                tuple(replace(file, path=mask(file.path)) for file in files)
                for files in (self.removed, self.added, self.kept)
            )
        )


def file_changes(before: Iterable[ListedFile], after: Iterable[ListedFile]) -> FileChanges:
    """Compare two listings of one folder: a file is kept if path, size and digest are the same."""
    old, new = set(before), set(after)
    return FileChanges(tuple(sorted(old - new)), tuple(sorted(new - old)), tuple(sorted(old & new)))
