"""Every file below a folder, hidden ones and those that no table knows, in a store or on disk."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

from pyarrow import fs

from desirelines.errors import SourceError


@dataclass(frozen=True, slots=True)
class Found:
    """A file, or a folder in which nothing is. Paths may hold identifiers, so they are not shown.

    Attributes:
        number: its place in the order of all paths.
        place: its path in the file system.
        path: its path below the walked folder, with `/`.
        size: bytes; 0 of a folder.
        is_file: whether it is a file.
        why: why it cannot be read, being neither a file nor a folder.
    """

    number: int
    place: str = field(repr=False)
    path: str = field(repr=False)
    size: int
    is_file: bool
    why: str = ""


def file_system(folder: str) -> tuple[Any, str]:
    """The file system of a folder and the folder's path in it; a path or a URI such as s3://…."""
    if urlparse(folder).scheme:
        files, path = fs.FileSystem.from_uri(folder.replace("s3a://", "s3://", 1))
        return files, path
    return fs.LocalFileSystem(), Path(folder).absolute().as_posix()


def walk(folder: str) -> list[Found]:
    """All files below a folder and all folders without content, in the order of their paths.

    Raises:
        SourceError: there is no such folder, or it cannot be listed.
    """
    files, root = file_system(folder)
    try:
        if isinstance(files, fs.LocalFileSystem):
            return list(_numbered(_local(Path(root)), root))
        listed = files.get_file_info(fs.FileSelector(root, recursive=True))
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(
            f"the folder to scan cannot be listed ({type(error).__name__}). Check that it exists "
            "and may be read, with all folders in it."
        ) from None
    parents = {info.path.rpartition("/")[0] for info in listed}
    kept = [i for i in listed if i.type != fs.FileType.Directory or i.path not in parents]
    return list(
        _numbered(
            (
                (info.path, info.size or 0, info.type == fs.FileType.File, "")
                for info in kept
                if info.path.rstrip("/") != root.rstrip("/")
            ),
            root,
        )
    )


def _local(folder: Path) -> Iterator[tuple[str, int, bool, str]]:
    """Path, size, whether it is a file, and why it cannot be read, of all below a local folder.

    Arrow would follow links to folders and pass over those that lead nowhere.
    """
    for entry in os.scandir(folder):
        if entry.is_dir(follow_symlinks=False):
            inside = False
            for found in _local(Path(entry.path)):
                inside = True
                yield found
            if not inside:
                yield entry.path, 0, False, ""
        elif entry.is_file():
            yield entry.path, entry.stat().st_size, True, ""
        else:
            yield entry.path, 0, False, "it is a link to no file, or no file at all"


def _numbered(listed: Iterable[tuple[str, int, bool, str]], root: str) -> Iterator[Found]:
    prefix = root.rstrip("/") + "/"
    for number, (path, size, is_file, why) in enumerate(sorted(listed)):
        yield Found(number, path, path.removeprefix(prefix), size, is_file, why)
