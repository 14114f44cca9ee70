"""Where in much data one of many texts may stand: a filter that looks at few positions.

A text of at least w+s-1 bytes holds, wherever it stands, a whole block of w bytes that begins at a
multiple of s. So s neighbouring windows of each text are enough to know, and only every s-th
position of the data is looked at. What the filter leaves is searched by an automaton, whose speed
falls with the number of texts; the filter's hardly does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

SHAPES = ((8, 8), (8, 4), (8, 2), (8, 1), (4, 2))
"""Width of blocks and step between them, from the fastest, for long texts, to the slowest."""
_MULTIPLIER = {8: np.uint64(0x9E3779B97F4A7C15), 4: np.uint32(0x9E3779B1)}
_UNSIGNED: dict[int, Any] = {8: np.uint64, 4: np.uint32}
_AT_ONCE = 1 << 16
"""Blocks at a time: their numbers stay in the processor's cache."""
_FEWEST_BITS, _MORE_BITS, _MOST_BITS = 12, 5, 23


@dataclass(frozen=True, slots=True)
class Blocks:
    """The filter of texts of at least `width + step - 1` bytes.

    Attributes:
        width: bytes of a block, 8 or 4.
        step: bytes from one block to the next; divides the width.
        windows: the values that a block of a text may have, sorted.
        table: by the hash of a value, whether a window has it.
        before: bytes before a block in which its text may begin.
        after: bytes after the begin of a block in which its text may end.
    """

    width: int
    step: int
    windows: NDArray[Any]
    table: NDArray[np.bool_]
    before: int
    after: int

    @classmethod
    def of(cls, texts: Sequence[bytes], width: int, step: int) -> Blocks:
        """The filter of these texts; there is at least one."""
        common = Counter(t[p : p + width] for t in texts for p in _places(t, width, step))
        # Many end in the same @example.com, or begin alike: what fewest share tells most.
        starts = [
            min((common[text[p : p + width]], p) for p in _places(text, width, step))[1]
            for text in texts
        ]
        windows = {
            text[start + n : start + n + width]
            for text, start in zip(texts, starts, strict=True)
            for n in range(step)
        }
        values = np.unique(np.frombuffer(b"".join(windows), _UNSIGNED[width]))
        bits = min(_MOST_BITS, max(_FEWEST_BITS, len(values).bit_length() + _MORE_BITS))
        table = np.zeros(1 << bits, np.bool_)
        table[_hashes(values, width, bits)] = True
        before = max(starts) + step - 1
        after = max(len(text) - start for text, start in zip(texts, starts, strict=True))
        return cls(width, step, values, table, before, after)

    def regions(self, data: memoryview) -> Iterator[tuple[int, int]]:
        """Parts of the data in which a text may stand, in order and apart, as begin and end."""
        blocks = self._blocks(data)
        if not len(blocks):
            return iter(())
        begins = np.maximum(blocks - self.before, 0)
        ends = np.minimum(blocks + self.after, len(data))
        (apart,) = np.nonzero(begins[1:] > ends[:-1])
        first = begins[np.concatenate(([0], apart + 1))]
        last = ends[np.concatenate((apart, [len(ends) - 1]))]
        return zip(first.tolist(), last.tolist(), strict=True)

    def _blocks(self, data: memoryview) -> NDArray[np.int64]:
        """Positions of blocks that are a window of a text, in order."""
        found = []
        for shift in range(0, min(self.width, len(data)), self.step):
            whole = (len(data) - shift) // self.width
            values = np.frombuffer(data, _UNSIGNED[self.width], count=whole, offset=shift)
            for first in range(0, whole, _AT_ONCE):
                part = values[first : first + _AT_ONCE]
                places = self._windows_in(part)
                if len(places):
                    found.append((places + first) * self.width + shift)
        if not found:
            return np.empty(0, np.int64)
        positions = np.concatenate(found)
        return positions if self.step == self.width else np.sort(positions)

    def _windows_in(self, values: NDArray[Any]) -> NDArray[np.int64]:
        """Places of values that are windows: first by the table, which errs, then for sure."""
        bits = len(self.table).bit_length() - 1
        likely = np.flatnonzero(self.table[_hashes(values, self.width, bits)])
        if not len(likely):
            return likely
        chosen = values[likely]
        at = np.minimum(np.searchsorted(self.windows, chosen), len(self.windows) - 1)
        found: NDArray[np.int64] = likely[self.windows[at] == chosen]
        return found


def _hashes(values: NDArray[Any], width: int, bits: int) -> NDArray[Any]:
    shift = _UNSIGNED[width](8 * width - bits)
    hashes: NDArray[Any] = (values * _MULTIPLIER[width]) >> shift
    return hashes


def _places(text: bytes, width: int, step: int) -> tuple[int, ...]:
    """Where the windows of a text may begin: at its begin, in its middle, at its end."""
    room = len(text) - (width + step - 1)
    return (0, room // 2, room)
