"""Chunks overlap, and nothing of a file is left out."""

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desirelines.erasure.needles import Sought, needles_of
from desirelines.io.scan import chunks as module
from desirelines.io.scan.chunks import chunks, overlap_of


class Slow:
    """A stream that gives a few bytes at a time."""

    def __init__(self, data, step):
        self.data, self.step = BytesIO(data), step

    def read(self, size):
        return self.data.read(min(size, self.step))


@given(st.binary(max_size=200), st.integers(1, 30), st.integers(1, 7), st.integers(1, 9))
def test_whatever_fits_into_the_overlap_is_whole_in_a_chunk(data, size, half, step):
    overlap = 2 * half
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "CHUNK_BYTES", size)
        seen = []
        got = list(chunks(Slow(data, step), overlap, seen.append))
    assert b"".join(seen) == data
    for begin in range(len(data) - overlap + 1):
        assert any(data[begin : begin + overlap] in chunk for chunk in got)


def test_the_overlap_is_even_and_longer_than_any_form():
    for value in ("annabel", "é" * 10_000):
        needles = needles_of([Sought(0, "user", value)])
        assert overlap_of(needles) % 2 == 0
        assert overlap_of(needles) > needles.longest
