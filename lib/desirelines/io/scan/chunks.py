"""Files in pieces that overlap, so that nothing sought is cut and memory is bounded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol

from desirelines.erasure.needles import Needles

CHUNK_BYTES = 8 << 20
_MOST_ESCAPED, _BESIDE = 4, 64
"""The forms hold JSON within JSON already; further layers make them longer still."""


class Readable(Protocol):
    """Something that gives its next bytes, fewer at its end and none after it."""

    def read(self, size: int, /) -> bytes:
        """The next bytes, at most so many."""


def overlap_of(needles: Needles) -> int:
    """Bytes that two chunks share: an even number, more than any form, also with more escapes."""
    return 2 * (_MOST_ESCAPED * needles.longest // 2 + _BESIDE)


def chunks(
    source: Readable, overlap: int, seen: Callable[[bytes], object] = lambda new: None
) -> Iterator[bytes]:
    """The bytes of a source in chunks, each beginning with the last `overlap` bytes before it.

    All but the last have an even length. `seen` gets the new bytes of each.
    """
    size, before = max(CHUNK_BYTES, overlap), b""
    while new := _full(source, size):
        seen(new)
        chunk = before + new if before else new
        yield chunk
        if len(new) < size:
            return
        before = chunk[-overlap:]


def _full(source: Readable, size: int) -> bytes:
    """So many bytes, or all that are left: streams give fewer at a time as they like."""
    parts, left = [], size
    while left and (part := source.read(left)):
        parts.append(part)
        left -= len(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)
