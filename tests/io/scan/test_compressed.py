"""Compressed files are told by their bytes, decompressed, and refused when cut short."""

import pyarrow as pa
import pytest

from desirelines.io.scan import canary_files as made
from desirelines.io.scan.compressed import decompressed

VALUE = "somebody@example.com" * 3
PACKED = {
    "a.json.gz": made.codec("gzip")(VALUE),
    "a.zst": made.codec("zstd")(VALUE),
    "a.bz2": made.codec("bz2")(VALUE),
    "a.lz4": made.codec("lz4")(VALUE),
    "a.sz": made.framed_snappy(VALUE),
    "a.json.snappy": made.snappy_of_hadoop(VALUE),
}


def plain(name, data):
    _, stream = decompressed(data[:4096], name, pa.BufferReader(data))
    parts = []
    while part := stream.read(7):
        parts.append(part)
    return b"".join(parts)


@pytest.mark.parametrize("name", PACKED)
def test_what_was_compressed_comes_out(name):
    assert plain(name, PACKED[name]) == made.text(VALUE)
    assert VALUE.encode() not in PACKED[name]


@pytest.mark.parametrize("name", PACKED)
def test_what_is_cut_short_is_an_error(name):
    with pytest.raises((OSError, pa.ArrowException, EOFError)):
        plain(name, PACKED[name][:-3])


@pytest.mark.parametrize("data", [b"", b"{}", b"PAR1", b"x\x9c but not so"])
def test_other_files_are_not_compressed(data):
    assert decompressed(data, "a.json", pa.BufferReader(data)) is None
