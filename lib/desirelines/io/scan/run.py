"""A scan as a plain process, and listings of files for receipts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

from pyarrow import fs

from desirelines.erasure.file_changes import FileChanges, ListedFile, file_changes
from desirelines.erasure.findings import Scan, in_order
from desirelines.erasure.needles import Needles
from desirelines.erasure.search import Searcher
from desirelines.erasure.ways import ALL_WAYS, HIDDEN
from desirelines.errors import SourceError
from desirelines.io.scan.chunks import CHUNK_BYTES
from desirelines.io.scan.notes import Notes, masked_path
from desirelines.io.scan.one_file import Reading, scan_file
from desirelines.io.scan.walk import Found, file_system, walk


def scan(
    folder: str, needles: Needles, *, workers: int = 1, ways: frozenset[str] = ALL_WAYS
) -> Scan:
    """Read every byte of every file below a folder, and tell where something sought is.

    Parquet is decoded, with dictionaries and footers; what is compressed is decompressed; texts are
    read with and without escapes, UTF-16 among them; names of files and folders are read. What
    cannot be read is not clean: ORC, Avro, encrypted and broken files. Pictures are read as bytes:
    what they show is not. Files are read one after the other, or by `workers` threads; each holds
    some 100 MB at most, and what a file of SQLite needs.

    Raises:
        SourceError: the folder is not there, or cannot be listed.
    """
    files, _ = file_system(folder)
    reading = Reading(Searcher.of(needles), ways)
    listed = to_scan(folder, ways)

    def one(found: Found) -> Any:
        return scan_file(files, found, reading)

    if workers == 1:
        return in_order(map(one, listed), ALL_WAYS - ways)
    with ThreadPoolExecutor(workers) as pool:
        return in_order(pool.map(one, listed), ALL_WAYS - ways)


def scan_places(places: Iterable[Path], needles: Needles) -> Scan:
    """The result of `scan` for single files and for folders on this machine, in one.

    Raises:
        SourceError: a folder cannot be listed.
    """
    reading, files = Reading(Searcher.of(needles), ALL_WAYS), fs.LocalFileSystem()
    listed = [found for place in places for found in _below(place)]
    numbered = (replace(found, number=number) for number, found in enumerate(listed))
    return in_order((scan_file(files, found, reading) for found in numbered), frozenset())


def _below(place: Path) -> list[Found]:
    if place.is_dir():
        return [replace(f, path=f"{place.name}/{f.path}") for f in walk(str(place))]
    return [Found(0, str(place.absolute()), place.name, place.stat().st_size, True)]


def to_scan(folder: str, ways: frozenset[str]) -> list[Found]:
    """What a scan of a folder reads: everything."""
    found = walk(folder)
    return found if HIDDEN in ways else [f for f in found if not _is_hidden(f.path)]


def list_files(folder: str) -> tuple[ListedFile, ...]:
    """Every file below a folder with its size and digest; paths are as they are, not masked.

    Raises:
        SourceError: the folder cannot be listed, or a file cannot be read.
    """
    files, _ = file_system(folder)
    try:
        return tuple(_listed(files, found) for found in walk(folder) if found.is_file)
    except OSError as error:
        raise SourceError(
            f"a file to be listed cannot be read ({type(error).__name__}). Let no other program "
            "write there meanwhile, and check the rights."
        ) from None


def changed_files(
    before: Iterable[ListedFile], after: Iterable[ListedFile], needles: Needles
) -> FileChanges:
    """What happened to files between two listings, with paths masked that hold something sought."""
    notes = Notes(Searcher.of(needles), ALL_WAYS)
    return file_changes(before, after).masked(lambda path: masked_path(notes, path))


def _listed(files: Any, found: Found) -> ListedFile:
    digest, size = hashlib.sha256(), 0
    with files.open_input_stream(found.place) as stream:
        while data := stream.read(CHUNK_BYTES):
            digest.update(data)
            size += len(data)
    return ListedFile(found.path, size, digest.hexdigest())


def _is_hidden(path: str) -> bool:
    return any(part.startswith(".") for part in path.split("/"))
