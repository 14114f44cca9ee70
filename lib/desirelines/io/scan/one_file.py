"""One file, read in every way that its bytes allow."""

from __future__ import annotations

import hashlib
import sqlite3
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from lzma import LZMAError
from typing import Any

import pyarrow as pa

from desirelines.erasure.escapes import UTF_16, from_utf_16
from desirelines.erasure.findings import ScannedFile
from desirelines.erasure.search import Content, Searcher
from desirelines.erasure.ways import ARCHIVES, COLUMNS, DICTIONARIES, FOOTER, SQLITE
from desirelines.io.scan.chunks import Readable, chunks, overlap_of
from desirelines.io.scan.compressed import NAMES_NOT_READ, NOT_READ, Parts, decompressed
from desirelines.io.scan.notes import Notes, masked_path, name_owners
from desirelines.io.scan.parquet import scan_parquet
from desirelines.io.scan.sqlite import MAGIC, scan_sqlite
from desirelines.io.scan.walk import Found

PARQUET, ZIP = b"PAR1", b"PK\x03\x04"
HEAD_BYTES = 4096
IN_MEMORY_BYTES = 64 << 20
"""Files up to this size are read once, into memory; larger ones once for each way."""
MOST_INNER_BYTES = 256 << 20
"""A Parquet file or an archive within a compressed one is read into memory, up to this size."""
DEEPEST = 3
"""Archives within archives are opened so often; what is deeper is not readable."""
_UNREADABLE = (
    pa.ArrowException,
    OSError,
    EOFError,
    ValueError,
    NotImplementedError,
    RuntimeError,
    sqlite3.Error,
    zipfile.BadZipFile,
    zlib.error,
    LZMAError,
)


@dataclass(frozen=True, slots=True)
class Reading:
    """How files are scanned: what for, and in which ways."""

    searcher: Searcher
    ways: frozenset[str]


def scan_file(files: Any, found: Found, reading: Reading) -> ScannedFile:
    """Scan one file, or the name of a folder without files. Errors of reading are its result."""
    notes = Notes(reading.searcher, reading.ways)
    notes.names(tuple(found.path.split("/")), is_folder=not found.is_file)
    size, sha256 = found.size, ""
    if found.why:
        notes.problems.append(found.why)
    elif found.is_file:
        try:
            with files.open_input_file(found.place) as opened:
                is_small = found.size <= IN_MEMORY_BYTES
                source = pa.BufferReader(opened.read_buffer()) if is_small else opened
                size, sha256 = _bytes(source, notes)
                _decoded(source, found.path, notes, depth=0)
        except _UNREADABLE as error:
            notes.problems.append(f"reading it ended in {type(error).__name__}")
    return ScannedFile(
        path=masked_path(notes, found.path),
        number=found.number,
        size=size,
        sha256=sha256,
        hits=notes.hits(),
        is_readable=not notes.problems,
        why="; ".join(dict.fromkeys(notes.problems)),
    )


def _bytes(source: Any, notes: Notes) -> tuple[int, str]:
    """Search the bytes of a file as they are; give its size and digest."""
    digest, size = hashlib.sha256(), 0
    search = _search_of(_head(source), notes)

    def seen(new: bytes) -> None:
        nonlocal size
        digest.update(new)
        size += len(new)

    for chunk in chunks(source, overlap_of(notes.searcher.needles), seen):
        search(chunk)
    source.seek(0)
    return size, digest.hexdigest()


def _head(source: Any) -> bytes:
    head: bytes = source.read(HEAD_BYTES)
    source.seek(0)
    return head


def _search_of(head: bytes, notes: Notes) -> Callable[[bytes], None]:
    """What searches the bytes of a file that begins so."""
    if head.startswith(PARQUET):
        return lambda chunk: notes.bytes_of(chunk, Content.PARQUET)
    return lambda chunk: _plain(chunk, notes)


def _plain(chunk: bytes, notes: Notes) -> None:
    """Search bytes that are not known to be anything: text without a zero byte, else binary."""
    if b"\0" not in chunk:
        notes.text(chunk)
        return
    notes.bytes_of(chunk, Content.BINARY)
    if UTF_16 in notes.ways and (text := from_utf_16(chunk)) is not None:
        notes.utf_16(text)


def _decoded(source: Any, name: str, notes: Notes, depth: int) -> None:
    """Search what a file holds beyond its bytes; `source` is at its begin and can be sought."""
    head = _head(source)
    if head.startswith(PARQUET):
        if notes.ways & {COLUMNS, DICTIONARIES, FOOTER}:
            scan_parquet(source, notes)
    elif head.startswith(ZIP):
        if ARCHIVES in notes.ways:
            _members(source, notes, depth)
    elif head.startswith(MAGIC):
        if SQLITE in notes.ways:
            scan_sqlite(source.read(), notes)
    elif why := next((why for magic, why in NOT_READ.items() if head.startswith(magic)), None):
        notes.problems.append(why)
    elif opened := decompressed(head, name, source):
        way, stream = opened
        if way in notes.ways:
            _stream(stream, name.rpartition(".")[0], notes.within(way), depth + 1)
    elif why := NAMES_NOT_READ.get("." + name.rpartition(".")[2].lower()):
        notes.problems.append(why)


def _members(source: Any, notes: Notes, depth: int) -> None:
    with zipfile.ZipFile(source) as archive:
        for member in archive.infolist():
            notes.add("name in an archive", name_owners(notes, member.filename))
            if not member.is_dir():
                with archive.open(member) as stream:
                    _stream(stream, member.filename, notes.within("zip"), depth + 1)


def _stream(stream: Readable, name: str, notes: Notes, depth: int) -> None:
    """Search what comes out of a compressed file, which may be such a file itself."""
    head = stream.read(HEAD_BYTES)
    whole = Parts(chain([head], iter(lambda: stream.read(1 << 20), b"")))
    if not _is_known(head, name):
        for chunk in chunks(whole, overlap_of(notes.searcher.needles)):
            _plain(chunk, notes)
        return
    if depth > DEEPEST:
        notes.problems.append("archives within archives are too deep")
        return
    inner = b"".join(_up_to(whole, MOST_INNER_BYTES))
    if len(inner) > MOST_INNER_BYTES:
        notes.problems.append("a file within it is too large to be read")
        return
    source = pa.BufferReader(inner)
    _bytes(source, notes)
    _decoded(source, name, notes, depth)


def _is_known(head: bytes, name: str) -> bool:
    """Whether bytes are of a kind that is decoded, or known not to be readable."""
    return (
        head.startswith((PARQUET, ZIP, MAGIC, *NOT_READ))
        or decompressed(head, name, pa.BufferReader(head)) is not None
        or "." + name.rpartition(".")[2].lower() in NAMES_NOT_READ
    )


def _up_to(stream: Readable, most: int) -> list[bytes]:
    """Parts of a stream until it ends or there are more bytes than this."""
    parts, size = [], 0
    while size <= most and (part := stream.read(1 << 20)):
        parts.append(part)
        size += len(part)
    return parts
