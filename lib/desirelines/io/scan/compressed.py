"""Files whose bytes are compressed, told by their first bytes or their name."""

from __future__ import annotations

import lzma
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pyarrow as pa

from desirelines.erasure.ways import GZIP, OTHER_CODECS, SNAPPY, ZSTD
from desirelines.io.scan.chunks import Readable

_FRAMED_SNAPPY = b"\xff\x06\x00\x00sNaPpY"
_CODECS = (
    (b"\x1f\x8b", GZIP, "gzip"),
    (b"\x28\xb5\x2f\xfd", ZSTD, "zstd"),
    (b"BZh", OTHER_CODECS, "bz2"),
    (b"\x04\x22\x4d\x18", OTHER_CODECS, "lz4"),
)
_ZLIB = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
_XZ = b"\xfd7zXZ\x00"
NOT_READ = {
    b"ORC": "ORC is not read",
    b"Obj\x01": "Avro is not read",
    b"PARE": "the Parquet footer is encrypted",
    b"7z\xbc\xaf\x27\x1c": "7z archives are not read",
    b"Rar!": "RAR archives are not read",
    b"%PDF": "PDF is not read",
    b"ARROW1": "Arrow files may be compressed and are not read",
    b"\x89LZO": "LZO is not read",
}
"""First bytes of files that hold more than their bytes show."""
NAMES_NOT_READ = {
    ".br": "Brotli is not read",
    ".lzo": "LZO is not read",
    ".lz4": "LZ4 blocks without a frame are not read",
    ".deflate": "it is not deflated as its name says",
    ".gz": "it is not gzip as its name says",
    ".zst": "it is not zstd as its name says",
    ".orc": "ORC is not read",
    ".avro": "Avro is not read",
    ".parquet": "it is not Parquet as its name says",
}
"""Ends of names whose files are not readable when their first bytes say nothing."""


def decompressed(head: bytes, name: str, source: Any) -> tuple[str, Readable] | None:
    """The way and the decompressed bytes of a file; null if it is not compressed as a whole.

    `source` is at its begin, and `head` its first bytes.
    """
    for magic, way, codec in _CODECS:
        if head.startswith(magic):
            return way, pa.CompressedInputStream(source, codec)
    if head.startswith(_XZ):
        return OTHER_CODECS, lzma.LZMAFile(source)
    if head.startswith(_FRAMED_SNAPPY):
        return SNAPPY, Parts(_framed_snappy(source))
    if name.endswith((".snappy", ".sz")):
        return SNAPPY, Parts(_snappy_of_hadoop(source))
    if head.startswith(_ZLIB) and _is_zlib(head):
        return OTHER_CODECS, Parts(_inflated(source))
    return None


class Parts:
    """Reads bytes that come in parts."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self._parts, self._left = parts, BytesIO()

    def read(self, size: int, /) -> bytes:
        """The next bytes, at most so many; none at the end."""
        while not (data := self._left.read(size)):
            part = next(self._parts, None)
            if part is None:
                return b""
            self._left = BytesIO(part)
        return data


def _is_zlib(head: bytes) -> bool:
    try:
        return bool(zlib.decompressobj().decompress(head))
    except zlib.error:
        return False


def _inflated(source: Any) -> Iterator[bytes]:
    inflate = zlib.decompressobj()
    while part := source.read(1 << 20):
        yield inflate.decompress(part)
    yield inflate.flush()
    if not inflate.eof or inflate.unused_data:
        raise pa.ArrowInvalid("zlib data does not end where the file does")


def _framed_snappy(source: Any) -> Iterator[bytes]:
    """https://github.com/google/snappy/blob/main/framing_format.txt; checksums are not compared."""
    while header := _exactly(source, 4, at_end=True):
        kind, data = header[0], _exactly(source, int.from_bytes(header[1:], "little"))
        if kind in (0, 1):
            yield _snappy(data[4:]) if kind == 0 else data[4:]
        elif 2 <= kind <= 0x7F:
            raise pa.ArrowInvalid("a chunk of snappy of an unknown kind")


def _snappy_of_hadoop(source: Any) -> Iterator[bytes]:
    """Blocks of Hadoop: the length in full, then pieces, each with its length before it."""
    while header := _exactly(source, 4, at_end=True):
        left = int.from_bytes(header, "big")
        while left > 0:
            part = _snappy(_exactly(source, int.from_bytes(_exactly(source, 4), "big")))
            left -= len(part)
            yield part
        if left:
            raise pa.ArrowInvalid("a block of snappy is longer than it says")


def _snappy(data: bytes) -> bytes:
    """Raw snappy, which begins with the length of the whole as a varint."""
    length = 0
    for n, byte in enumerate(data[:5]):
        length |= (byte & 0x7F) << (7 * n)
        if byte < 0x80:
            break
    plain: bytes = pa.decompress(data, length, codec="snappy", asbytes=True) if length else b""
    return plain


def _exactly(source: Any, size: int, *, at_end: bool = False) -> bytes:
    data: bytes = source.read(size)
    if len(data) < size and not (at_end and not data):
        raise pa.ArrowInvalid("it ends too early")
    return data
