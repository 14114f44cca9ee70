"""Folders of this machine or of an object store."""

from __future__ import annotations

import shutil
from pathlib import Path
from urllib.parse import urlparse

from pyarrow import fs


def has_folder(place: str) -> bool:
    """Whether there is a folder, on this machine or in an object store."""
    if not urlparse(place).scheme:
        return Path(place).is_dir()
    store, path = _in_store(place)
    return bool(store.get_file_info(path).type == fs.FileType.Directory)


def remove_folder(place: str) -> None:
    """Delete a folder with all that is in it; nothing happens if it is not there."""
    if not has_folder(place):
        return
    if not urlparse(place).scheme:
        shutil.rmtree(place, ignore_errors=True)
        return
    store, path = _in_store(place)
    store.delete_dir(path)


def _in_store(place: str) -> tuple[fs.FileSystem, str]:
    # Hadoop's s3a is Arrow's s3; the others have the same names.
    store, path = fs.FileSystem.from_uri(place.replace("s3a://", "s3://", 1))
    return store, path
