"""Search of bytes, texts and cells for all needles at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import lru_cache

import numpy as np
from ahocorasick_rs import BytesAhoCorasick
from numpy.typing import NDArray

from desirelines.erasure.blocks import SHAPES, Blocks
from desirelines.erasure.needles import Form, Needles

_ESCAPE_BEFORE = re.compile(rb"(%[0-9A-Fa-f]{2}|\\[bfnrtv]|\\u[0-9A-Fa-f]{4}|\\x[0-9A-Fa-f]{2})\Z")
_LONGEST_ESCAPE = 6
_HEAD_BYTES = 64
"""An automaton of texts of many thousand bytes takes minutes to build."""
_BYTES_OF_A_CALL = 50
"""A call of the automaton takes as long as so many bytes; beyond, all is searched in one."""


class Content(Enum):
    """What bytes are, which decides where a needle in them counts."""

    TEXT = auto()
    """As a word: neither after nor before another letter or digit, else ann is in joann."""
    PARQUET = auto()
    """As a word, or after its own length, as whole values are stored."""
    BINARY = auto()
    """Anywhere: what stands beside it says nothing."""


@dataclass(frozen=True, slots=True)
class Group:
    """Forms that are searched together.

    Attributes:
        forms: by the begin of a form, its first `_HEAD_BYTES` bytes, all that begin so.
        automaton: finds these begins, in the order of `forms`.
        blocks: finds the places worth a search; null where forms are too short for it.
    """

    forms: tuple[tuple[Form, ...], ...]
    automaton: BytesAhoCorasick
    blocks: Blocks | None

    @classmethod
    def of(cls, forms: Iterable[Form], shape: tuple[int, int] | None) -> Group:
        """The group of forms that are long enough for blocks of this shape."""
        by_head: dict[bytes, list[Form]] = {}
        for form in forms:
            by_head.setdefault(form.content[:_HEAD_BYTES], []).append(form)
        heads = list(by_head)
        blocks = Blocks.of(heads, *shape) if shape else None
        return cls(tuple(map(tuple, by_head.values())), BytesAhoCorasick(heads), blocks)

    def matches(self, data: memoryview) -> Iterator[tuple[Form, int, int]]:
        """Every form in the data, with its begin and end."""
        for first, last in self._regions(data):
            part = data[first:last]
            for n, begin, _ in self.automaton.find_matches_as_indexes(part, overlapping=True):
                place = first + begin
                for form in self.forms[n]:
                    end = place + len(form.content)
                    if data[place:end] == form.content:
                        yield form, place, end

    def _regions(self, data: memoryview) -> list[tuple[int, int]]:
        if self.blocks is None:
            return [(0, len(data))]
        regions = list(self.blocks.regions(data))
        size = sum(end - begin + _BYTES_OF_A_CALL for begin, end in regions)
        return regions if size < len(data) else [(0, len(data))]


@dataclass(frozen=True, slots=True)
class Searcher:
    """Needles, ready to be found. Owners are places in `needles.sought`."""

    needles: Needles
    _groups: tuple[Group, ...] = field(repr=False)
    _short: tuple[re.Pattern[bytes], ...] = field(repr=False)

    @classmethod
    def of(cls, needles: Needles) -> Searcher:
        """Prepare the search, or give the last one prepared if it is for the same needles.

        It takes about a second for a thousand people, and half a minute for a hundred thousand.
        """
        return _prepared(needles)

    @classmethod
    def new(cls, needles: Needles) -> Searcher:
        """Prepare the search."""
        left, groups = list(needles.forms), []
        for width, step in SHAPES:
            fit = tuple(f for f in left if len(f.content) >= width + step - 1)
            left = [f for f in left if len(f.content) < width + step - 1]
            if fit:
                groups.append(Group.of(fit, (width, step)))
        if left:
            groups.append(Group.of(left, None))
        return cls(needles, tuple(groups), _patterns_of_values(needles.values))

    def in_bytes(self, data: bytes | memoryview, content: Content) -> set[int]:
        """Owners of what is found in these bytes, short identifiers left out."""
        view = memoryview(data).cast("B") if len(data) else memoryview(b"")
        return {
            form.owner
            for group in self._groups
            for form, begin, end in group.matches(view)
            if _counts(view, form, begin, end, content)
        }

    def in_text(self, data: bytes | memoryview) -> set[int]:
        """Owners of what is found in a text in UTF-8, short identifiers between separators too."""
        found = self.in_bytes(data, Content.TEXT)
        for pattern in self._short:
            for value in pattern.findall(data):
                found.update(self.needles.values.get(value, ()))
        return found

    def in_cells(self, data: memoryview, offsets: NDArray[np.int64]) -> set[int]:
        """Owners of what is found in cells that lie one after the other; whole short ones too.

        Cell n is `data[offsets[n] : offsets[n + 1]]`.
        """
        found = set()
        for group in self._groups:
            for form, begin, end in group.matches(data):
                cell = int(np.searchsorted(offsets, begin, side="right")) - 1
                first, last = int(offsets[cell]), int(offsets[cell + 1])
                if end <= last and _counts(
                    data[first:last], form, begin - first, end - first, Content.TEXT
                ):
                    found.add(form.owner)
        return found | self._whole_cells(data, offsets)

    def _whole_cells(self, data: memoryview, offsets: NDArray[np.int64]) -> set[int]:
        if not self.needles.values:
            return set()
        lengths = np.diff(offsets)
        found: set[int] = set()
        for length in {len(value) for value in self.needles.values}:
            begins = offsets[:-1][lengths == length]
            if len(begins):
                spread = begins[:, None] + np.arange(length)
                cells = np.unique(np.frombuffer(data, np.uint8)[spread], axis=0)
                for cell in cells:
                    found.update(self.needles.values.get(cell.tobytes(), ()))
        return found

    def in_name(self, name: str) -> set[int]:
        """Owners of what is found in one part of a path, as it is; short ones as its whole value.

        The value of `user_id=7` is 7, that of `7.parquet` is 7 also.
        """
        data = name.encode("utf-8", "surrogateescape")
        found = self.in_bytes(data, Content.TEXT)
        after = data.rpartition(b"=")[2]
        for value in (data, after, after.split(b".")[0]):
            found.update(self.needles.values.get(value, ()))
        return found


@lru_cache(maxsize=1)
def _prepared(needles: Needles) -> Searcher:
    return Searcher.new(needles)


def _counts(data: memoryview, form: Form, begin: int, end: int, content: Content) -> bool:
    if content is Content.BINARY or not form.is_word:
        return True
    if not (_goes_on_before(data, begin) or _goes_on_after(data, end)):
        return True
    if content is not Content.PARQUET:
        return False
    length = end - begin
    before = bytes(data[max(0, begin - 4) : begin])
    return before == length.to_bytes(4, "little") or before[-1:] == bytes([min(length, 255)])


def _goes_on_before(data: memoryview, begin: int) -> bool:
    """Whether a word that begins here goes on before it; the end of an escape is no part of it."""
    if begin == 0 or not (_is_sign(data[begin - 1]) and _is_sign(data[begin])):
        return False
    return not _ESCAPE_BEFORE.search(bytes(data[max(0, begin - _LONGEST_ESCAPE) : begin]))


def _goes_on_after(data: memoryview, end: int) -> bool:
    return end < len(data) and _is_sign(data[end]) and _is_sign(data[end - 1])


def _is_sign(byte: int) -> bool:
    return 48 <= byte <= 57 or 65 <= byte <= 90 or 97 <= byte <= 122


def _patterns_of_values(values: Iterable[bytes]) -> tuple[re.Pattern[bytes], ...]:
    """What may be a short value in a text: between quotation marks, or between separators."""
    longest = max(map(len, values), default=0)
    if not longest:
        return ()
    return (
        re.compile(rb"(?<=[\"'])[^\"']{1,%d}(?=[\"'])" % longest),
        re.compile(rb"(?<![^,;\t|\r\n])[^,;\t|\r\n\"']{1,%d}(?![^,;\t|\r\n])" % longest),
    )
