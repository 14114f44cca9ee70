"""What is found in one file while it is read, and paths as they may be shown."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from urllib.parse import unquote

from desirelines.erasure.escapes import PERCENT, UNESCAPED, UTF_16, without_escapes
from desirelines.erasure.findings import MASK, Hit
from desirelines.erasure.search import Content, Searcher
from desirelines.erasure.ways import BYTES, NAMES


@dataclass(slots=True)
class Notes:
    """Owners of what was found by place, and what could not be read.

    Attributes:
        searcher: finds the needles.
        ways: the ways of reading that are on.
        prefix: stands before each place, as for what is within an archive.
    """

    searcher: Searcher
    ways: frozenset[str]
    prefix: str = ""
    found: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    problems: list[str] = field(default_factory=list)

    def within(self, prefix: str) -> Notes:
        """Notes on what is inside, which are notes on the file as well."""
        return Notes(
            self.searcher, self.ways, self.prefix + prefix + ": ", self.found, self.problems
        )

    def add(self, place: str, owners: set[int]) -> None:
        """Note owners of something found in a place."""
        if owners:
            self.found[self.prefix + place] |= owners

    def bytes_of(self, data: bytes | memoryview, content: Content) -> None:
        """Search bytes as they are."""
        if BYTES in self.ways:
            self.add(BYTES, self.searcher.in_bytes(data, content))

    def text(self, text: bytes, place: str | None = None) -> None:
        """Search a text in UTF-8 as it is, and with its escapes taken off."""
        if place or BYTES in self.ways:
            self.add(place or BYTES, self.searcher.in_text(text))
        for way, plain in without_escapes(text, self.ways):
            self.add(f"{place}, {way}" if place else way, self.searcher.in_text(plain))

    def utf_16(self, text: bytes) -> None:
        """Search a text that was in UTF-16."""
        self.text(text, UTF_16)

    def names(self, parts: tuple[str, ...], *, is_folder: bool) -> None:
        """Search the parts of a path; the last is the file's own name."""
        for n, part in enumerate(parts):
            is_own = n == len(parts) - 1 and not is_folder
            if NAMES in self.ways:
                self.add("file name" if is_own else "folder name", name_owners(self, part))

    def hits(self) -> tuple[Hit, ...]:
        """What was found, in order."""
        needles = self.searcher.needles
        return tuple(
            sorted(
                {
                    Hit(
                        place,
                        needles.sought[owner].request,
                        needles.sought[owner].kind,
                        needles.is_short(owner),
                    )
                    for place, owners in self.found.items()
                    for owner in owners
                }
            )
        )


def name_owners(notes: Notes, name: str) -> set[int]:
    """Owners of what is found in one part of a path, percent-encoded up to twice."""
    spelt = [name]
    if PERCENT in notes.ways:
        spelt += [unquote(name), unquote(unquote(name))]
    if UNESCAPED in notes.ways:
        spelt += [text.decode("utf-8", "replace") for _, text in _unescaped(name)]
    return set().union(*(notes.searcher.in_name(one) for one in dict.fromkeys(spelt)))


def masked(notes: Notes, name: str) -> str:
    """A name without what is sought: of `user_id=ann` what is after the sign is masked."""
    if not name_owners(notes, name):
        return name.encode("utf-8", "backslashreplace").decode()  # names on disk are any bytes
    before, sign, _ = name.rpartition("=")
    return before + sign + MASK if sign and not name_owners(notes, before) else MASK


def masked_path(notes: Notes, path: str) -> str:
    """A relative path with the parts masked that hold something sought."""
    return "/".join(masked(notes, part) for part in path.split("/"))


def _unescaped(name: str) -> list[tuple[str, bytes]]:
    return list(
        without_escapes(name.encode("utf-8", "surrogateescape"), frozenset((UNESCAPED, PERCENT)))
    )
