"""Canaries: made-up identifiers and keys, planted where a scan must find them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import count

from desirelines.erasure.findings import Scan, ScannedFile
from desirelines.erasure.needles import KEY, Needles, Sought

IDENTIFIER, NUMBER, SHORT = "identifier", "number", "short"
"""Kinds of canaries beside KEY."""


@dataclass(frozen=True, slots=True)
class Canary:
    """Something that a scan must find.

    Attributes:
        place: where it is planted, in words.
        pattern: the files below the folder of canaries of which one must hold it.
        sought: what it is; of a broken file null, as that must be unreadable.
    """

    place: str
    pattern: str
    sought: Sought | None

    def is_found(self, files: Iterable[ScannedFile]) -> bool:
        """Whether it is found in a file of its pattern; paths are below the folder of canaries."""
        fitting = (file for file in files if fnmatchcase(file.path, self.pattern))
        if self.sought is None:
            return any(not file.is_readable for file in fitting)
        number = self.sought.request
        return any(hit.request == number for file in fitting for hit in file.hits)


def sought_makers(token: Callable[[], str]) -> Callable[[str], Sought]:
    """A function that makes something new to look for, of a kind.

    `token` gives 32 random hex digits. Requests of canaries have numbers below zero, so they are
    never taken for real ones. An identifier has signs that every kind of escaping changes.
    """
    numbers = count(1)

    def new(kind: str) -> Sought:
        digits = token()
        value = {
            KEY: digits,
            IDENTIFIER: f"canary.{digits[:20]}'é\"%@example.org",
            NUMBER: str(10**15 + int(digits[:12], 16)),
            SHORT: f"é{digits[:3]}"[:4],
        }[kind]
        return Sought(-next(numbers), kind, value)

    return new


@dataclass(frozen=True, slots=True)
class ProvenScan:
    """A scan with the proof that it sees.

    Attributes:
        needles: what was looked for, the canaries among it.
        scan: the scan without the folder of canaries.
        places: where canaries were planted.
        blind: where the scan did not find them.
    """

    needles: Needles
    scan: Scan
    places: tuple[str, ...]
    blind: tuple[str, ...]

    @property
    def is_clean(self) -> bool:
        """Whether nothing sought was found, everything was read, and every canary was found."""
        return self.is_proven and self.scan.is_clean

    @property
    def is_proven(self) -> bool:
        """Whether canaries were planted, and every one was found."""
        return bool(self.places) and not self.blind


def judged(needles: Needles, scan: Scan, canaries: Iterable[Canary], folder: str) -> ProvenScan:
    """Split a scan into what is proven and its proof: the files below the folder of canaries."""
    inside = scan.below(folder)
    canaries = tuple(canaries)
    return ProvenScan(
        needles,
        scan.without(folder),
        tuple(canary.place for canary in canaries),
        tuple(canary.place for canary in canaries if not canary.is_found(inside)),
    )
